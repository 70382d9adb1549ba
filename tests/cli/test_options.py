"""What words on the command line mean: values, models, tasks."""

import numpy as np
import pytest
import typer
from sklearn.linear_model import Ridge
from sklearn.svm import SVC

from mmsk.cli._estimators import make_estimator, values_of
from mmsk.cli._options import TaskName, pairs
from mmsk.cli._table import is_number
from mmsk.fusion import linear_gram

CLASSES = np.array(["a", "b", "b"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1", [1]),
        ("0.1,1,10", [0.1, 1, 10]),
        ("(8, 8)", [(8, 8)]),
        ("(8,8),(16,16)", [(8, 8), (16, 16)]),
        ("None,True", [None, True]),
        ("rbf", ["rbf"]),
        ("rbf,linear", ["rbf", "linear"]),
        ("word, 3", ["word", 3]),
        ("'a,b'", ["a,b"]),
    ],
)
def test_values(text, values):
    assert values_of(text) == values
    assert [type(value) for value in values_of(text)] == [type(value) for value in values]


def test_pairs_split_at_the_first_equals_sign():
    assert pairs(["a=b=c", "d=1"], "--x") == {"a": "b=c", "d": "1"}
    assert pairs(None, "--x") == {}
    for bad in ("a", "=b", "a="):
        with pytest.raises(typer.BadParameter, match="NAME=VALUE"):
            pairs([bad], "--x")


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ([1.5, 2.0], True),
        ([1.0, 2.0, 3.0], False),
        ([1, 2, 3], False),
        (["a", "b"], False),
        ([True, False], False),
    ],
)
def test_fractions_are_numbers_and_the_rest_are_classes(values, number):
    assert is_number(np.array(values), TaskName.AUTO) is number


def test_many_classes_are_not_all_listed(capsys):
    is_number(np.arange(50), TaskName.AUTO)
    shown = " ".join(capsys.readouterr().err.split())
    assert "50 classes in 50 rows (0, 1, 2," in shown
    assert "19, ...)" in shown


def test_the_machine_is_the_library_s_own_with_the_seed():
    svm = make_estimator("svm", CLASSES, number=False, seed=5)
    assert isinstance(svm, SVC)
    assert (svm.kernel, svm.C, svm.random_state) == (linear_gram, 2, 5)


def test_logistic_is_ridge_for_a_number():
    assert isinstance(make_estimator("logistic", np.array([0.5, 1.5]), number=True), Ridge)


def test_class_weights_are_given_to_classes_of_any_type():
    weighted = make_estimator("svm", np.array([1, 2, 2]), number=False, class_weight=["1=3", "2=0.5"])
    assert weighted.class_weight == {1: 3.0, 2: 0.5}
