"""scikit-learn's own checks. They give tables of numbers, in which there is nothing to augment."""

from functools import partial

import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.utils.estimator_checks import estimator_checks_generator

from mmsk.augmentation import AugmentedClassifier, AugmentedRegressor


class Table:
    """Says that an estimator takes numbers."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.string = False
        tags.input_tags.allow_nan = False
        return tags


class Classifier(Table, AugmentedClassifier):
    pass


class Regressor(Table, AugmentedRegressor):
    pass


ESTIMATORS = [Classifier(LogisticRegression()), Regressor(LinearRegression())]

#: The checks that are left out, and why.
OMITTED = {"check_array_api_input": "NumPy arrays and DataFrames only"}


def name_of(check):
    return check.func.__name__ if isinstance(check, partial) else check.__name__


def found():
    return [pair for estimator in ESTIMATORS for pair in estimator_checks_generator(estimator, legacy=True)]


CHECKS = [
    pytest.param(one, check, id=f"{type(one).__name__} {name_of(check)}")
    for one, check in found()
    if name_of(check) not in OMITTED
]


@pytest.mark.filterwarnings("ignore:no column of pictures, sounds or texts:UserWarning")
@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_there_are_checks_and_no_omission_is_stale():
    assert len(CHECKS) > 40 * len(ESTIMATORS)
    newer = {"check_array_api_input"}  # than the oldest scikit-learn that setup.cfg allows
    assert set(OMITTED) - newer <= {name_of(check) for _, check in found()}
