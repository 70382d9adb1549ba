"""DescriptorUnion: the members' own bits side by side, each item opened once, parameters by name."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk import DescriptorUnion, FunctionDescriptor
from mmsk._union import name_descriptors
from mmsk.errors import MediaBatchError, MmskError

BLOBS = [bytes([number, number + 1, 200 - number][: 1 + number % 3]) for number in range(40)]


@pytest.fixture
def union(toy):
    return DescriptorUnion([("one", toy.Bytes(2)), ("two", toy.Length())])


def test_the_same_bits_as_its_members_and_as_a_feature_union(toy, union):
    found = union.fit_transform(BLOBS)
    alone = np.hstack([toy.Bytes(2).fit_transform(BLOBS), toy.Length().fit_transform(BLOBS)])
    np.testing.assert_array_equal(found, alone)
    np.testing.assert_array_equal(found, FeatureUnion(union.descriptors).fit_transform(BLOBS))
    assert found.dtype == np.float32


def test_each_file_is_read_once(toy, union, reads, tmp_path, described):
    path = tmp_path / "item.bin"
    path.write_bytes(b"content")
    union.set_params(cache=False).fit_transform([str(path)])
    assert reads == [str(path)]
    assert described == [b"content"] * 2


def test_it_knows_what_a_member_alone_has_described(toy, union, described, cache):
    toy.Length(cache=cache).fit_transform(BLOBS)
    described.clear()
    union.set_params(cache=cache).fit_transform(BLOBS)
    assert described == BLOBS  # by the other member


def test_members_that_are_not_cached_are_described_each_time(toy, described, cache):
    class Mine(toy.Length):
        """A class whose author does not say which version of it this is."""

    union = DescriptorUnion([("mine", Mine()), ("bytes", toy.Bytes())], cache=cache)
    first = union.fit_transform(BLOBS)
    assert len(described) == 2 * len(BLOBS)
    np.testing.assert_array_equal(union.fit_transform(BLOBS), first)
    assert len(described) == 3 * len(BLOBS)


def test_the_unions_own_settings_hold_for_all_members(toy):
    members = [("one", toy.Bytes(pool="mean", on_error="raise")), ("two", toy.Length())]
    union = DescriptorUnion(members, pool="max", on_error="missing", max_missing=0.5, limits={"max_bytes": 3})
    found = union.fit_transform([[b"a", b"bc"], b"abcd"])
    np.testing.assert_array_equal(found[0], [98.5, 2, 2])
    assert np.isnan(found[1]).all()
    assert union.report_[0]["kind"] == "too_large"


def test_one_member_that_fails_makes_the_whole_row_missing(toy):
    class Picky(toy.Length):
        def _describe(self, item):
            return np.array([np.nan])

    union = DescriptorUnion([("one", toy.Bytes()), ("picky", Picky())])
    with pytest.raises(MediaBatchError, match=r"row 0: .*Picky is not finite"):
        union.fit_transform(BLOBS[:1])


# Names


def test_names_are_the_members_own(union):
    assert list(union.fit(BLOBS).get_feature_names_out()) == ["mean", "length", "blob_length"]


def test_names_tell_two_members_of_one_class_apart(toy):
    union = DescriptorUnion([("one", toy.Bytes()), ("two", toy.Bytes(2)), ("length", toy.Length())]).fit(BLOBS)
    assert union.names_ == ["one__mean", "one__length", "two__mean", "two__length", "blob_length"]


def test_names_tell_two_classes_with_equal_names_apart(toy):
    class Other(toy.Length):
        def _feature_names(self):
            return ["length"]

    union = DescriptorUnion([("one", toy.Bytes()), ("other", Other()), ("length", toy.Length())]).fit(BLOBS)
    assert union.names_ == ["one__mean", "one__length", "other__length", "blob_length"]


def test_descriptors_are_named_as_make_union_does(toy):
    named = name_descriptors([toy.Bytes(), toy.Length(), toy.Bytes(2)])
    assert [name for name, _ in named] == ["bytes-1", "length", "bytes-2"]
    assert name_descriptors(named) == named


# Parameters


def test_members_are_reached_by_name(toy, union):
    assert union.get_params()["one__factor"] == 2
    union.set_params(one__factor=5, two=toy.Bytes(7))
    assert union.descriptors[0][1].factor == 5
    assert union.get_params()["two__factor"] == 7
    with pytest.raises(ValueError, match="Invalid parameter 'three'"):
        union.set_params(three__factor=1)


def test_fit_works_on_clones_and_leaves_the_members_alone(union):
    before = [dict(vars(member)) for _, member in union.descriptors]
    union.set_params(limits={"max_bytes": 50}).fit(BLOBS)
    assert [vars(member) for _, member in union.descriptors] == before
    assert [name for name, _ in union.descriptors_] == ["one", "two"]


def test_a_clone_is_unfitted_and_has_members_of_its_own(union):
    copied = clone(union.fit(BLOBS))
    assert not hasattr(copied, "names_")
    assert copied.descriptors[0][1] is not union.descriptors[0][1]
    np.testing.assert_array_equal(copied.fit_transform(BLOBS), union.transform(BLOBS))


# Refusals


def test_an_empty_union():
    with pytest.raises(ValueError, match="at least one descriptor"):
        DescriptorUnion([]).fit(BLOBS)


def test_descriptors_without_names(toy):
    with pytest.raises(ValueError, match=r"\(name, descriptor\) pairs"):
        DescriptorUnion([toy.Bytes()]).fit(BLOBS)


@pytest.mark.parametrize("names", [("a", "a"), ("a__b", "c"), ("pool", "b")])
def test_names_that_repeat_or_mean_something_else(toy, names):
    with pytest.raises(ValueError, match=names[0]):
        DescriptorUnion([(name, toy.Bytes()) for name in names]).fit(BLOBS)


def test_members_that_are_no_descriptors(toy, union):
    for member in [StandardScaler(), make_pipeline(toy.Bytes(), StandardScaler()), "drop", None, union]:
        with pytest.raises(
            ValueError, match=r"'odd' is a .*; a DescriptorUnion takes descriptors, a FeatureUnion the rest"
        ):
            DescriptorUnion([("one", toy.Bytes()), ("odd", member)]).fit(BLOBS)


def test_members_of_different_kinds(toy):
    union = DescriptorUnion([("blob", toy.Bytes()), ("text", FunctionDescriptor(len, kind="text", names=["length"]))])
    with pytest.raises(ValueError, match="one kind of item, got 'blob': blob, 'text': text"):
        union.fit(BLOBS)


def test_a_bad_parameter_of_a_member(toy):
    with pytest.raises(ValueError, match="The 'factor' parameter of Bytes"):
        DescriptorUnion([("one", toy.Bytes(0))]).fit(BLOBS)


def test_a_members_mistake_names_the_item(union):
    with pytest.raises(MmskError, match="row 1: <3 bytes>: cannot be described"):
        union.fit_transform([b"a", b"bug"])
