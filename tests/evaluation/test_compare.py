"""compare_models: the same folds for all, and scikit-learn's own scores of what is said of the unseen rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import f1_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from mmsk.evaluation import compare_models

RNG = np.random.default_rng(0)
CODES = np.arange(90) % 3
X = pd.DataFrame(CODES[:, None] + RNG.normal(0, 1.0, (90, 4)), columns=list("abcd"))
Y = np.array(["ant", "bee", "cat"])[CODES]


def test_scores_of_classifiers_are_scikit_learns_out_of_fold():
    model = LogisticRegression()
    found = compare_models({"model": model}, X, pd.Series(Y, index=range(90, 0, -1))).loc["model"]
    by_fold = cross_val_score(model, X, Y)
    probabilities = cross_val_predict(model, X, Y, method="decision_function")
    assert found["accuracy"] == pytest.approx(by_fold.mean())
    assert found["sd"] == pytest.approx(by_fold.std(ddof=1))
    assert found["macro_f1"] == pytest.approx(f1_score(Y, cross_val_predict(model, X, Y), average="macro"))
    one_by_one = [roc_auc_score(Y == one, probabilities[:, code]) for code, one in enumerate(np.unique(Y))]
    assert found["roc_auc"] == pytest.approx(np.mean(one_by_one))


def test_scores_of_two_classes_and_of_regressors():
    two = compare_models({"machine": LinearSVC()}, X, CODES > 0).loc["machine"]
    decisions = cross_val_predict(LinearSVC(), X, CODES > 0, method="decision_function")
    assert two["roc_auc"] == pytest.approx(roc_auc_score(CODES > 0, decisions))
    line = compare_models({"line": LinearRegression()}, X, CODES).loc["line"]
    predicted = cross_val_predict(LinearRegression(), X, CODES)
    assert line["r2"] == pytest.approx(r2_score(CODES, predicted))
    assert line["mae"] == pytest.approx(mean_absolute_error(CODES, predicted))


@pytest.mark.parametrize("cv", [KFold(3, shuffle=True), iter(list(KFold(3).split(X)))], ids=["shuffled", "iterator"])
def test_all_models_have_the_same_folds(cv):
    found = compare_models({"one": LogisticRegression(), "other": LogisticRegression()}, X, Y, cv=cv)
    assert found.loc["one", "accuracy"] == found.loc["other", "accuracy"]


def test_groups_are_kept_together():
    # within a group labels are alike and columns say nothing else: across groups there is nothing to learn
    groups = np.repeat(np.arange(10), 9)
    frame = pd.get_dummies(groups)
    labels = RNG.permutation(np.repeat([0, 1], 5))[groups]
    shuffled = KFold(5, shuffle=True, random_state=0)
    told = compare_models({"model": LogisticRegression()}, frame, labels, cv=shuffled)
    kept = compare_models({"model": LogisticRegression()}, frame, labels, cv=GroupKFold(5), groups=groups)
    assert told.loc["model", "accuracy"] > 0.95
    assert kept.loc["model", "accuracy"] < 0.7


def test_a_class_that_a_fold_has_never_seen_and_no_model_at_all():
    rare = np.where(np.arange(90) == 4, "dog", Y)
    found = compare_models({"model": LogisticRegression()}, X, rare, cv=KFold(3))
    assert 0.5 < found.loc["model", "roc_auc"] < 1
    with pytest.raises(ValueError, match="at least one model"):
        compare_models({}, X, Y)


class Both(SVC):
    """A machine that has probabilities besides its decision values."""

    def predict_proba(self, X):
        return np.eye(len(self.classes_))[np.searchsorted(self.classes_, self.predict(X))]


@pytest.mark.parametrize(
    "model",
    [
        SVC(decision_function_shape="ovo"),
        make_pipeline(StandardScaler(), SVC(decision_function_shape="ovo")),
        GridSearchCV(SVC(), {"decision_function_shape": ["ovo"]}, cv=2),
    ],
    ids=["machine", "pipeline", "search"],
)
@pytest.mark.parametrize("n_classes", [3, 4])
def test_decision_values_of_pairs_of_classes_rank_no_class(model, n_classes):
    y = np.arange(90) % n_classes
    found = compare_models({"pairs": model}, X, y).loc["pairs"]
    assert np.isnan(found["roc_auc"])
    assert found["accuracy"] == pytest.approx(cross_val_score(model, X, y).mean())


def test_of_pairs_of_classes_probabilities_are_taken_instead_and_two_classes_are_one_pair():
    model = Both(decision_function_shape="ovo")
    found = compare_models({"model": model}, X, Y).loc["model", "roc_auc"]
    probabilities = cross_val_predict(model, X, Y, method="predict_proba")
    assert found == pytest.approx(roc_auc_score(Y, probabilities, multi_class="ovr"))
    two = compare_models({"model": model}, X, CODES > 0).loc["model", "roc_auc"]
    assert two == pytest.approx(
        roc_auc_score(CODES > 0, cross_val_predict(model, X, CODES > 0, method="decision_function"))
    )


@pytest.mark.parametrize("only", ["ant", "bee"])
def test_a_fold_trained_on_one_of_two_classes_is_sure_of_it(only):
    y = np.array(["ant", "bee"])[np.arange(40) % 2]
    folds = [(np.flatnonzero(y == only)[:10], np.arange(30, 40)), (np.arange(20), np.arange(20, 30))]
    tree = DecisionTreeClassifier(random_state=0)
    found = compare_models({"tree": tree}, X[:40], y, cv=folds).loc["tree", "roc_auc"]
    values = [np.full(10, float(only == "bee")), clone(tree).fit(X[:20], y[:20]).predict_proba(X[20:30])[:, 1]]
    tested = np.concatenate([y[30:40], y[20:30]])
    assert found == pytest.approx(roc_auc_score(tested == "bee", np.concatenate(values)))
