"""modality_scores: right on known structures, and the same as scores of models that are built by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer, weight_grid
from mmsk.datasets import make_multimodal
from mmsk.evaluation import modality_scores
from mmsk.fusion import KernelFusionClassifier, LateFusionClassifier
from mmsk.image import HOG
from mmsk.text import Tfidf

FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)


def explained(make, rbf, structure, **parameters):
    made = make(structure, **parameters)
    scores = modality_scores(rbf(made), made.data, made.target, random_state=0)
    return scores.modalities["shapley"], scores.interactions["interaction"]


def test_modalities_that_say_the_same_share_their_worth_and_are_redundant(make, rbf):
    shapley, pairs = explained(make, rbf, "a|b")
    assert min(shapley["a"], shapley["b"]) > 0.15 > abs(shapley["c"])
    assert pairs["a", "b"] < -0.3
    assert max(abs(pairs["a", "c"]), abs(pairs["b", "c"])) < 0.1


def test_modalities_that_tell_different_rows_are_ranked_and_do_not_interact(make, rbf):
    shapley, pairs = explained(make, rbf, {"a": 0.6, "b": 0.35})
    assert shapley["a"] > shapley["b"] > shapley["c"]
    assert pairs.abs().max() < 0.15  # of 240 rows; modalities that say the same are at -0.5


def test_modalities_that_tell_only_together_help_each_other(make, rbf):
    shapley, pairs = explained(make, rbf, "a&b", noise=0.1)
    assert min(shapley["a"], shapley["b"]) > 0.15 > abs(shapley["c"])
    assert pairs["a", "b"] > 0.3
    assert max(abs(pairs["a", "c"]), abs(pairs["b", "c"])) < 0.15


def test_all_of_it_in_one_table(make, rbf):
    shapley, pairs = explained(make, rbf, {"a": 0.3, "a|b": 0.3, "b&c": 0.3}, n_samples=400, noise=0.2)
    assert shapley["a"] > shapley["b"] > shapley["c"] > 0
    assert pairs["a", "b"] < -0.05
    assert pairs["b", "c"] > 0.05


def test_the_folds_may_stand_fourth(make, rbf):
    made = make("a|b", n_samples=60)
    found = modality_scores(rbf(made), made.data, made.target, 2)
    named = modality_scores(rbf(made), made.data, made.target, cv=2)
    assert found.n_folds == 2
    pd.testing.assert_frame_equal(found.modalities, named.modalities)


def test_words_and_pictures():
    made = make_multimodal(90, 2, modalities=("text", "image"), structure="shared", noise=0.2, random_state=0)
    model = fusion_pipeline([("text", Tfidf(), "text"), ("image", HOG(), "image")])
    scores = modality_scores(model, made.data, made.target, cv=3)
    assert (scores.modalities["shapley"] > 0.1).all()
    assert scores.interactions.loc[("text", "image"), "interaction"] < -0.2


def test_each_coalition_scores_as_a_model_of_its_branches_alone(make, branches_of):
    made = make({"a": 0.5, "b|c": 0.4})
    branches, weights = branches_of(made), {"a": 2.0, "b": 0.5}
    scores = modality_scores(fusion_pipeline(branches, SVC(), weights=weights), made.data, made.target, cv=FOLDS)
    assert list(scores.coalitions.index) == ["(none)", "a", "b", "c", "a + b", "a + c", "b + c", "a + b + c"]
    for coalition, row in scores.coalitions.iloc[1:].iterrows():
        kept = [branch for branch in branches if branch[0] in coalition.split(" + ")]
        kept_weights = {name: weight for name, weight in weights.items() if name in coalition}
        by_hand = cross_val_score(fusion_pipeline(kept, SVC(), weights=kept_weights), made.data, made.target, cv=FOLDS)
        assert row["score"] == pytest.approx(by_hand.mean())
        assert row["sd"] == pytest.approx(by_hand.std(ddof=1))
    prior = cross_val_score(DummyClassifier(), made.data, made.target, cv=FOLDS).mean()
    assert scores.coalitions.loc["(none)", "score"] == pytest.approx(prior)


def test_the_tables_agree_with_each_other(make, rbf):
    made = make({"a": 0.5, "b|c": 0.4})
    scores = modality_scores(rbf(made), made.data, made.target, cv=FOLDS)
    worth, modalities = scores.coalitions["score"], scores.modalities
    assert modalities["shapley"].sum() == pytest.approx(worth["a + b + c"] - worth["(none)"])
    assert modalities.loc["a", "alone"] == worth["a"]
    assert modalities.loc["a", "left_out"] == worth["b + c"]
    for table in (modalities, scores.interactions):  # three folds: a test fold is half the size of a training fold
        np.testing.assert_allclose(table["se"], table["sd"] * np.sqrt(1 / 3 + 1 / 2))


def test_kernels_keep_the_proportions_and_the_sum_of_their_shares(make, branches_of):
    made = make({"a": 0.5, "b|c": 0.4})
    fusion = fusion_transformer(branches_of(made))
    shares = {"a": 0.5, "b": 0.3, "c": 0.2}
    model = KernelFusionClassifier(fusion, weights=shares, kernel={"a": "rbf", "b": "linear"})
    scores = modality_scores(model, made.data, made.target, cv=FOLDS)
    by_hand = clone(model).set_params(weights={"a": 0.5 / 0.8, "b": 0.3 / 0.8})
    assert scores.coalitions.loc["a + b", "score"] == cross_val_score(by_hand, made.data, made.target, cv=FOLDS).mean()


def test_a_modality_without_a_share_is_worth_nothing(make, branches_of):
    made = make("a|b")
    model = KernelFusionClassifier(fusion_transformer(branches_of(made)), weights={"a": 1.0, "b": 1.0})
    scores = modality_scores(model, made.data, made.target, cv=FOLDS)
    assert scores.modalities.loc["c", "shapley"] == pytest.approx(0)
    assert scores.coalitions.loc["c", "score"] == scores.coalitions.loc["(none)", "score"]


@pytest.mark.parametrize("weights", [None, {"a": 0.6, "b": 0.3, "c": 0.1}])
def test_late_fusion_leaves_models_out(make, weights):
    made = make("a|b")
    triples = [(name, make_pipeline(StandardScaler(), LogisticRegression()), made.columns[name]) for name in "abc"]
    model = LateFusionClassifier(triples, combine="mean", weights=weights)
    scores = modality_scores(model, made.data, made.target, cv=FOLDS)
    alone = cross_val_score(triples[1][1], made.data[made.columns["b"]], made.target, cv=FOLDS).mean()
    assert scores.modalities.loc["b", "alone"] == pytest.approx(alone)
    assert scores.interactions.loc[("a", "b"), "interaction"] < -0.3


def test_weights_of_late_fusion_in_a_list_are_those_of_its_models(make):
    made = make("a|b")
    triples = [(name, make_pipeline(StandardScaler(), LogisticRegression()), made.columns[name]) for name in "abc"]
    listed, named = (
        modality_scores(LateFusionClassifier(triples, combine="mean", weights=weights), made.data, made.target, cv=2)
        for weights in ([0.6, 0.4, 0.0], {"a": 0.6, "b": 0.4})
    )
    pd.testing.assert_frame_equal(listed.coalitions, named.coalitions)
    assert listed.coalitions.loc["c", "score"] == listed.coalitions.loc["(none)", "score"]


def test_branches_inside_a_late_fusion_are_no_modalities_of_their_own(make):
    made = make("a|b")
    inner = ColumnTransformer([("first", StandardScaler(), [0, 1, 2]), ("second", StandardScaler(), [3, 4, 5])])
    triples = [(name, make_pipeline(inner, LogisticRegression()), made.columns[name]) for name in "abc"]
    late = LateFusionClassifier(triples, combine="mean")
    for model in (late, make_pipeline("passthrough", late)):
        assert list(modality_scores(model, made.data, made.target, cv=2).modalities.index) == ["a", "b", "c"]


def test_any_pipeline_with_a_column_transformer(make):
    made = make("a|b")
    columns = make_column_transformer(
        (StandardScaler(), made.columns["a"]), ("drop", made.columns["c"]), remainder=StandardScaler()
    )
    scores = modality_scores(make_pipeline(columns, SVC()), made.data, made.target, cv=FOLDS)
    assert list(scores.modalities.index) == ["standardscaler", "remainder"]
    by_hand = cross_val_score(
        make_pipeline(StandardScaler(), SVC()), made.data[made.columns["b"]], made.target, cv=FOLDS
    )
    assert scores.coalitions.loc["remainder", "score"] == pytest.approx(by_hand.mean())


def test_a_single_modality(make):
    made = make("a")
    model = fusion_pipeline([("a", "passthrough", made.columns["a"])])
    scores = modality_scores(model, made.data, made.target, cv=FOLDS)
    assert scores.modalities.loc["a", "shapley"] == pytest.approx(scores.coalitions["score"]["a"] - 0.5)
    assert scores.interactions.empty
    assert "there is one modality" in str(scores)


def test_regression_and_scoring(make, branches_of):
    made = make({"a": 0.7, "b": 0.3}, n_classes=None)
    model = fusion_pipeline(branches_of(made), Ridge())
    scores = modality_scores(model, made.data, made.target, random_state=0)
    assert scores.scoring == "R²"
    assert scores.modalities["shapley"].idxmax() == "a"
    errors = modality_scores(model, made.data, made.target, scoring="neg_mean_absolute_error", random_state=0)
    assert (errors.coalitions["score"] < 0).all()
    assert "neg_mean_absolute_error, mean of 5 folds" in str(errors)


def test_groups_and_other_folds(make, rbf):
    made = make("a|b")
    groups = np.arange(len(made.data)) // 2
    scores = modality_scores(rbf(made), made.data, made.target, cv=GroupKFold(4), groups=groups)
    assert scores.n_folds == 4
    train, test = np.arange(200), np.arange(200, 240)
    single = modality_scores(rbf(made), made.data, made.target, cv=[(train, test)])
    assert single.modalities[["sd", "se"]].isna().all(axis=None)


def test_a_number_of_folds_is_shuffled_by_the_random_state_only(make, rbf):
    made = make("a|b")
    plain = modality_scores(rbf(made), made.data, made.target, cv=3).coalitions
    same = modality_scores(rbf(made), made.data, made.target, cv=StratifiedKFold(3)).coalitions
    pd.testing.assert_frame_equal(plain, same)
    shuffled = modality_scores(rbf(made), made.data, made.target, cv=3, random_state=0).coalitions
    same = modality_scores(rbf(made), made.data, made.target, cv=FOLDS).coalitions
    pd.testing.assert_frame_equal(shuffled, same)
    assert not plain.equals(shuffled)


def test_workers_find_the_same(make, rbf):
    made = make("a|b", n_samples=80)
    one, two = (modality_scores(rbf(made), made.data, made.target, cv=2, n_jobs=n_jobs) for n_jobs in (1, 2))
    pd.testing.assert_frame_equal(one.coalitions, two.coalitions)


def test_each_item_is_described_once(toy, described, cache):
    y = np.tile([0, 1], 12)
    X = pd.DataFrame({"x": [bytes([row, 50 * label]) for row, label in enumerate(y)]})
    X["y"] = [cell[::-1] + b"y" for cell in X["x"]]
    model = fusion_pipeline([("x", toy.Bytes(cache=cache), "x"), ("y", toy.Bytes(cache=cache), "y")])
    modality_scores(model, X, y, cv=3)
    assert sorted(described) == sorted([*X["x"], *X["y"]])


def test_the_model_is_left_as_it_is(make, rbf):
    made = make("a|b")
    model = rbf(made)
    before = str(model.get_params())
    modality_scores(model, made.data, made.target, cv=2)
    assert str(model.get_params()) == before
    assert not hasattr(model[-1], "support_")


def test_a_search_that_names_no_modality(make, rbf):
    made = make("a|b", n_samples=100)
    search = GridSearchCV(rbf(made), {"classifier__C": [0.1, 1]}, cv=2)
    scores = modality_scores(search, made.data, made.target, cv=2)
    assert scores.coalitions.loc["a", "score"] > scores.coalitions.loc["c", "score"]


def test_what_cannot_be_explained_is_refused(make, rbf, branches_of):
    made = make("a|b", n_samples=60)
    X, y = made.data, made.target
    with pytest.raises(ValueError, match="none here in SVC"):
        modality_scores(SVC(), X, y)
    with pytest.raises(ValueError, match="several places have them: one__fusion, two__fusion"):
        modality_scores(VotingClassifier([("one", rbf(made)), ("two", rbf(made))]), X, y)
    with pytest.raises(ValueError, match=r"9 modalities .* at most 2\*\*8"):
        modality_scores(fusion_pipeline([(f"m{number}", "passthrough", "x") for number in range(9)]), X, y)
    with pytest.raises(ValueError, match="param_grid of this search names modalities"):
        modality_scores(GridSearchCV(rbf(made), weight_grid(rbf(made), 0.5)), X, y)
    with pytest.raises(ValueError, match=r"all modalities .* are dropped"):
        modality_scores(make_pipeline(ColumnTransformer([("a", "drop", [0])]), SVC()), X, y)
    with pytest.raises(ValueError, match="neither a classifier nor a regressor"):
        modality_scores(fusion_pipeline(branches_of(made), StandardScaler()), X, y)
