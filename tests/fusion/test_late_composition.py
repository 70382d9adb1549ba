"""LateFusionClassifier is a composition like scikit-learn's: names, columns, labels, metadata, searches."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmsk import fusion_transformer
from mmsk.fusion import modality_models

from ._late_data import CODES, HOLES, TRIPLES, N, X, Y, late


def test_parameters_of_the_models_are_reached_by_name():
    fusion = late().set_params(a__C=0.5, b="drop", noise=SVC())
    assert fusion.get_params()["a__C"] == 0.5
    assert fusion.estimators[1] == ("b", "drop", ["b0"])
    assert isinstance(fusion.named_estimators["noise"], SVC)
    assert fusion.fit(X, Y).modalities_ == ["a", "noise"]
    assert clone(fusion).get_params()["a__C"] == 0.5
    assert late().set_params(estimators=TRIPLES[:1], a__C=3.0).estimators[0][1].C == 3.0
    TRIPLES[0][1].set_params(C=1.0)


def test_the_users_models_are_left_alone():
    late(random_state=0).fit(X, Y)
    assert not any(hasattr(model, "classes_") for _, model, _ in TRIPLES)


@pytest.mark.parametrize("column", [["a0"], np.array(["a0"]), slice(0, 1), [0], lambda frame: ["a0"]])
def test_columns_are_selected_as_in_a_column_transformer(column):
    expected = LogisticRegression().fit(X[["a0"]], Y).predict_proba(X[["a0"]])
    fusion = late([("a", LogisticRegression(), column)], combine="mean").fit(X, Y)
    np.testing.assert_allclose(fusion.predict_proba(X), expected)
    np.testing.assert_allclose(fusion.predict_proba(X[["b0", "a0"]]), expected)


def test_a_cell_of_an_array_of_objects_may_be_missing():
    triples = [("a", TRIPLES[0][1], [0, 1]), ("b", TRIPLES[1][1], [2]), ("noise", TRIPLES[2][1], [3])]
    numbers = HOLES.to_numpy()
    objects = np.where(np.isnan(numbers), None, numbers)
    expected = late(triples, combine="mean").fit(numbers, Y).predict_proba(numbers)
    np.testing.assert_allclose(late(triples, combine="mean").fit(objects, Y).predict_proba(objects), expected)


def test_labels_may_be_anything_that_can_be_sorted():
    fusion = late([("a", LogisticRegression(class_weight={True: 5.0, False: 1.0}), ["a0"])]).fit(X, Y == "bee")
    assert fusion.predict(X).dtype == bool


def test_sample_weights_reach_models_priors_and_calibration():
    weights = np.where(Y == "cat", 0.0, 1.0)
    pipelines = [
        (name, make_pipeline(StandardScaler(), make_pipeline(model)), columns) for name, model, columns in TRIPLES
    ]
    for triples in (TRIPLES, pipelines, [("a", SVC(), ["a0"])]):
        fusion = late(triples).fit(X, Y, sample_weight=weights)
        assert "cat" not in fusion.predict(X)
        assert fusion.prior_[2] == pytest.approx(0, abs=1e-6)


def test_metadata_is_routed():
    with sklearn.config_context(enable_metadata_routing=True):
        fusion = late().set_fit_request(sample_weight=True, groups=True).set_score_request(sample_weight=True)
        groups = np.arange(N) % 20
        search = GridSearchCV(fusion, {"combine": ["mean", "stack"]}, cv=GroupKFold(3))
        search.fit(X, Y, sample_weight=np.ones(N), groups=groups)
    assert search.best_score_ > 0.4


def test_groups_keep_copies_of_a_row_on_one_side():
    doubled = pd.concat([HOLES] * 4, ignore_index=True)
    labels, groups = np.tile(Y, 4), np.tile(np.arange(N), 4)
    guess = make_pipeline(StandardScaler(), KNeighborsClassifier(1))
    triples = [("noise", guess, ["noise"]), ("a", LogisticRegression(), ["a0", "a1"])]
    shares = [
        late(triples, combine="product", weights="learned").fit(doubled, labels, groups=given).weights_["noise"]
        for given in (None, groups)
    ]
    assert shares[1] < 0.2 < 0.4 < shares[0]  # with its copy in training, noise is always right


def test_a_model_may_be_a_search_of_its_own():
    inner = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3)
    fusion = late([("a", inner, ["a0", "a1"]), TRIPLES[1]]).fit(HOLES, Y)
    assert fusion.score(HOLES, Y) > 0.5


@pytest.mark.parametrize("inner", [LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())])
def test_sample_weights_reach_what_is_searched_over(inner):
    weights = np.where(CODES == 1, 100.0, 1.0)
    name = "logisticregression__C" if hasattr(inner, "steps") else "C"
    triples = [("a", GridSearchCV(inner, {name: [1.0]}, cv=2), ["a0", "a1"])]
    fitted = late(triples, combine="mean").fit(X, CODES, sample_weight=weights)
    plain = late([("a", inner, ["a0", "a1"])], combine="mean").fit(X, CODES, sample_weight=weights)
    np.testing.assert_allclose(fitted.predict_proba(X), plain.predict_proba(X))
    assert (fitted.predict(X) == 1).all()


def test_modality_models_are_the_branches_with_an_estimator():
    fusion = fusion_transformer([("a", "passthrough", ["a0", "a1"]), ("b", "passthrough", ["b0"])])
    fitted = late(modality_models(fusion, {"a": LogisticRegression(), "b": SVC()})).fit(HOLES, Y)
    assert fitted.score(HOLES, Y) > 0.5
    with pytest.raises(ValueError, match="name each branch"):
        modality_models(fusion, {"a": SVC()})
