"""No copy of a validation row is ever in training: told by the content of the items that the inner estimator sees."""

import copy

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC

from mmsk import (
    AugmentedClassifier,
    AugmentedRegressor,
    KernelFusionClassifier,
    LateFusionClassifier,
    fusion_pipeline,
    fusion_transformer,
)
from mmsk.text import Tfidf

COLUMNS = {"image": "photo", "audio": "clip", "text": "title"}
GROUPS = np.repeat(range(4), 3)


def darker(picture):
    return picture - (picture > 0).astype(np.uint8)


def slower(samples, rate):
    return np.concatenate([samples, samples[:1]])


def longer(text):
    return f"{text} copied"


def augmented(spy, **parameters):
    """Return what makes copies that differ from their rows, and still tell which rows they are of."""
    return AugmentedClassifier(
        spy, image=[darker], audio=[slower], text=[longer], columns=COLUMNS, n_copies=2, **parameters
    )


def sources(frame):
    """Return from which rows a frame's pictures, sounds and texts are, by their content."""
    pictures = [-(-int(picture.max()) // 10) for picture in frame["photo"]]
    sounds = [int(clip[0][0]) - 1 for clip in frame["clip"]]
    texts = [int(text.split()[0][1:]) for text in frame["title"]]
    assert pictures == sounds == texts
    return texts


@pytest.mark.parametrize(
    ("cv", "groups"),
    [(KFold(4, shuffle=True, random_state=0), None), (StratifiedKFold(3), None), (GroupKFold(4), GROUPS)],
)
@pytest.mark.parametrize("search", [False, True])
def test_no_copy_of_a_validation_row_is_trained_on(table, target, spy, log, cv, groups, search):
    model = augmented(spy, random_state=0)
    if search:
        GridSearchCV(model, {"estimator__C": [1, 2]}, cv=cv, refit=False).fit(table, target, groups=groups)
    else:
        cross_val_score(model, table, target, cv=cv, groups=groups)
    fits, predictions = (
        [entry["X"] for entry in log if entry["did"] == did and len(entry["X"])] for did in ("fit", "predict")
    )
    assert len(fits) == len(predictions) == cv.get_n_splits(table, target, groups) * (2 if search else 1)
    for trained, judged in zip(fits, predictions, strict=True):
        learned_from, judged_on = sources(trained), sources(judged)
        assert not set(learned_from) & set(judged_on)
        assert set(learned_from) | set(judged_on) == set(range(12))
        assert sorted(learned_from) == sorted(3 * list(set(learned_from)))  # the row and two copies of it
        assert not any("copied" in text for text in judged["title"])
        assert sum("copied" in text for text in trained["title"]) == len(trained) * 2 // 3
        if groups is not None:
            assert not set(groups[learned_from]) & set(groups[judged_on])


def test_rows_are_predicted_as_they_are(table, target, spy, log):
    augmented(spy).fit(table, target).predict(table)
    assert log[-1]["X"] is table


def test_labels_weights_and_groups_go_with_their_rows(table, target, spy, log):
    weights = np.arange(1.0, 13.0)
    augmented(spy).fit(table, target, sample_weight=weights, groups=GROUPS)
    (entry,) = log
    rows = sources(entry["X"])
    assert entry["X"].index.tolist() == [f"r{row}" for row in rows]
    assert entry["X"]["price"].tolist() == rows
    np.testing.assert_array_equal(entry["y"], target[rows])
    np.testing.assert_array_equal(entry["groups"], GROUPS[rows])
    np.testing.assert_allclose(entry["sample_weight"], weights[rows] / 3)


def test_a_row_and_its_copies_are_one_group_where_none_are_given(table, target, spy, log):
    augmented(spy).fit(table, target)
    (entry,) = log
    assert entry["sample_weight"] is None
    np.testing.assert_array_equal(entry["groups"], sources(entry["X"]))


class Weighed(Ridge):
    """Notes down the weights that it is given."""

    def fit(self, X, y, sample_weight=None):
        self.weights_ = sample_weight
        return super().fit(X, y, sample_weight)


def test_groups_reach_the_last_step_of_a_pipeline(table, target, spy, log):
    last = Pipeline([("as it is", "passthrough"), ("inner", Pipeline([("spy", spy)]))])
    augmented(last).fit(table, target, groups=GROUPS)
    augmented(last).fit(table, target)
    rows = sources(log[0]["X"])
    np.testing.assert_array_equal(log[0]["groups"], GROUPS[rows])
    np.testing.assert_array_equal(log[1]["groups"], rows)


def test_groups_that_nobody_takes_are_refused(table, target):
    model = fusion_pipeline([("text", Tfidf(), "title")], SVC())
    with pytest.raises(ValueError, match="SVC takes no groups"):
        AugmentedClassifier(model, random_state=0).fit(table, target, groups=GROUPS)


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_what_a_target_is_transformed_for(table, routing):
    weights = np.arange(1.0, 13.0)
    with sklearn.config_context(enable_metadata_routing=routing):
        last = Weighed().set_fit_request(sample_weight=True) if routing else Weighed()
        model = TransformedTargetRegressor(fusion_pipeline([("text", Tfidf(), "title")], last))
        fitted = AugmentedRegressor(model, columns=COLUMNS, text=[longer], image=[], audio=[])
        fitted.fit(table, np.arange(12.0), sample_weight=weights)
    np.testing.assert_allclose(fitted.estimator_.regressor_[-1].weights_, np.tile(weights, 2) / 2)


MODELS = [("text", make_pipeline(Tfidf(), LogisticRegression()), "title")]


@pytest.mark.parametrize(
    "inner",
    [
        GridSearchCV(SVC(), {"C": [1, 2]}),
        make_pipeline(Tfidf(), GridSearchCV(SVC(), {"C": [1, 2]})),
        fusion_pipeline([("text", Tfidf(), "title")], CalibratedClassifierCV(SVC())),
        fusion_pipeline([("text", Tfidf(), "title")], LogisticRegressionCV()),
        LateFusionClassifier([("text", make_pipeline(Tfidf(), CalibratedClassifierCV(SVC())), "title")]),
        VotingClassifier([("late", LateFusionClassifier(MODELS)), ("too", LateFusionClassifier(MODELS))]),
        KernelFusionClassifier(fusion_transformer([("text", Tfidf(), "title")]), probability=True),
    ],
    ids=["search", "in a pipeline", "calibration", "its own search", "in a modality", "no groups", "probability"],
)
def test_what_would_validate_on_copies_is_refused(table, target, inner):
    with pytest.raises(ValueError, match=r"would validate on copies .*AugmentedClassifier\(\.\.\.\)"):
        AugmentedClassifier(inner).fit(table, target)


def test_what_is_refused_inside_works_outside(table, target):
    model = AugmentedClassifier(fusion_pipeline([("text", Tfidf(), "title")], SVC()), random_state=0)
    calibrated = CalibratedClassifierCV(model, cv=3).fit(table, target)
    assert calibrated.predict_proba(table).shape == (12, 2)


def test_the_table_stays_as_it_is(table, target, spy):
    before = copy.deepcopy(table.to_dict("list"))
    AugmentedClassifier(spy, columns=COLUMNS, random_state=0).fit(table, target)
    for name, cells in before.items():
        for cell, old in zip(table[name], cells, strict=True):
            np.testing.assert_equal(cell, old)
