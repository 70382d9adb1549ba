"""What a column may be, and what becomes of its missing, bad and manifold cells."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from mmsk._base import ItemDescriptor
from mmsk._reference import digest, label, object_array
from mmsk.errors import MediaBatchError
from mmsk.testing._expect import demand, demand_same_bits, raised, series, vectors
from mmsk.testing._samples import arrays_of, bad_items, forms

MISSING: tuple[Any, ...] = (None, float("nan"), pd.NA, pd.NaT, [], [None])


def check_shape_and_dtype(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A matrix of float32 with a row for each item and a column for each name, finite wherever there is an item."""
    fitted = clone(descriptor).fit(items)
    found = fitted.transform(items)
    demand(descriptor, isinstance(found, np.ndarray), "transform returns an ndarray", type(found).__name__)
    demand(descriptor, found.dtype == np.float32, "vectors are float32", found.dtype)
    shape = len(items), len(fitted.get_feature_names_out())
    demand(descriptor, found.shape == shape and shape[1] > 0, f"the matrix has the shape {shape}", found.shape)
    demand(descriptor, np.isfinite(found).all(), "the vector of an item is finite")


def check_feature_names(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Names are unique strings in an array of objects, the same whatever they are asked with."""
    fitted = clone(descriptor).fit(items)
    names = fitted.get_feature_names_out()
    demand(
        descriptor,
        isinstance(names, np.ndarray) and names.dtype.kind == "O",
        "names come as an array of objects",
        type(names),
    )
    strange = [name for name in names if not isinstance(name, str) or not name]
    demand(descriptor, not strange, "names are strings", strange)
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    demand(descriptor, not repeated, "names are unique", repeated)
    again = fitted.get_feature_names_out(["photo"])
    demand(descriptor, list(again) == list(names), "names do not depend on the column's own name", again)


def check_missing_items(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A missing item, in any of its forms, is a row of nan; the other rows do not notice."""
    cells = [one for pair in zip(MISSING, [*items, *items], strict=False) for one in pair]
    found = vectors(descriptor, cells, cache=False)
    for position, cell in enumerate(MISSING):
        wanted = f"{cell!r} is a missing item, hence a row of nan"
        demand(descriptor, np.isnan(found[2 * position]).all(), wanted, found[2 * position])
    expected = vectors(descriptor, [*items, *items][: len(MISSING)], cache=False)
    demand_same_bits(descriptor, found[1::2], expected, "missing items do not change the rows beside them")


def check_column_of_missing_items(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A column may hold nothing but missing items; only to count nameless features an item is needed."""
    fitted = clone(descriptor).fit(items)
    for column in ([None] * 3, pd.Series([np.nan] * 3), np.full(3, np.nan)):
        found = fitted.transform(column)
        demand(descriptor, found.shape[0] == 3 and np.isnan(found).all(), "three missing items are three rows of nan")
    error = raised(lambda: clone(descriptor).fit([None] * 3))
    wanted = "fit takes a column of missing items, or says that names= would spare it the counting"
    demand(descriptor, error is None or (isinstance(error, ValueError) and "names=" in str(error)), wanted, repr(error))


def check_column_without_rows(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A column without rows is refused in fit; transform returns a matrix without rows."""
    error = raised(lambda: clone(descriptor).fit([]), ValueError)
    demand(descriptor, "0 rows" in str(error), "fit refuses a column with 0 rows, saying so", repr(error))
    fitted = clone(descriptor).fit(items)
    found, width = fitted.transform([]), len(fitted.get_feature_names_out())
    demand(descriptor, found.shape == (0, width), f"no rows in, a matrix of shape (0, {width}) out", found.shape)
    demand(descriptor, found.dtype == np.float32, "a matrix without rows is float32 too", found.dtype)


def check_one_row(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A single row is described as it is among others."""
    found = vectors(descriptor, items[:1], cache=False)
    demand_same_bits(descriptor, found, vectors(descriptor, items, cache=False)[:1], "one row is enough, and the same")


def check_forms_of_a_column(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """List, tuple, Series, frame, and arrays of shape (n,) and (n, 1) mean the same column."""
    array, column = object_array(items), series(items)
    expected = vectors(descriptor, list(items))
    columns = {
        "a tuple": tuple(items),
        "a Series": column,
        "a frame of one column": column.to_frame(),
        "a frame whose column has a compound name": column.to_frame(("photo", "front")),
        "an array of objects": array,
        "an array of shape (n, 1)": array.reshape(-1, 1),
    }
    for name, cells in columns.items():
        wanted = f"{name} means the same as a list"
        demand_same_bits(descriptor, vectors(descriptor, cells), expected, wanted)


def check_what_is_no_column_is_refused(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A single item, two columns, and a generator (which fit would use up) are refused."""
    two = pd.DataFrame({"left": series(items), "right": series(items)})
    for name, cells, word in [
        ("a single path", "item.png", "list"),
        ("two columns", two, "one column"),
        ("a generator", (item for item in items), "list"),
    ]:
        error = raised(lambda cells=cells: clone(descriptor).fit(cells), ValueError)
        demand(descriptor, word in str(error), f"{name} is refused, saying {word!r}", repr(error))


def check_forms_of_an_item(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A path, bytes, a dict and the decoded item mean the same, where a file can hold the very same item."""
    kind = descriptor._item_class.kind
    with tempfile.TemporaryDirectory() as folder:
        for position, item in enumerate(items):
            expected = vectors(descriptor, [item], cache=False)
            for name, cell in forms(kind, item, Path(folder)).items():
                wanted = f"item {position} means the same as {name}"
                demand_same_bits(descriptor, vectors(descriptor, [cell], cache=False), expected, wanted)


def check_layout_of_arrays(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """How an array lies in memory, and whether it may be written to, does not show."""
    for position, item in enumerate(items):
        for name, cell in arrays_of(item).items():
            expected = vectors(descriptor, [item], cache=False)
            wanted = f"the array of item {position} means the same {name}"
            demand_same_bits(descriptor, vectors(descriptor, [cell], cache=False), expected, wanted)


def check_items_are_left_as_they_are(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Neither the column nor the items in it are changed."""
    arrays = [
        part for item in items for part in (item if isinstance(item, tuple) else [item]) if hasattr(part, "flags")
    ]
    before = [digest(item) for item in items], [array.flags.writeable for array in arrays]
    column = series(items)
    vectors(descriptor, column, cache=False)
    after = [digest(item) for item in items], [array.flags.writeable for array in arrays]
    demand(descriptor, after == before, "the items are not changed, nor made read-only")
    same = all(cell is item for cell, item in zip(column, items, strict=True))
    demand(descriptor, same and list(column.index) == list(series(items).index), "the column is not changed")


def check_bad_items_are_named(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """All bad items are listed in one error, by row label and reference, in the order of the rows."""
    bad = bad_items(descriptor._item_class.kind)
    column = series([*items, *bad, items[0]])
    labels = list(column.index[len(items) : len(items) + len(bad)])
    error = raised(lambda: clone(descriptor).fit(items).transform(column))
    wanted = "bad items raise one MediaBatchError after all rows were looked at"
    demand(descriptor, isinstance(error, MediaBatchError), wanted, repr(error))
    assert isinstance(error, MediaBatchError)  # says the same to a type checker
    found = [one.row for one in error.errors]
    demand(descriptor, found == labels, f"the error lists the rows {labels}", found)
    for row, item in zip(labels, bad, strict=True):
        named = f"row {row}: {label(item)}: " in str(error)
        demand(descriptor, named, f"the message names row {row} and the item {label(item)}", str(error))


def check_bad_items_become_missing(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """With on_error="missing" a bad item is a row of nan and a line of `report_`; its neighbours do not notice."""
    bad = bad_items(descriptor._item_class.kind)
    column = series([items[0], *bad, items[1]])
    patient = clone(descriptor).set_params(on_error="missing", max_missing=1.0, cache=False).fit(items)
    found = np.asarray(patient.transform(column))
    demand(descriptor, np.isnan(found[1:-1]).all(), "with on_error='missing' a bad item is a row of nan")
    expected = vectors(descriptor, items[:2], cache=False)
    demand_same_bits(descriptor, found[[0, -1]], expected, "bad items do not change the rows beside them")
    rows = [line["row"] for line in patient.report_]
    demand(descriptor, rows == list(column.index[1:-1]), "report_ has a line for each bad item", patient.report_)
    demand(descriptor, patient.n_bad_ == len(bad), "n_bad_ counts the bad items", patient.n_bad_)
    patient.transform(items)
    demand(descriptor, patient.report_ == [], "report_ is that of the last transform", patient.report_)


def check_too_many_bad_items_are_refused(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """With on_error="missing" a share of bad rows above max_missing raises after all."""
    patient = clone(descriptor).set_params(on_error="missing", max_missing=0.1).fit(items)
    error = raised(lambda: patient.transform([object(), object(), *items]))
    wanted = "more bad rows than max_missing allows raise MediaBatchError, naming max_missing"
    demand(descriptor, isinstance(error, MediaBatchError) and "max_missing" in str(error), wanted, repr(error))


def check_several_items_in_a_cell(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A list in a cell is pooled: the mean or the maximum of its items' own vectors, missing ones left out."""
    alone = vectors(descriptor, items[:3], cache=False)
    cells = [list(items[:3]), [items[0], None], [items[1]], object_array(items[:1])]
    mean = vectors(descriptor, cells, pool="mean", cache=False)
    expected = np.vstack([alone.mean(axis=0, dtype=float).astype(np.float32), alone[[0, 1, 0]]])
    demand_same_bits(descriptor, mean, expected, "with pool='mean' a list of items is the mean of their vectors")
    largest = vectors(descriptor, cells, pool="max", cache=False)
    expected = np.vstack([alone.max(axis=0), alone[[0, 1, 0]]])
    demand_same_bits(descriptor, largest, expected, "with pool='max' a list of items is the maximum of their vectors")
