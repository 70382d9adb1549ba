"""The checks of the contract bite: one way to break it each."""

import multiprocessing
import threading
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from threadpoolctl import threadpool_info

from mmsk import DescriptorUnion
from mmsk._items import Item
from mmsk.errors import MediaError
from mmsk.testing import CHECKS

BY_NAME = {check.__name__: check for check in CHECKS}
BLOBS = [bytes([number, 7 * number, 200 - number][: 1 + number % 3]) for number in range(1, 7)]
GRIDS = [np.arange(12, dtype=float).reshape(4, 3) + number for number in range(6)]
BROKEN = []


def breaks(check, phrase, items=BLOBS):
    """Register a maker of a descriptor, which takes the classes of conftest.py, under the check that catches it."""

    def register(make):
        BROKEN.append(pytest.param(make, check, phrase, items, id=f"{make.__name__}-{check}"))
        return make

    return register


def mine(toy, **attributes):
    """Return a descriptor of a class like Bytes but for some of its attributes."""
    return type("Mine", (toy.Bytes,), attributes)()


def with_init(toy, then, **attributes):
    """Return a descriptor whose `__init__` goes on to do something else."""

    def init(self, factor=1, *, pool="mean", **shared):
        toy.Bytes.__init__(self, factor, pool=pool, **shared)
        then(self)

    names = classmethod(lambda cls: toy.Bytes._get_param_names())
    return mine(toy, __init__=init, _get_param_names=names, **attributes)


def with_fit(toy, then, **attributes):
    """Return a descriptor whose `fit` goes on to do something else."""

    def fit_parts(self, cells):
        toy.Bytes._fit_parts(self, cells)
        then(self, cells)

    return mine(toy, _fit_parts=fit_parts, **attributes)


def with_transform(toy, then, **attributes):
    """Return a descriptor whose `transform` does something with what Bytes makes of X."""
    return mine(toy, transform=lambda self, X: then(toy.Bytes.transform(self, X)), **attributes)


def with_describe(toy, more):
    """Return a descriptor that adds a number to its vectors."""
    return mine(toy, _describe=lambda self, item: toy.Bytes._describe(self, item) + more())


# Parameters and fit


@breaks("check_no_work_in_init", "__init__ stores its arguments as they are and does nothing else")
def init_that_converts(toy):
    return with_init(toy, lambda self: setattr(self, "pool", str(self.pool)))


@breaks("check_no_work_in_init", "attributes ['double']")
@breaks("check_parameters_are_named", "__init__ names each of its parameters; got ['**shared']")
@breaks("check_set_params_is_constructing_anew", "set_params(factor=2) does what __init__ would have done")
def init_that_computes(toy):
    def describe(self, item):
        return float(self.double) * toy.Bytes._describe(self, item)

    return with_init(toy, lambda self: setattr(self, "double", str(self.factor) * 2), _describe=describe)


@breaks("check_each_parameter_has_a_constraint", "has an entry for each parameter and for nothing else; got ['factor']")
def parameter_without_constraint(toy):
    constraints = {name: one for name, one in toy.Bytes._parameter_constraints.items() if name != "factor"}
    return mine(toy, _parameter_constraints=constraints)


@breaks("check_each_parameter_has_a_constraint", "says what the parameter may be; got ['factor']")
@breaks("check_bad_parameters_are_refused", "fit raises InvalidParameterError for factor=object()")
def parameter_that_may_be_anything(toy):
    return mine(toy, _parameter_constraints={**toy.Bytes._parameter_constraints, "factor": "no_validation"})


@breaks("check_fit_is_idempotent", "nothing is learned from the items")
def fit_that_learns(toy):
    def describe(self, item):
        return self.rows_ + toy.Bytes._describe(self, item)

    return with_fit(toy, lambda self, cells: setattr(self, "rows_", len(cells)), _describe=describe)


@breaks("check_fit_returns_self_and_keeps_parameters", "what fit learns ends in an underscore; got ['rows']")
def fit_that_leaves_plain_attributes(toy):
    return with_fit(toy, lambda self, cells: setattr(self, "rows", len(cells)))


@breaks("check_fit_returns_self_and_keeps_parameters", "fit leaves the parameters alone; got ['factor']")
def fit_that_changes_parameters(toy):
    return with_fit(toy, lambda self, cells: setattr(self, "factor", 2))


# Vectors and names


@breaks("check_repetition", "no randomness and no state")
@breaks("check_other_columns_leave_no_trace", "transform leaves the descriptor as it was; got ['seen_']")
@breaks("check_subsets_of_rows", "a row alone is what it is among others; got other bits in rows [1, 2, 3, 4, 5]")
@breaks("check_order_of_rows", "another order of rows changes nothing")
def rows_that_see_each_other(toy):
    def describe(self, item):
        self.seen_ += 1
        return self.seen_ + toy.Bytes._describe(self, item)

    return with_fit(toy, lambda self, cells: setattr(self, "seen_", 0), _describe=describe)


@breaks("check_feature_names", "names are unique; got ['mean']")
def names_that_repeat(toy):
    return mine(toy, _feature_names=lambda self: ["mean", "mean"])


@breaks("check_feature_names", "names do not depend on the column's own name")
def names_with_the_columns_own(toy):
    def names(self, input_features=None):
        prefix = "" if input_features is None else f"{input_features[0]}_"
        return np.array([prefix + name for name in self.names_], dtype=object)

    return mine(toy, get_feature_names_out=names)


