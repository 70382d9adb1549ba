"""The checks of the contract bite: a good descriptor of a user's own passes them all, a broken one is caught."""

import multiprocessing
import threading
import time
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from mmsk import DescriptorUnion, FunctionDescriptor
from mmsk._items import Item
from mmsk.errors import MediaError
from mmsk.testing import CHECKS, check_descriptor, descriptor_checks, sample_items

BY_NAME = {check.__name__: check for check in CHECKS}
BLOBS = [bytes([number, 7 * number, 200 - number][: 1 + number % 3]) for number in range(1, 7)]
GRIDS = [np.arange(12, dtype=float).reshape(4, 3) + number for number in range(6)]


def test_there_are_checks_enough():
    assert len(CHECKS) >= 40
    assert "check_skops" in BY_NAME
    assert all(check.__doc__ for check in CHECKS)


def test_a_descriptor_of_ones_own_passes(toy):
    results = check_descriptor(toy.Bytes(), BLOBS)
    assert [result["check_name"] for result in results] == list(BY_NAME)
    assert {result["status"] for result in results} == {"passed"}


def test_the_descriptor_is_left_as_it_is(toy):
    descriptor = toy.Bytes(3)
    before = dict(vars(descriptor))
    check_descriptor(descriptor, BLOBS)
    assert vars(descriptor) == before


# One way to break the contract each. A maker takes the classes of conftest.py and returns a descriptor.

BROKEN = []


def breaks(check, phrase, items=BLOBS):
    def register(make):
        BROKEN.append(pytest.param(make, check, phrase, items, id=f"{make.__name__}-{check}"))
        return make

    return register


@breaks("check_no_work_in_init", "__init__ stores its arguments as they are and does nothing else")
def init_that_converts(toy):
    class Mine(toy.Bytes):
        def __init__(self, factor=1, *, pool="mean", **shared):
            super().__init__(factor, pool=str(pool), **shared)

        @classmethod
        def _get_param_names(cls):
            return toy.Bytes._get_param_names()

    return Mine()


@breaks("check_no_work_in_init", "attributes ['double']")
def init_that_computes(toy):
    class Mine(toy.Bytes):
        def __init__(self, factor=1, *, pool="mean", **shared):
            super().__init__(factor, pool=pool, **shared)
            self.double = str(factor) * 2

        @classmethod
        def _get_param_names(cls):
            return toy.Bytes._get_param_names()

    return Mine()


@breaks("check_parameters_are_named", "__init__ names each of its parameters; got ['**shared']")
def init_with_anonymous_parameters(toy):
    return init_that_computes(toy)


@breaks("check_set_params_is_constructing_anew", "set_params(factor=2) does what __init__ would have done")
def state_computed_in_init(toy):
    class Mine(toy.Bytes):
        def __init__(self, factor=1, *, pool="mean", **shared):
            super().__init__(factor, pool=pool, **shared)
            self.double = 2 * factor

        @classmethod
        def _get_param_names(cls):
            return toy.Bytes._get_param_names()

        def _describe(self, item):
            return self.double * super()._describe(item)

    return Mine()


@breaks("check_each_parameter_has_a_constraint", "has an entry for each parameter and for nothing else; got ['factor']")
def parameter_without_constraint(toy):
    class Mine(toy.Bytes):
        _parameter_constraints: ClassVar = {
            name: value for name, value in toy.Bytes._parameter_constraints.items() if name != "factor"
        }

    return Mine()


@breaks("check_bad_parameters_are_refused", "fit raises InvalidParameterError for factor=object()")
def parameter_that_may_be_anything(toy):
    class Mine(toy.Bytes):
        _parameter_constraints: ClassVar = {**toy.Bytes._parameter_constraints, "factor": "no_validation"}

    return Mine()


@breaks("check_fit_is_idempotent", "nothing is learned from the items")
def fit_that_learns(toy):
    class Mine(toy.Bytes):
        def _fit_parts(self, cells):
            super()._fit_parts(cells)
            self.rows_ = len(cells)

        def _describe(self, item):
            return self.rows_ + super()._describe(item)

    return Mine()


@breaks("check_fit_returns_self_and_keeps_parameters", "what fit learns ends in an underscore; got ['rows']")
def fit_that_leaves_plain_attributes(toy):
    class Mine(toy.Bytes):
        def _fit_parts(self, cells):
            super()._fit_parts(cells)
            self.rows = len(cells)

    return Mine()


@breaks("check_repetition", "no randomness and no state")
@breaks("check_other_columns_leave_no_trace", "transform leaves the descriptor as it was; got ['seen_']")
@breaks("check_subsets_of_rows", "a row alone is what it is among others; got other bits in rows [1, 2, 3, 4, 5]")
@breaks("check_order_of_rows", "another order of rows changes nothing")
def rows_that_see_each_other(toy):
    class Mine(toy.Bytes):
        def _fit_parts(self, cells):
            super()._fit_parts(cells)
            self.seen_ = 0

        def _describe(self, item):
            self.seen_ += 1
            return self.seen_ + super()._describe(item)

    return Mine()


@breaks("check_feature_names", "names are unique; got ['mean']")
def names_that_repeat(toy):
    class Mine(toy.Bytes):
        def _feature_names(self):
            return ["mean", "mean"]

    return Mine()


@breaks("check_feature_names", "names do not depend on the column's own name")
def names_with_the_columns_own(toy):
    class Mine(toy.Bytes):
        def get_feature_names_out(self, input_features=None):
            prefix = "" if input_features is None else f"{input_features[0]}_"
            return np.array([prefix + name for name in self.names_], dtype=object)

    return Mine()


