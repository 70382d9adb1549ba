"""LateFusionClassifier: one model a modality, what is said of rows with holes, and a memo that never shows."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from mmsk import fusion_transformer, simplex_weights
from mmsk.fusion import LateFusionClassifier, memo, modality_models
from mmsk.image import HOG
from mmsk.text import Tfidf

RNG = np.random.default_rng(0)
N = 120


def draw(n):
    """Return codes of three classes, and a table of two modalities that know of them and one that does not."""
    codes = RNG.permutation(np.arange(n) % 3)
    columns = {
        "a0": codes + RNG.normal(0, 1, n),
        "a1": RNG.normal(0, 1, n),
        "b0": (codes == 1) + RNG.normal(0, 0.7, n),
        "noise": RNG.normal(0, 1, n),
    }
    return codes, pd.DataFrame(columns)


CODES, X = draw(N)
Y = np.array(["ant", "bee", "cat"])[CODES]
HOLES = X.mask(RNG.uniform(size=X.shape) < 0.3)
HOLES.loc[HOLES["a0"].isna() | HOLES["a1"].isna(), ["a0", "a1"]] = np.nan
TRIPLES = [
    ("a", LogisticRegression(), ["a0", "a1"]),
    ("b", LogisticRegression(), ["b0"]),
    ("noise", LogisticRegression(), ["noise"]),
]
COMBINE = ["gate", "product", "mean", "vote", "stack"]
SHARES = {"a": 0.5, "b": 0.3, "noise": 0.2}


@pytest.fixture(autouse=True)
def forget():
    memo.clear()
    yield
    memo.clear()


def late(triples=TRIPLES, **parameters):
    return LateFusionClassifier(triples, **parameters)


def by_hand(frame, labels, new):
    """Return the probabilities of the three models, each fitted on the rows that it has."""
    found = []
    for _, model, columns in TRIPLES:
        there = frame[columns].notna().all(axis=1)
        found.append(clone(model).fit(frame.loc[there, columns], labels[there]).predict_proba(new[columns]))
    return np.array(found)


# Combinations ---------------------------------------------------------------------------------------------------------


def test_the_mean_is_that_of_models_fitted_on_the_rows_that_they_have():
    expected = np.average(by_hand(HOLES, Y, X), axis=0, weights=[0.5, 0.3, 0.2])
    np.testing.assert_allclose(late(combine="mean", weights=SHARES).fit(HOLES, Y).predict_proba(X), expected)


def test_the_product_is_bayes_rule_for_independent_modalities():
    opinions = by_hand(X, Y, X)
    prior = np.full(3, 1 / 3)
    expected = prior * (opinions / prior).prod(axis=0)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(late(combine="product").fit(X, Y).predict_proba(X), expected, atol=0.01)


def test_a_vote_counts_and_ties_go_to_the_mean():
    opinions = by_hand(X, Y, X)
    votes = np.eye(3)[opinions.argmax(axis=2)].sum(axis=0)
    most = votes + 1e-3 * opinions.mean(axis=0)
    fusion = late(combine="vote").fit(X, Y)
    np.testing.assert_allclose(fusion.predict_proba(X), votes / 3, atol=1e-5)
    np.testing.assert_array_equal(fusion.predict(X), fusion.classes_[most.argmax(axis=1)])
    assert (votes.max(axis=1) == 1).any()


def test_a_stack_learns_which_modality_counts():
    fusion = late(combine="stack").fit(X, Y)
    assert fusion.score(X, Y) > late(combine="mean").fit(X, Y).score(X, Y) - 0.02
    per_modality = np.abs(fusion.final_estimator_.coef_[:, :9]).reshape(3, 3, 3).sum(axis=(0, 2))
    assert per_modality[0] > 3 * per_modality[2]
    assert fusion.final_estimator_.n_features_in_ == 3 * 3 + 3


def test_a_stack_of_two_classes_has_one_column_a_modality():
    fusion = late(combine="stack").fit(X, Y == "bee")
    assert fusion.final_estimator_.n_features_in_ == 3 + 3


def test_a_final_estimator_without_probabilities_predicts():
    fusion = late(combine="stack", final_estimator=LinearSVC()).fit(HOLES, Y)
    assert not hasattr(fusion, "predict_proba")
    assert fusion.score(HOLES, Y) > 0.5
    nothing = HOLES.iloc[:1] * np.nan
    assert fusion.predict(nothing)[0] == fusion.classes_[fusion.prior_.argmax()]


@pytest.mark.parametrize("combine", COMBINE)
def test_probabilities_sum_to_one_and_labels_are_the_likeliest(combine):
    fusion = late(combine=combine).fit(HOLES, Y)
    probabilities = fusion.predict_proba(HOLES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(fusion.predict(HOLES), fusion.classes_[probabilities.argmax(axis=1)])
    assert fusion.score(HOLES, Y) > 0.45


# Missing modalities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("combine", COMBINE)
def test_a_row_with_nothing_in_it_gets_the_prior(combine):
    fusion = late(combine=combine).fit(HOLES.iloc[:90], Y[:90])
    found = fusion.predict_proba(HOLES.iloc[:2] * np.nan)
    np.testing.assert_allclose(found, [fusion.prior_] * 2)
    np.testing.assert_allclose(fusion.prior_, np.unique(Y[:90], return_counts=True)[1] / 90)


@pytest.mark.parametrize("combine", ["gate", "product", "mean", "vote"])
def test_shares_of_absent_modalities_are_shared_out(combine):
    fusion = late(combine=combine, weights=SHARES).fit(X, Y)
    new = X.iloc[:3].copy()
    new.loc[new.index[0], "b0"] = np.nan
    new.loc[new.index[1], ["a0", "a1", "b0"]] = np.nan
    attention = fusion.attention(new)
    np.testing.assert_allclose(attention.sum(axis=1), 1)
    assert attention[0, 1] == attention[1, 0] == attention[1, 1] == 0
    if combine != "gate":
        np.testing.assert_allclose(attention, [[5 / 7, 0, 2 / 7], [0, 0, 1], [0.5, 0.3, 0.2]])


@pytest.mark.parametrize("combine", ["product", "mean"])
def test_one_modality_alone_is_its_own_model(combine):
    fusion = late(combine=combine).fit(HOLES, Y)
    alone = X.assign(a0=np.nan, a1=np.nan, noise=np.nan)
    expected = fusion.named_estimators_["b"].predict_proba(X[["b0"]])
    np.testing.assert_allclose(fusion.predict_proba(alone), expected, atol=2e-3)


def test_a_row_has_several_columns_as_long_as_one_cell_is_there():
    model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0))
    fusion = late([("a", model, ["a0", "a1"]), TRIPLES[1]], combine="mean").fit(X, Y)
    half = X.assign(a0=np.nan)
    np.testing.assert_array_equal(fusion.attention(half), np.full((N, 2), 0.5))


def test_a_class_without_rows_of_a_modality_keeps_its_prior_there():
    frame = X.copy()
    frame.loc[Y == "cat", "b0"] = np.nan
    fusion = late([TRIPLES[1]], combine="mean").fit(frame, Y)
    assert list(fusion.classes_) == ["ant", "bee", "cat"]
    assert list(fusion.named_estimators_["b"].classes_) == ["ant", "bee"]
    found = fusion.predict_proba(X)
    np.testing.assert_allclose(found[:, 2], 1 / 3)
    np.testing.assert_allclose(found[:, :2], fusion.named_estimators_["b"].predict_proba(X[["b0"]]) * 2 / 3)


@pytest.mark.parametrize(("keep", "what"), [(np.zeros(N, dtype=bool), "no row"), (Y == "bee", "one class only")])
@pytest.mark.parametrize("combine", COMBINE)
def test_a_modality_with_nothing_to_learn_from_is_left_out(combine, keep, what):
    frame = X.assign(b0=X["b0"].where(keep))
    with pytest.warns(UserWarning, match=f"'b' has .*{what}"):
        fusion = late(combine=combine).fit(frame, Y)
    assert list(fusion.named_estimators_) == ["a", "noise"]
    np.testing.assert_array_equal(
        fusion.predict_proba(X), late([TRIPLES[0], TRIPLES[2]], combine=combine).fit(X, Y).predict_proba(X)
    )


def test_a_blank_text_is_absent():
    texts = pd.DataFrame({"text": [f"{label} word{number % 7}" for number, label in enumerate(Y)]})
    fusion = late([("text", make_pipeline(Tfidf(), LogisticRegression()), "text")], combine="mean").fit(texts, Y)
    found = fusion.attention(pd.DataFrame({"text": ["ant", " ", "", None]}))
    np.testing.assert_array_equal(found, [[1], [0], [0], [0]])


def test_an_item_that_cannot_be_read_is_absent_if_the_descriptor_says_so():
    pixels = RNG.integers(0, 255, (40, 16, 16, 3)).astype(np.uint8)
    frame = pd.DataFrame({"photo": pd.Series([*pixels], dtype=object), "b0": X["b0"][:40]})
    frame.loc[3, "photo"] = "no such file.png"
    hog = HOG(size=(16, 16), on_error="missing")
    fusion = late([("image", make_pipeline(hog, LogisticRegression()), "photo"), TRIPLES[1]]).fit(frame, Y[:40])
    np.testing.assert_array_equal(fusion.attention(frame)[:, 0] > 0, np.arange(40) != 3)
    with pytest.raises(ValueError, match=r"no such file\.png"):
        late([("image", make_pipeline(HOG(), LogisticRegression()), "photo")]).fit(frame, Y[:40])


# Calibration ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [SVC(kernel="linear"), LinearSVC(), RidgeClassifier()])
def test_models_without_probabilities_are_calibrated(machine):
    codes, new = draw(3000)
    fusion = late([("a", machine, ["a0", "a1"])], combine="mean").fit(X, CODES)
    probabilities = fusion.predict_proba(new)
    right = probabilities.argmax(axis=1) == codes
    assert probabilities.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.1)
    assert -np.log(probabilities[np.arange(3000), codes]).mean() < 0.95 < np.log(3)


def test_classes_of_one_row_each_get_a_softmax_and_a_warning():
    with pytest.warns(UserWarning, match="'a' has too few rows .* not calibrated"):
        fusion = late([("a", SVC(), ["a0", "a1"])], combine="mean").fit(X.iloc[:5], list("abcde"))
    assert fusion.predict_proba(X.iloc[:5]).shape == (5, 5)


def test_decision_values_of_pairs_are_refused():
    pairs = SVC(decision_function_shape="ovo")
    with pytest.raises(ValueError, match="decision_function_shape='ovr'"):
        late([("a", pairs, ["a0", "a1"]), ("b", pairs, ["b0"])]).fit(X, np.arange(N) % 4)


# Weights --------------------------------------------------------------------------------------------------------------


def test_learned_shares_find_what_misleads_and_are_equal_with_few_rows():
    triples = [*TRIPLES[:2], ("noise", KNeighborsClassifier(3), ["noise"])]
    many = late(triples, combine="product", weights="learned").fit(X, Y).weights_
    few = late(triples, combine="product", weights="learned").fit(X.iloc[:9], Y[:9]).weights_
    assert many["noise"] < 0.25 < many["a"]
    assert sum(many.values()) == pytest.approx(1)
    np.testing.assert_allclose(list(few.values()), 1 / 3, atol=0.15)


def test_weights_of_classes_that_a_modality_never_shows():
    holes = X.copy()
    holes.loc[Y == "cat", ["a0", "a1"]] = np.nan
    weighed = LogisticRegression(class_weight={"bee": 5.0, "cat": 3.0})
    found = late([("a", weighed, ["a0", "a1"]), ("b", weighed, ["b0"])]).fit(holes, Y)
    two = Y != "cat"
    alone = LogisticRegression(class_weight={"bee": 5.0}).fit(X.loc[two, ["a0", "a1"]], Y[two])
    np.testing.assert_array_equal(found.named_estimators_["a"].coef_, alone.coef_)
    assert found.named_estimators_["b"].class_weight == {"bee": 5.0, "cat": 3.0}


def test_a_modality_of_share_zero_has_no_model():
    fusion = late(combine="product", weights={"a": 2.0, "b": 1.0}).fit(X, Y)
    assert list(fusion.named_estimators_) == ["a", "b"]
    two = late(TRIPLES[:2], combine="product", weights={"a": 2.0, "b": 1.0}).fit(X, Y)
    np.testing.assert_array_equal(fusion.predict_proba(X), two.predict_proba(X))


class Counting(ClassifierMixin, BaseEstimator):
    """A logistic regression that counts its fits."""

    fits = 0

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y):
        Counting.fits += 1
        self.model_ = LogisticRegression(C=self.C).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def counting(**parameters):
    return late([(name, Counting(), columns) for name, _, columns in TRIPLES], **parameters)


def test_a_search_over_weights_fits_each_model_once_a_fold(monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    grid = {"weights": simplex_weights(list(SHARES), 0.25)}
    search = GridSearchCV(counting(combine="product"), grid, cv=3).fit(X, Y)
    used = sum(share > 0 for share in search.best_params_["weights"].values())
    assert Counting.fits == 3 * 3 + used


def test_a_search_over_combinations_shares_what_is_out_of_fold(monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    grid = {"combine": ["gate", "stack", "product", "mean"], "final_estimator": [None, LogisticRegression(C=10.0)]}
    GridSearchCV(counting(cv=4), grid, cv=3, refit=False).fit(X, Y)
    assert Counting.fits == 3 * 3 * (1 + 4)


@pytest.mark.parametrize("combine", COMBINE)
def test_memo_on_and_off_give_equal_results(combine, monkeypatch):
    grid = {"a__C": [0.1, 1.0]}
    with_memo = GridSearchCV(late(combine=combine), grid, cv=3).fit(HOLES, Y)
    monkeypatch.setattr(memo, "max_bytes", 0)
    without = GridSearchCV(late(combine=combine), grid, cv=3).fit(HOLES, Y)
    np.testing.assert_array_equal(with_memo.cv_results_["mean_test_score"], without.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(with_memo.predict_proba(X), without.predict_proba(X))


def test_labels_and_sample_weights_are_part_of_the_key():
    first = late(combine="mean").fit(X, Y).predict_proba(X)
    assert not np.allclose(late(combine="mean").fit(X, Y[::-1]).predict_proba(X), first)
    assert not np.allclose(late(combine="mean").fit(X, Y, sample_weight=CODES + 1.0).predict_proba(X), first)


# Reproducible ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("combine", ["gate", "stack"])
def test_twice_and_in_parallel_the_same(combine):
    forests = [(name, RandomForestClassifier(10), columns) for name, _, columns in TRIPLES]
    found = []
    for n_jobs in (1, 1, 2):
        memo.clear()
        fusion = late(forests, combine=combine, dropout=0.3, random_state=0, n_jobs=n_jobs)
        found.append(fusion.fit(X, Y).predict_proba(X))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_random_state_seeds_the_models_that_have_none():
    forest = RandomForestClassifier(3)
    fusion = late([("a", forest, ["a0"]), ("b", forest, ["b0"])], random_state=0).fit(X, Y)
    first, second = (model.random_state for model in fusion.estimators_)
    assert forest.random_state is None
    assert None not in (first, second)
    assert first != second
    own = late([("a", RandomForestClassifier(3, random_state=7), ["a0"])], random_state=0).fit(X, Y)
    assert own.estimators_[0].random_state == 7


def test_a_forest_without_a_seed_stays_random():
    forests = [("a", RandomForestClassifier(3), ["a0", "a1"])]
    found = [late(forests, combine="mean").fit(X, Y).predict_proba(X) for _ in range(2)]
    assert not np.array_equal(*found)


def test_the_same_after_pickling():
    fusion = late().fit(HOLES, Y)
    thawed = pickle.loads(pickle.dumps(fusion))
    np.testing.assert_array_equal(thawed.predict_proba(X), fusion.predict_proba(X))


# Dropout --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("combine", "changes"), [("gate", True), ("stack", True), ("mean", False), ("product", False)])
def test_dropout_is_for_what_is_learned_out_of_fold(combine, changes):
    found = [late(combine=combine, dropout=share, random_state=0).fit(X, Y).predict_proba(X) for share in (0.0, 0.5)]
    assert np.array_equal(*found) is not changes


def test_a_stack_learns_from_dropout_to_do_without():
    without = X.assign(a0=np.nan, a1=np.nan)
    scores = [late(TRIPLES[:2], combine="stack", dropout=share, random_state=0).fit(X, Y) for share in (0.0, 0.5)]
    log_loss = [-np.log(fusion.predict_proba(without)[np.arange(N), CODES]).mean() for fusion in scores]
    assert log_loss[1] < log_loss[0]


# A composition like scikit-learn's ------------------------------------------------------------------------------------


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


def test_modality_models_are_the_branches_with_an_estimator():
    fusion = fusion_transformer([("a", "passthrough", ["a0", "a1"]), ("b", "passthrough", ["b0"])])
    fitted = late(modality_models(fusion, {"a": LogisticRegression(), "b": SVC()})).fit(HOLES, Y)
    assert fitted.score(HOLES, Y) > 0.5
    with pytest.raises(ValueError, match="name each branch"):
        modality_models(fusion, {"a": SVC()})


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"triples": []}, "at least one modality"),
        ({"triples": [("a", SVC())]}, "tuple"),
        ({"triples": [TRIPLES[0]] * 2}, "not unique"),
        ({"triples": [("cv", SVC(), ["a0"])]}, "conflict"),
        ({"triples": [("a", SVC, ["a0"])]}, "an estimator or 'drop'"),
        ({"triples": [("a", SVC(), ["a9"])]}, r"no column \['a9'\]"),
        ({"weights": {"sound": 1.0}}, "weights for unknown"),
        ({"weights": {"a": -1.0}}, "at least 0"),
        ({"weights": "learned"}, "learns what each modality counts for"),
        ({"combine": "stack", "weights": SHARES}, "learns what each modality counts for"),
        ({"combine": "blend"}, "'combine' parameter"),
        ({"dropout": 1.0}, "'dropout' parameter"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        late(**parameters).fit(X, Y)


@pytest.mark.parametrize(
    ("weights", "message"),
    [(np.ones(3), "one number a row"), (-np.ones(N), "at least 0"), (np.full(N, np.nan), "finite")],
)
def test_bad_sample_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        late().fit(X, Y, sample_weight=weights)


def test_a_model_that_takes_no_sample_weights_is_named():
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight") as caught:
        late([("a", KNeighborsClassifier(), ["a0"])]).fit(X, Y, sample_weight=np.ones(N))
    assert "modality 'a'" in caught.value.__notes__[0]


def test_a_single_class_and_models_without_an_opinion_are_refused():
    with pytest.raises(ValueError, match="one class only, 'ant'"):
        late().fit(X, ["ant"] * N)

    class Silent(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            return self

    with pytest.raises(ValueError, match="neither predict_proba nor decision_function"):
        late([("a", Silent(), ["a0"])]).fit(X, Y)


def test_a_stack_says_when_it_has_nothing_to_learn_from():
    with pytest.raises(ValueError, match="two classes of at least two rows"):
        late(combine="stack").fit(X.iloc[:5], list("abcde"))
