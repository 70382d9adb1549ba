"""check_descriptor: a good descriptor of a user's own passes, failures are raised or reported."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from mmsk import FunctionDescriptor
from mmsk.testing import CHECKS, check_descriptor, descriptor_checks, sample_items

BY_NAME = {check.__name__: check for check in CHECKS}
BLOBS = [bytes([number, 7 * number, 200 - number][: 1 + number % 3]) for number in range(1, 7)]


def test_there_are_checks_enough():
    assert len(CHECKS) >= 40
    assert "check_skops" in BY_NAME
    assert all(check.__doc__ for check in CHECKS)


def test_a_descriptor_of_ones_own_passes(toy):
    descriptor = toy.Bytes(3)
    before = dict(vars(descriptor))
    results = check_descriptor(descriptor, BLOBS)
    assert [result["check_name"] for result in results] == list(BY_NAME)
    assert {result["status"] for result in results} == {"passed"}
    assert vars(descriptor) == before


def test_the_first_failure_is_raised_or_all_are_reported(toy):
    class Mine(toy.Bytes):
        def _feature_names(self):
            return ["mean", "mean"]

    broken = Mine()
    with pytest.raises(AssertionError, match="Mine: names are unique; got"):
        check_descriptor(broken, BLOBS)
    results = {result["check_name"]: result for result in check_descriptor(broken, BLOBS, on_fail=None)}
    assert results["check_feature_names"]["status"] == "failed"
    assert "names are unique" in str(results["check_feature_names"]["exception"])
    assert results["check_repetition"] == {"check_name": "check_repetition", "status": "passed", "exception": None}


# Samples and arguments


@pytest.mark.parametrize("kind", ["image", "audio", "text"])
def test_samples_are_several_and_always_the_same(kind):
    func = {"image": np.shape, "audio": lambda samples, rate: len(samples), "text": len}[kind]
    vectors = [FunctionDescriptor(func, kind=kind).fit_transform(sample_items(kind)) for _ in range(2)]
    np.testing.assert_array_equal(*vectors)
    assert len(np.unique(vectors[0], axis=0)) >= 4


def test_a_kind_without_samples_asks_for_items(toy):
    with pytest.raises(ValueError, match="no samples of kind 'blob', only of image, audio, text; give items="):
        check_descriptor(toy.Bytes())


def test_too_few_items_are_refused(toy):
    with pytest.raises(ValueError, match="at least 4 items, got 3"):
        check_descriptor(toy.Bytes(), BLOBS[:3])


@pytest.mark.parametrize("other", [StandardScaler(), FunctionDescriptor, None])
def test_what_is_no_descriptor_is_refused(other):
    with pytest.raises(TypeError, match="expected an instance of ItemDescriptor"):
        descriptor_checks(other)