@breaks("check_shape_and_dtype", "vectors are float32; got float64")
def vectors_in_double_precision(toy):
    class Mine(toy.Bytes):
        def transform(self, X):
            return super().transform(X).astype(float)

    return Mine()


@breaks("check_missing_items", "is a missing item, hence a row of nan")
def missing_items_as_zeros(toy):
    class Mine(toy.Bytes):
        def transform(self, X):
            return np.nan_to_num(super().transform(X))

    return Mine()


@breaks("check_column_without_rows", "fit refuses a column with 0 rows")
def columns_without_rows(toy):
    class Mine(toy.Bytes):
        def fit(self, X, y=None):
            return super().fit(X if len(X) else [None])

    return Mine()


@breaks("check_bad_items_are_named", "bad items raise one MediaBatchError")
@breaks("check_too_many_bad_items_are_refused", "naming max_missing")
def bad_items_as_missing_ones(toy):
    class Mine(toy.Bytes):
        def _judge(self, errors, n_rows):
            self.report_, self.n_bad_ = [], 0

    return Mine()


@breaks("check_bad_items_are_named", "the error lists the rows ['row-6']; got [6]")
def rows_without_labels(toy):
    class Mine(toy.Bytes):
        def transform(self, X):
            return super().transform(list(X))

    return Mine()


@breaks("check_bad_items_become_missing", "report_ is that of the last transform")
def report_that_grows(toy):
    class Mine(toy.Bytes):
        def _judge(self, errors, n_rows):
            before = getattr(self, "report_", [])
            super()._judge(errors, n_rows)
            self.report_ = before + self.report_

    return Mine()


@breaks("check_several_items_in_a_cell", "is the mean of their vectors")
def lists_as_their_first_item(toy):
    class First(toy.Blob):
        @classmethod
        def references(cls, cell):
            return super().references(cell)[:1]

    class Mine(toy.Bytes):
        _item_class = First

    return Mine()


@breaks("check_forms_of_an_item", "item 0 means the same as path")
def vectors_of_the_path(toy):
    class Named(toy.Blob):
        @classmethod
        def read(cls, reference, limits):
            return reference.encode() if isinstance(reference, str) else super().read(reference, limits)

    class Mine(toy.Bytes):
        _item_class = Named

    return Mine()


@breaks("check_forms_of_a_column", "a frame of one column means the same as a list")
def forms_that_differ(toy):
    class Mine(toy.Bytes):
        def transform(self, X):
            return super().transform(X) + isinstance(X, pd.DataFrame)

    return Mine()


def of_grids(toy, describe):
    class Grid(Item, kind=None):
        def __init__(self, content, limits=None):
            super().__init__(content, limits)
            if not isinstance(content, np.ndarray):
                raise MediaError("wrong_type", detail="expected an array")

    class Mine(toy.Length):
        _item_class = Grid

        def _describe(self, item):
            return [describe(item.content)]

    return Mine()


@breaks("check_layout_of_arrays", "in Fortran order", GRIDS)
def vectors_that_show_the_layout(toy):
    return of_grids(toy, lambda array: array.strides[0])


@breaks("check_items_are_left_as_they_are", "the items are not changed", GRIDS)
def items_that_are_changed(toy):
    return of_grids(toy, lambda array: array.__iadd__(1).sum())


@breaks("check_processes", "n_jobs=2 changes nothing")
def vectors_that_show_the_process(toy):
    class Mine(toy.Bytes):
        def _describe(self, item):
            return super()._describe(item) + (multiprocessing.parent_process() is not None)

    return Mine()


@breaks("check_threads", "joblib's threads change nothing")
def vectors_that_show_the_thread(toy):
    class Mine(toy.Bytes):
        def _describe(self, item):
            return super()._describe(item) + (threading.current_thread() is not threading.main_thread())

    return Mine()


@breaks("check_threads_of_blas", "two threads of BLAS make the same bits as one")
def vectors_that_show_the_threads_of_blas(toy):
    class Mine(toy.Bytes):
        def _describe(self, item):
            return super()._describe(item) + max(pool["num_threads"] for pool in threadpool_info())

    return Mine()


@breaks("check_sharing_between_threads", "threads may share a fitted descriptor")
def state_that_threads_share(toy):
    class Mine(toy.Bytes):
        def _fit_parts(self, cells):
            super()._fit_parts(cells)
            self.current_ = {}

        def _describe(self, item):
            self.current_["item"] = item.content
            time.sleep(0.005)  # the other threads' turn
            return [len(self.current_["item"]), self.current_["item"][0]]

    return Mine()


@breaks("check_cache_tells_parameters_apart", "the cache sees that factor is 2")
def cache_key_without_a_parameter(toy):
    class Mine(toy.Bytes):
        def _cache_key(self):
            return b"mine"

    return Mine()


@breaks("check_cache", "with a cache the second time is the same as without one")
def cache_key_that_members_share(toy):
    member = cache_key_without_a_parameter(toy)
    return DescriptorUnion([("one", member), ("two", clone(member).set_params(factor=2))])


@breaks("check_pandas_output", "a frame keeps the index")
def frames_without_index(toy):
    class Mine(toy.Bytes):
        def transform(self, X):
            found = super().transform(X)
            return found if isinstance(found, np.ndarray) else found.reset_index(drop=True)

    return Mine()


@pytest.mark.parametrize(("make", "check", "phrase", "items"), BROKEN)
def test_a_broken_descriptor_is_caught(toy, make, check, phrase, items):
    with pytest.raises(AssertionError) as caught:
        BY_NAME[check](make(toy), items)
    assert phrase in str(caught.value)


def test_the_first_failure_is_raised_or_all_are_reported(toy):
    broken = names_that_repeat(toy)
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
