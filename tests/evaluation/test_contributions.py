"""modality_contributions: they add up, and say what is known of the row."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer
from mmsk.datasets import make_multimodal
from mmsk.evaluation import ampute_modalities, modality_contributions
from mmsk.fusion import KernelFusionClassifier, LateFusionClassifier, modality_models
from mmsk.image import HOG
from mmsk.text import Tfidf

MODELS = {
    "probabilities": lambda branches: fusion_pipeline(branches, LogisticRegression()),
    "decision values": lambda branches: fusion_pipeline(branches, SVC()),
    "kernels": lambda branches: KernelFusionClassifier(fusion_transformer(branches), weights={"a": 0.7, "b": 0.3}),
    "late": lambda branches: LateFusionClassifier(
        modality_models(fusion_transformer(branches), LogisticRegression()), combine="product"
    ),
    "search": lambda branches: GridSearchCV(
        fusion_pipeline(branches, LogisticRegression()), {"fusion__a__scale__weight": [1, 2]}, cv=2
    ),
}


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("model", MODELS)
def test_they_sum_to_the_prediction_less_that_of_nothing(make, branches_of, model, n_classes):
    made = make({"a": 0.5, "b|c": 0.4}, n_samples=120, n_classes=n_classes, missing=0.2)
    fitted = MODELS[model](branches_of(made)).fit(made.data, made.target)
    found = modality_contributions(fitted, made.data)
    nothing = ampute_modalities(made.data, 1.0)
    method = "predict_proba" if hasattr(fitted, "predict_proba") else "decision_function"
    for column, frame in {"all_shown": made.data, "all_hidden": nothing}.items():
        values = getattr(fitted, method)(frame)
        if values.ndim == 1:
            values = np.column_stack([-values, values])
        of_class = values[np.arange(len(values)), np.searchsorted(fitted.classes_, found["prediction"])]
        np.testing.assert_allclose(found[column], of_class, atol=1e-9)
    np.testing.assert_array_equal(found["prediction"], fitted.predict(made.data))
    total = found["all_hidden"] + found[["a", "b", "c"]].sum(axis=1)
    np.testing.assert_allclose(total, found["all_shown"], atol=1e-9)


def test_a_missing_modality_contributes_exactly_nothing(make, branches_of):
    made = make("a|b", missing=0.4)
    found = modality_contributions(MODELS["decision values"](branches_of(made)).fit(made.data, made.target), made.data)
    for name in ("a", "b", "c"):
        missing = made.data[made.columns[name]].isna().all(axis=1)
        assert missing.any()
        assert (found[name][missing] == 0).all()
        assert (found[name][~missing] != 0).all()


def test_a_blank_text_contributes_nothing():
    X = pd.DataFrame({"title": ["red fox", "grey goose", "a fox", "", " "], "price": [3.0, 1.0, 3.5, 2.9, 1.2]})
    branches = [("text", Tfidf(), "title"), ("number", "passthrough", "price")]
    model = fusion_pipeline(branches, SVC(kernel="linear")).fit(X, ["fox", "goose", "fox", "fox", "goose"])
    found = modality_contributions(model, X)
    np.testing.assert_allclose(found["text"][3:], 0, atol=1e-12)
    assert (found["text"][:3] != 0).all()


def test_where_each_modality_tells_a_row_it_is_what_contributes(make, branches_of):
    made = make({"a": 0.5, "b": 0.5}, n_samples=400, noise=0.2)
    model = MODELS["probabilities"](branches_of(made)).fit(made.data[:300], made.target[:300])
    found = modality_contributions(model, made.data[300:])
    telling = found[["a", "b", "c"]].idxmax(axis=1)
    right = found["prediction"].to_numpy() == made.target[300:].to_numpy()
    assert (telling[right] == made.source[300:][right]).mean() > 0.9


def test_a_linear_model_contributes_its_own_terms(make, branches_of):
    """Of a linear machine on blocks, where a missing block is zeros, each modality's term is its contribution."""
    made = make({"a": 0.7, "b": 0.3}, n_classes=None)
    model = fusion_pipeline(branches_of(made), Ridge()).fit(made.data, made.target)
    found = modality_contributions(model, made.data)
    terms = model["fusion"].transform(made.data) * model["regressor"].coef_
    for number, name in enumerate("abc"):
        np.testing.assert_allclose(found[name], terms[:, 6 * number : 6 * number + 6].sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(found["all_hidden"], model["regressor"].intercept_)


def test_words_and_pictures_and_the_index():
    made = make_multimodal(60, 2, modalities=("text", "image"), missing=0.2, random_state=0)
    X = made.data.set_axis([f"row {row}" for row in range(60)])
    before = X.copy()
    model = fusion_pipeline([("text", Tfidf(), "text"), ("image", HOG(), "image")]).fit(X, made.target)
    found = modality_contributions(model, X[:5])
    assert list(found.columns) == ["prediction", "all_hidden", "text", "image", "all_shown"]
    assert list(found.index) == list(X.index[:5])
    pd.testing.assert_frame_equal(X, before)


def test_the_method_can_be_chosen(make, branches_of):
    made = make("a|b", n_samples=80)
    model = MODELS["probabilities"](branches_of(made)).fit(made.data, made.target)
    found = modality_contributions(model, made.data, response_method="decision_function")
    np.testing.assert_allclose(found["all_shown"], np.abs(model.decision_function(made.data)))


def test_what_cannot_be_explained_is_refused(make, branches_of):
    made = make("a|b", n_samples=60, n_classes=3)
    X, y = made.data, made.target
    branches = branches_of(made)
    machine = fusion_pipeline(branches, SVC(decision_function_shape="ovo")).fit(X, y)
    with pytest.raises(ValueError, match="one a pair of classes"):
        modality_contributions(machine, X)
    grid = {"classifier__decision_function_shape": ["ovo"]}
    search = GridSearchCV(fusion_pipeline(branches, SVC()), grid, cv=2).fit(X, y)
    with pytest.raises(ValueError, match="one a pair of classes"):
        modality_contributions(search, X)
    with pytest.raises(ValueError, match="Pipeline has no predict_proba"):
        modality_contributions(machine, X, response_method="predict_proba")
    several = fusion_pipeline(branches, Ridge()).fit(X, np.column_stack([y, y]))
    with pytest.raises(ValueError, match=r"one a row, got an array of shape \(\d+, 2\)"):
        modality_contributions(several, X)
    with pytest.raises(ValueError, match="response_method has to be"):
        modality_contributions(machine, X, response_method="predict")
    with pytest.raises(TypeError, match="has to be a DataFrame"):
        modality_contributions(machine, X.to_numpy())
    shared = fusion_pipeline([("one", "passthrough", X.columns[0]), ("two", "passthrough", X.columns[0])])
    with pytest.raises(ValueError, match="'one' and 'two' both read the column"):
        modality_contributions(shared.fit(X, y), X)
    named = fusion_pipeline([("prediction", "passthrough", X.columns[0])])
    with pytest.raises(ValueError, match="'prediction' has the name of a column"):
        modality_contributions(named.fit(X, y), X)
