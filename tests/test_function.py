"""FunctionDescriptor: a user's own function through the same contract."""

import functools
import math

import numpy as np
import pytest
from joblib import parallel_config

from mmsk import FunctionDescriptor, _engine
from mmsk.errors import MediaBatchError, MediaError, MmskError

TEXTS = ["one", "three", "eleven", None, "a"]
calls = []


def length(text):
    calls.append(text)
    return len(text)


def vowels(text):
    return np.array([text.count(vowel) for vowel in "aeiou"])


class Scaled:
    """A function with a state, as a pretrained embedding is."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, text):
        return self.factor * len(text)

    def method(self, text):
        return self(text)


@pytest.fixture
def counted():
    calls.clear()
    return calls


def test_a_number_is_a_vector_of_one():
    found = FunctionDescriptor(len, kind="text").fit_transform(TEXTS)
    np.testing.assert_array_equal(found, [[3], [5], [6], [np.nan], [1]])
    assert found.dtype == np.float32


def test_features_are_counted_and_named():
    descriptor = FunctionDescriptor(vowels, kind="text").fit([None, *TEXTS])
    assert list(descriptor.get_feature_names_out()) == [f"vowels_{position}" for position in range(5)]
    np.testing.assert_array_equal(descriptor.transform(["aeu"]), [[1, 1, 0, 0, 1]])
    assert FunctionDescriptor(Scaled(2), kind="text").fit(TEXTS).names_ == ["Scaled_0"]
    assert FunctionDescriptor(lambda text: 0, kind="text").fit(TEXTS).names_ == ["lambda_0"]


def test_names_that_are_given_spare_the_counting(counted):
    descriptor = FunctionDescriptor(length, kind="text", names=["characters"]).fit([None])
    assert counted == []
    assert descriptor.names_ == ["characters"]


@pytest.mark.parametrize("names", [[], ["a", "a"], ["a", 1]])
def test_names_are_unique_strings(names):
    with pytest.raises(ValueError, match="names must be unique strings, at least one"):
        FunctionDescriptor(vowels, kind="text", names=names).fit(TEXTS)


def test_a_column_without_items_cannot_be_counted():
    with pytest.raises(ValueError, match=r"FunctionDescriptor cannot count its features: no item.*names="):
        FunctionDescriptor(len, kind="text").fit([None, ""])
    with pytest.raises(ValueError, match="none of the first 20 items"):
        FunctionDescriptor(len, kind="text").fit([b"\xff", 3])


def test_a_bad_item_is_not_what_features_are_counted_by():
    assert FunctionDescriptor(len, kind="text").fit([b"\xff", "a"]).names_ == ["len_0"]


# Mistakes of the function


@pytest.mark.parametrize("on_error", ["raise", "missing"])
@pytest.mark.parametrize("backend", ["sequential", "loky"])
def test_a_function_that_fails_names_row_and_item(monkeypatch, backend, on_error):
    monkeypatch.setattr(_engine, "CHUNK", 2)
    descriptor = FunctionDescriptor(float, kind="text", names=["number"], on_error=on_error)
    message = r"row 3: pi: cannot be described \(ValueError: could not convert string to float: 'pi'\)"
    with parallel_config(backend=backend, n_jobs=2), pytest.raises(MmskError, match=message) as caught:
        descriptor.fit_transform(["1", "2", None, "pi", "4", "e"])
    assert not isinstance(caught.value, (MediaError, MediaBatchError))
    if backend == "sequential":
        assert isinstance(caught.value.__cause__, ValueError)


def test_a_function_that_fails_while_it_is_counted_names_the_item():
    with pytest.raises(MmskError, match=r"^pi: cannot be described \(ValueError: could not convert"):
        FunctionDescriptor(float, kind="text").fit(["pi"])


def test_a_function_that_changes_the_length_of_its_answer():
    with pytest.raises(MmskError, match=r"row 1: ab: .*returned shape \(2,\), expected \(1,\)"):
        FunctionDescriptor(list_of_codes, kind="text").fit_transform(["a", "ab"])


def list_of_codes(text):
    return [ord(character) for character in text]


def test_an_answer_that_is_not_finite_is_a_bad_item():
    descriptor = FunctionDescriptor(float, kind="text", on_error="missing", max_missing=0.5)
    np.testing.assert_array_equal(
        descriptor.fit_transform(["1", "nan", "inf"] + ["2"] * 3)[:3], [[1], [np.nan], [np.nan]]
    )
    assert [bad["kind"] for bad in descriptor.report_] == ["nonfinite", "nonfinite"]


# What is remembered


def test_without_a_version_nothing_is_remembered(counted, cache):
    for _ in range(2):
        FunctionDescriptor(length, kind="text", names=["n"], cache=cache).fit_transform(["a", "b"])
    assert counted == ["a", "b", "a", "b"]


def test_with_a_version_each_item_is_described_once(counted, cache):
    for _ in range(2):
        FunctionDescriptor(length, kind="text", names=["n"], version="1", cache=cache).fit_transform(["a", "b", "a"])
    assert counted == ["a", "b"]


def test_another_version_is_another_function(counted, cache):
    for version in "12":
        FunctionDescriptor(length, kind="text", names=["n"], version=version, cache=cache).fit_transform(["a"])
    assert counted == ["a", "a"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (len, vowels),
        (functools.partial(math.dist, [0]), functools.partial(math.dist, [1])),
        (functools.partial(len), functools.partial(vowels)),
        (np.sqrt, np.square),
        (Scaled(1), Scaled(2)),
        (Scaled(1).method, Scaled(2).method),
        (Scaled(1), Scaled(1).method),
    ],
    ids=["functions", "arguments", "partials", "ufuncs", "instances", "methods", "instance and method"],
)
def test_two_functions_of_one_version_are_told_apart(one, other):
    keys = [FunctionDescriptor(func, kind="text", version="1")._cache_key() for func in (one, other, one)]
    assert None not in keys
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_lambdas_are_not_remembered_since_they_share_a_name():
    for func in [lambda text: 1, functools.partial(lambda text: 1)]:
        assert FunctionDescriptor(func, kind="text", version="1")._cache_key() is None


def test_kinds_are_told_apart():
    keys = {FunctionDescriptor(np.mean, kind=kind, version="1")._cache_key() for kind in ("image", "audio", "text")}
    assert len(keys) == 3


def test_a_copy_of_a_function_is_the_same_function():
    import copy

    func = Scaled(3)
    keys = {FunctionDescriptor(one, kind="text", version="1")._cache_key() for one in (func, copy.deepcopy(func))}
    assert len(keys) == 1


# What the function is given


def test_a_picture_is_upright_rgb():
    picture = np.zeros((3, 5), dtype=np.uint8)
    found = FunctionDescriptor(np.shape, kind="image").fit_transform([picture])
    np.testing.assert_array_equal(found, [[3, 5, 3]])


def test_a_sound_is_samples_and_rate():
    samples = np.full(50, 0.5, dtype=np.float32)
    found = FunctionDescriptor(seconds_and_level, kind="audio").fit_transform([(samples, 8000)])
    np.testing.assert_array_equal(found, np.float32([[50 / 8000, 0.5]]))


def seconds_and_level(samples, rate):
    return [len(samples) / rate, samples.mean()]


@pytest.mark.parametrize("kind", ["video", None, 3])
def test_a_kind_that_there_is_not(kind):
    with pytest.raises(ValueError, match="The 'kind' parameter of FunctionDescriptor"):
        FunctionDescriptor(len, kind=kind).fit(TEXTS)
