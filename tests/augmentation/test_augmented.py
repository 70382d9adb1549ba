"""The estimators as estimators: parameters, columns, warnings, saving, routing."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from mmsk import AugmentedClassifier, AugmentedRegressor, fusion_pipeline
from mmsk.image import HOG
from mmsk.persistence import load, save
from mmsk.text import Tfidf

TITLES = pd.DataFrame({"title": ["a small red fox", "two big grey geese"] * 6, "price": range(12)})
TARGET = np.array(["fox", "goose"] * 6)
BRANCHES = [("text", Tfidf(), "title")]


def test_columns_are_those_that_the_branches_describe(table, target):
    model = fusion_pipeline([("image", HOG(), "photo"), ("price", "passthrough", ["price"])], LogisticRegression())
    fitted = AugmentedClassifier(model, random_state=0).fit(table, target)
    assert fitted.columns_ == {"photo": "image"}
    assert fitted.estimator_.n_features_in_ == 4


def test_columns_are_inferred_where_nothing_is_said(table, target, spy):
    fitted = AugmentedClassifier(spy, random_state=0).fit(table, target)
    assert fitted.columns_ == {"title": "text", "photo": "image", "clip": "audio"}


def test_columns_that_are_named_win(table, target, spy):
    fitted = AugmentedClassifier(spy, columns={"image": ["photo"], "text": "title"}).fit(table, target)
    assert fitted.columns_ == {"photo": "image", "title": "text"}


@pytest.mark.parametrize("changed", [{"n_copies": 0}, {"text": ()}])
def test_nothing_asked_for_is_nothing_done(spy, log, changed):
    AugmentedClassifier(spy, columns={"text": "title"}, **changed).fit(TITLES, TARGET, sample_weight=np.ones(12))
    (entry,) = log
    pd.testing.assert_frame_equal(entry["X"], TITLES)
    np.testing.assert_array_equal(entry["sample_weight"], np.ones(12))
    assert entry["groups"] is None


def test_a_table_without_media_is_warned_of(spy, log):
    with pytest.warns(UserWarning, match="no column of pictures, sounds or texts was found: fitted without copies"):
        AugmentedClassifier(spy).fit(TITLES[["price"]], TARGET)
    assert len(log[0]["X"]) == 12


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"image": "flip"}, "'image' parameter"),
        ({"text": ["flip"]}, "text: 'flip' is no augmentation"),
        ({"columns": {"video": "title"}}, "'video' is no kind; there are image, audio, text"),
        ({"columns": {"text": ["name"]}}, r"no column 'name'; there are \['title', 'price'\]"),
        ({"n_copies": -1}, "'n_copies' parameter"),
        ({"n_jobs": "two"}, "'n_jobs' parameter"),
        ({"random_state": "x"}, "'random_state' parameter"),
        ({"estimator": 3}, "'estimator' parameter"),
    ],
)
def test_wrong_parameters_are_named(spy, changed, said):
    with pytest.raises(ValueError, match=said):
        AugmentedClassifier(spy).set_params(**changed).fit(TITLES, TARGET)


def test_columns_of_an_array_cannot_be_named(spy):
    with pytest.raises(ValueError, match="X has to be a DataFrame, got ndarray"):
        AugmentedClassifier(spy, columns={"text": 0}).fit(TITLES.to_numpy(), TARGET)


def test_clones_and_names_of_parameters():
    model = AugmentedClassifier(fusion_pipeline(BRANCHES, SVC()), text=[("mask", 0.3)], n_copies=2)
    copy = clone(model).set_params(estimator__classifier__C=3.0)
    assert (copy.text, copy.n_copies, copy.estimator["classifier"].C) == ([("mask", 0.3)], 2, 3.0)
    assert model.estimator["classifier"].C == 1.0


def test_what_the_inner_estimator_gives_is_given():
    machine, logistic = (
        AugmentedClassifier(fusion_pipeline(BRANCHES, one), random_state=0) for one in (SVC(), LogisticRegression())
    )
    assert not hasattr(machine, "predict_proba")
    with pytest.raises(NotFittedError):
        logistic.predict_proba(TITLES)
    logistic.fit(TITLES, TARGET)
    machine.fit(TITLES, TARGET)
    np.testing.assert_array_equal(logistic.predict_proba(TITLES), logistic.estimator_.predict_proba(TITLES))
    np.testing.assert_array_equal(machine.decision_function(TITLES), machine.estimator_.decision_function(TITLES))
    np.testing.assert_array_equal(machine.predict(TITLES), TARGET)
    assert machine.classes_.tolist() == ["fox", "goose"]
    assert logistic.feature_names_in_.tolist() == ["title", "price"]


def test_weights_of_ones_weigh_as_much_as_no_copies():
    class Sum(Ridge):
        def fit(self, X, y, sample_weight=None):
            self.sum_ = sample_weight.sum()
            return super().fit(X, y, sample_weight)

    model = AugmentedRegressor(fusion_pipeline(BRANCHES, Sum()), n_copies=3, random_state=0)
    model.fit(TITLES, np.arange(12.0), sample_weight=np.ones(12))
    assert model.estimator_[-1].sum_ == 12


def test_a_regressor_learns_from_copies(spy):
    y = np.where(TARGET == "fox", 1.0, 5.0)
    model = AugmentedRegressor(fusion_pipeline(BRANCHES, Ridge(alpha=0.01)), n_copies=2, random_state=0)
    assert model.fit(TITLES, y).score(TITLES, y) > 0.9
    unseen = pd.DataFrame({"title": ["grey geese"], "price": [0]})
    assert model.predict(unseen)[0] > 4


def test_weights_are_routed_through_a_search():
    with sklearn.config_context(enable_metadata_routing=True):
        machine = SVC().set_fit_request(sample_weight=True)
        model = AugmentedClassifier(fusion_pipeline(BRANCHES, machine), random_state=0)
        model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        search = GridSearchCV(model, {"n_copies": [0, 1], "text": [["mask"], [("mask", 0.5)]]}, cv=2)
        search.fit(TITLES, TARGET, sample_weight=np.linspace(1, 2, 12))
    assert search.best_score_ == 1


def test_it_is_saved_and_loaded(tmp_path):
    model = AugmentedClassifier(fusion_pipeline(BRANCHES, LogisticRegression()), text=[("mask", 0.3)], random_state=0)
    model.fit(TITLES, TARGET)
    save(model, tmp_path / "model.mmsk")
    again = load(tmp_path / "model.mmsk")
    np.testing.assert_array_equal(again.predict_proba(TITLES), model.predict_proba(TITLES))
    assert again.columns_ == {"title": "text"}
    assert clone(again).fit(TITLES, TARGET).text == [("mask", 0.3)]
