"""robustness_curve: what is hidden from whom, and what the ends of the curve have to be."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_score

from mmsk import fusion_pipeline
from mmsk.evaluation import robustness_curve

FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
PARTIAL = {"a": 0.6, "b": 0.3}


@pytest.fixture
def model(branches_of):
    return lambda made: fusion_pipeline(branches_of(made), LogisticRegression())


def test_nothing_hidden_scores_as_cross_validation(make, model):
    made = make(PARTIAL)
    curve = robustness_curve(model(made), made.data, made.target, "a", rates=[0], cv=FOLDS)
    scores = cross_val_score(model(made), made.data, made.target, cv=FOLDS)
    assert curve.to_dict("records") == [{"rate": 0, "mean": scores.mean(), "sd": pytest.approx(scores.std(ddof=1))}]


def test_a_modality_that_is_all_hidden_scores_as_one_that_is_missing_in_test_rows_only(make, model):
    made = make(PARTIAL)
    curve = robustness_curve(model(made), made.data, made.target, "a", rates=[1], cv=FOLDS)
    by_hand = []
    for train, test in FOLDS.split(made.data, made.target):
        fitted = model(made).fit(made.data.iloc[train], made.target.iloc[train])
        held_out = made.data.iloc[test].copy()
        held_out[made.columns["a"]] = np.nan
        by_hand.append(fitted.score(held_out, made.target.iloc[test]))
    assert curve["mean"].item() == pytest.approx(np.mean(by_hand))


def test_the_more_is_hidden_the_worse_and_the_better_modality_costs_more(make, model):
    made = make(PARTIAL, n_samples=400)
    curves = {
        name: robustness_curve(model(made), made.data, made.target, name, rates=[0, 0.3, 0.6, 1], cv=FOLDS)["mean"]
        for name in ("a", "b", "c", "all")
    }
    for name in ("a", "b", "all"):
        assert curves[name].is_monotonic_decreasing
    lost = {name: curve.iloc[0] - curve.iloc[-1] for name, curve in curves.items()}
    assert lost["all"] > lost["a"] > lost["b"] > lost["c"]
    assert curves["all"].iloc[-1] == pytest.approx(0.5, abs=0.01)  # nothing is known


class Watch(DummyClassifier):
    """Note which share of the cells of each column it is shown."""

    shown: ClassVar[list[dict]] = []

    def __init__(self, branches=None):
        super().__init__(strategy="prior")
        self.branches = branches

    def score(self, X, y):
        self.shown.append(X.notna().mean().to_dict())
        return super().score(X, y)


@pytest.mark.parametrize(
    ("read", "hidden"),
    [
        ({"words": ["t"], "stats": ["t"], "photo": ["p"]}, "tp"),
        ({"words": ["t", "u"], "photo": ["p"], "stats": ["u", "v"]}, "tuvp"),
        ({"words": ["t"], "photo": ["p"], "both": ["p", "t"]}, "tp"),
    ],
)
def test_a_column_that_several_modalities_read_is_hidden_at_the_rate_that_is_asked_for(read, hidden):
    X = pd.DataFrame({name: np.arange(80.0) for name in "tuvp"})
    model = Watch(ColumnTransformer([(name, "passthrough", columns) for name, columns in read.items()]))
    Watch.shown.clear()
    robustness_curve(model, X, np.arange(80) % 2, "all", rates=[0.5], cv=2, n_repeats=1)
    expected = {name: 0.5 if name in hidden else 1.0 for name in "tuvp"}
    assert Watch.shown == [expected, expected]


def test_the_same_seed_draws_the_same_and_workers_do(make, model):
    made = make(PARTIAL, n_samples=90)

    def curve(**parameters):
        return robustness_curve(model(made), made.data, made.target, "all", rates=[0.5], cv=2, **parameters)

    pd.testing.assert_frame_equal(curve(), curve())
    pd.testing.assert_frame_equal(curve(), curve(n_jobs=2))
    assert not curve(n_repeats=1).equals(curve(n_repeats=1, random_state=1))


def test_scoring_groups_and_a_single_fold(make, model):
    made = make(PARTIAL, n_samples=120)
    how = {"cv": GroupKFold(4), "groups": np.arange(120) // 2, "scoring": "neg_log_loss"}
    curve = robustness_curve(model(made), made.data, made.target, "a", rates=[0], **how)
    scores = cross_val_score(model(made), made.data, made.target, **how)
    assert curve["mean"].item() == pytest.approx(scores.mean())
    single = robustness_curve(model(made), made.data, made.target, "a", cv=[(np.arange(90), np.arange(90, 120))])
    assert list(single["rate"]) == [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1]
    assert single["sd"].isna().all()


def test_what_is_not_there_is_refused(make, model):
    made = make(PARTIAL, n_samples=60)
    with pytest.raises(ValueError, match="no modality 'sound'; there are a, b, c, and 'all'"):
        robustness_curve(model(made), made.data, made.target, "sound")
    with pytest.raises(ValueError, match="between 0 and 1"):
        robustness_curve(model(made), made.data, made.target, "a", rates=[2])
