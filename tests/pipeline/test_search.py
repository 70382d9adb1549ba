"""What users do with a pipeline: searches, scores, routing, other libraries' wrappers, saving."""

import subprocess
import sys

import joblib
import numpy as np
import optuna
import pandas as pd
import pytest
import sklearn
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # makes the next import possible
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer, weight_grid
from mmsk.audio import MFCC, Chroma
from mmsk.datasets import make_multimodal
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

DATA = make_multimodal(n_samples=60, n_classes=2, missing=0.1, random_state=0)
X, Y = DATA.frame, np.asarray(DATA.target)
BRANCHES = [
    ("text", Tfidf(), "text"),
    ("image", [HOG(), ColorHistogram()], "image"),
    ("audio", [MFCC(), Chroma()], "audio"),
]


def model(**parameters):
    return fusion_pipeline(BRANCHES, SVC(kernel="linear"), **parameters)


def test_grid_search_over_weights():
    search = GridSearchCV(model(), weight_grid(model(), step=0.5), cv=3, error_score="raise").fit(X, Y)
    assert len(search.cv_results_["params"]) == 6
    assert search.best_score_ > 0.7


def test_random_search_over_log_uniform_weights_and_descriptor_parameters():
    space = {
        "fusion__audio__scale__weight": loguniform(0.05, 20),
        "fusion__image__describe__hog__orientations": [6, 9],
    }
    search = RandomizedSearchCV(model(), space, n_iter=3, cv=2, random_state=0, error_score="raise").fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_halving_search():
    search = HalvingGridSearchCV(model(), weight_grid(model(), step=0.5), cv=2, random_state=0, error_score="raise")
    assert search.fit(X, Y).best_score_ > 0.5


def test_optuna_searches_weights():
    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial):
        weight = trial.suggest_float("weight", 0.05, 20, log=True)
        return cross_val_score(model().set_params(fusion__audio__scale__weight=weight), X, Y, cv=2).mean()

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=2)
    assert 0.5 < study.best_value <= 1


def test_cross_val_score_with_two_workers_is_the_same():
    one = cross_val_score(model(), X, Y, cv=3)
    np.testing.assert_array_equal(cross_val_score(model(), X, Y, cv=3, n_jobs=2), one)


def test_pandas_output_names_every_column():
    fusion = fusion_transformer([("text", Tfidf(sparse_output=False), "text"), *BRANCHES[1:]])
    frame = fusion.set_output(transform="pandas").fit_transform(X)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.index) == list(X.index)
    assert {"image__hog_cell2_5_bin7", "audio__mfcc_mean_3", "audio__chroma_std_A#"} <= set(frame.columns) | {
        name.replace("hog_block1_4_cell2_5", "hog_cell2_5") for name in frame.columns
    }


def test_pandas_output_of_a_sparse_branch_says_what_to_do():
    with pytest.raises(ValueError, match="sparse"):
        fusion_transformer(BRANCHES).set_output(transform="pandas").fit_transform(X)


def test_sample_weights_reach_the_classifier():
    weights = np.where(Y == Y[0], 100.0, 0.01)
    fitted = model().fit(X, Y, classifier__sample_weight=weights)
    assert (fitted.predict(X) == Y[0]).mean() > (model().fit(X, Y).predict(X) == Y[0]).mean()


def test_sample_weights_are_routed_through_a_search():
    weights = np.where(Y == Y[0], 100.0, 0.01)
    with sklearn.config_context(enable_metadata_routing=True):
        machine = SVC(kernel="linear").set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        routed = fusion_pipeline(BRANCHES, machine).set_score_request(sample_weight=True)
        search = GridSearchCV(routed, {"classifier__C": [0.01, 1.0]}, cv=2).fit(X, Y, sample_weight=weights)
        plain = GridSearchCV(model(), {"classifier__C": [0.01, 1.0]}, cv=2).fit(X, Y)
    assert not np.array_equal(search.cv_results_["mean_test_score"], plain.cv_results_["mean_test_score"])


def test_a_clone_is_not_fitted_and_equal():
    fitted = model(weights={"text": 2.0}).fit(X, Y)
    copy = clone(fitted)
    assert not hasattr(copy.named_steps["classifier"], "classes_")
    np.testing.assert_array_equal(copy.fit(X, Y).decision_function(X), fitted.decision_function(X))


def test_a_saved_model_predicts_the_same_in_a_new_process(tmp_path):
    fitted = model().fit(X, Y)
    joblib.dump(fitted, tmp_path / "model.joblib")
    joblib.dump(X, tmp_path / "X.joblib")
    code = (
        "import joblib, sys, os; os.chdir(sys.argv[1]);"
        "joblib.dump(joblib.load('model.joblib').decision_function(joblib.load('X.joblib')), 'out.joblib')"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(tmp_path)], check=True, timeout=120)
    np.testing.assert_array_equal(joblib.load(tmp_path / "out.joblib"), fitted.decision_function(X))


def test_an_items_features_are_computed_once_in_a_whole_search(monkeypatch):
    described = []
    describe = HOG._describe
    monkeypatch.setattr(HOG, "_describe", lambda self, item: (described.append(1), describe(self, item))[1])
    data = make_multimodal(n_samples=30, n_classes=2, modalities=("text", "image"), random_state=77)
    search = fusion_pipeline([("text", Tfidf(), "text"), ("image", HOG(), "image")])
    GridSearchCV(search, weight_grid(search, step=0.25), cv=3).fit(data.frame, data.target)
    assert len(described) == 30


def test_a_plain_column_transformer_and_feature_union_take_descriptors():
    union = FeatureUnion([("hog", HOG()), ("color", ColorHistogram())])
    plain = ColumnTransformer([("image", union, "image"), ("audio", MFCC(), ["audio"])]).fit_transform(X)
    ours = fusion_transformer([("image", [HOG(), ColorHistogram()], "image"), ("audio", MFCC(), "audio")])
    scaled = ours.fit_transform(X)
    assert plain.shape == scaled.shape
    np.testing.assert_array_equal(np.isnan(plain).all(axis=1), X[["image", "audio"]].isna().all(axis=1))


def test_skrub_applies_descriptors_to_columns():
    skrub = pytest.importorskip("skrub")
    frame = pd.DataFrame({"image": list(X["image"]), "text": list(X["text"])}).dropna()
    table = skrub.ApplyToCols(HOG(), cols=["image"]).fit_transform(frame)
    assert table.shape == (len(frame), 1764 + 1)
    vectorizer = skrub.TableVectorizer(
        specific_transformers=[(HOG(), ["image"]), (Tfidf(sparse_output=False), ["text"])]
    )
    assert vectorizer.fit_transform(frame).shape[1] > 1764


def test_text_as_scikit_learn_sees_it_joins_in():
    frame = X.assign(text=X["text"].fillna(""))
    fitted = fusion_pipeline([("text", TfidfVectorizer(), "text"), BRANCHES[1]]).fit(frame, Y)
    assert fitted.score(frame, Y) > 0.8