@breaks("check_shape_and_dtype", "vectors are float32; got float64")
def vectors_in_double_precision(toy):
    return with_transform(toy, lambda found: found.astype(float))


@breaks("check_missing_items", "is a missing item, hence a row of nan")
def missing_items_as_zeros(toy):
    return with_transform(toy, np.nan_to_num)


@breaks("check_column_without_rows", "fit refuses a column with 0 rows")
def columns_without_rows(toy):
    return mine(toy, fit=lambda self, X, y=None: toy.Bytes.fit(self, X if len(X) else [None]))


@breaks("check_pandas_output", "a frame keeps the index")
def frames_without_index(toy):
    return with_transform(toy, lambda found: found if isinstance(found, np.ndarray) else found.reset_index(drop=True))


# Bad items, several items, forms


@breaks("check_bad_items_are_named", "bad items raise one MediaBatchError")
@breaks("check_too_many_bad_items_are_refused", "naming max_missing")
@breaks("check_bad_items_become_missing", "report_ has a line for each bad item")
def bad_items_as_missing_ones(toy):
    return mine(toy, _judge=lambda self, errors, n_rows: setattr(self, "report_", []))


@breaks("check_bad_items_are_named", "the error lists the rows ['row-6']; got [6]")
def rows_without_labels(toy):
    return mine(toy, transform=lambda self, X: toy.Bytes.transform(self, list(X)))


@breaks("check_bad_items_become_missing", "report_ is that of the last transform")
def report_that_grows(toy):
    def judge(self, errors, n_rows):
        before = getattr(self, "report_", [])
        toy.Bytes._judge(self, errors, n_rows)
        self.report_ = before + self.report_

    return mine(toy, _judge=judge)


@breaks("check_several_items_in_a_cell", "is the mean of their vectors")
def lists_as_their_first_item(toy):
    first = classmethod(lambda cls, cell: toy.Blob.references(cell)[:1])
    return mine(toy, _item_class=type("First", (toy.Blob,), {"references": first}))


@breaks("check_forms_of_an_item", "item 0 means the same as path")
def vectors_of_the_path(toy):
    def read(cls, reference, limits):
        return reference.encode() if isinstance(reference, str) else toy.Blob.read(reference, limits)

    return mine(toy, _item_class=type("Named", (toy.Blob,), {"read": classmethod(read)}))


@breaks("check_forms_of_a_column", "a frame of one column means the same as a list")
def forms_that_differ(toy):
    return mine(toy, transform=lambda self, X: toy.Bytes.transform(self, X) + isinstance(X, pd.DataFrame))


def of_grids(toy, describe):
    """Return a descriptor of arrays that are handed to it as they are."""

    class Grid(Item):
        def __init__(self, content, limits=None):
            super().__init__(content, limits)
            if not isinstance(content, np.ndarray):
                raise MediaError("wrong_type", detail="expected an array")

    def names(self):
        return ["number"]

    return mine(toy, _item_class=Grid, _describe=lambda self, item: [describe(item.content)], _feature_names=names)


@breaks("check_layout_of_arrays", "in Fortran order", GRIDS)
def vectors_that_show_the_layout(toy):
    return of_grids(toy, lambda array: array.strides[0])


@breaks("check_items_are_left_as_they_are", "the items are not changed, nor made read-only", GRIDS)
def items_that_are_changed(toy):
    return of_grids(toy, lambda array: array.__iadd__(1).sum())


@breaks("check_items_are_left_as_they_are", "the items are not changed, nor made read-only", GRIDS)
def items_that_are_frozen(toy):
    return of_grids(toy, lambda array: array.setflags(write=False) or array.sum())


# Where and how often


@breaks("check_processes", "n_jobs=2 changes nothing")
def vectors_that_show_the_process(toy):
    return with_describe(toy, lambda: multiprocessing.parent_process() is not None)


@breaks("check_threads", "joblib's threads change nothing")
def vectors_that_show_the_thread(toy):
    return with_describe(toy, lambda: threading.current_thread() is not threading.main_thread())


@breaks("check_threads_of_blas", "two threads of BLAS make the same bits as one")
def vectors_that_show_the_threads_of_blas(toy):
    return with_describe(toy, lambda: max(pool["num_threads"] for pool in threadpool_info()))


@breaks("check_sharing_between_threads", "threads may share a fitted descriptor")
def state_that_threads_share(toy):
    def describe(self, item):
        self.current_["item"] = item.content
        time.sleep(0.005)  # the other threads' turn
        return [len(self.current_["item"]), self.current_["item"][0]]

    return with_fit(toy, lambda self, cells: setattr(self, "current_", {}), _describe=describe)


@breaks("check_cache_tells_parameters_apart", "the cache sees that factor is 2")
def cache_key_without_a_parameter(toy):
    return mine(toy, _cache_key=lambda self: b"mine")


@breaks("check_cache", "with a cache the second time is the same as without one")
def cache_key_that_members_share(toy):
    member = cache_key_without_a_parameter(toy)
    return DescriptorUnion([("one", member), ("two", clone(member).set_params(factor=2))])


@pytest.mark.parametrize(("make", "check", "phrase", "items"), BROKEN)
def test_a_broken_descriptor_is_caught(toy, make, check, phrase, items):
    with pytest.raises(AssertionError) as caught:
        BY_NAME[check](make(toy), items)
    assert phrase in str(caught.value)
