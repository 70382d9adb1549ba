"""From X to items: a column's cells, and `Item`, the base of what a cell becomes when it is opened.

Strategy: `as_cells` is the one place that knows the forms in which a column may come. `Item` is the one base class of
`Picture`, `Sound` and `Document`: it carries the content of a reference and the limits it was read under, and decodes
nothing until a descriptor asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from importlib import import_module
from typing import Any, ClassVar, Self

import numpy as np

from mmsk._params import InvalidParameterError
from mmsk._reference import is_missing, object_array, read, stat_key

__all__ = ["Item", "Limits", "as_cells"]

MEBIBYTE = 2**20


class Limits(dict[str, Any]):
    """Limits that are complete and have been checked."""


class Item:
    """One opened item of a modality.

    A subclass names its modality in its class statement, ``class Picture(Item, kind="image")``, and lists the limits
    that it keeps with their defaults. A subclass of a modality's class needs no name: it is not what a
    `FunctionDescriptor` of that kind opens.

    Parameters
    ----------
    content : object
        Bytes to decode, or an object that needs no decoding (an array, a PIL.Image, (samples, rate), a str).
    limits : mapping, default=None
        Limits that differ from the defaults.

    Raises
    ------
    MediaError
        Of kind wrong_type when the content is nothing that this modality can hold.
    """

    kind: ClassVar[str] = ""
    default_limits: ClassVar[dict[str, Any]] = {"max_bytes": 64 * MEBIBYTE, "root": None}
    kinds: ClassVar[dict[str, type[Item]]] = {}

    def __init_subclass__(cls, kind: str | None = None) -> None:
        if kind is not None:
            cls.kind = kind
            Item.kinds[kind] = cls

    def __init__(self, content: Any, limits: Mapping[str, Any] | None = None) -> None:
        self.content = content
        self.limits = self.merge_limits(limits)

    @staticmethod
    def of_kind(kind: str) -> type[Item]:
        """Return the class of a modality's items, which the room of that name defines."""
        if kind not in Item.kinds:
            import_module(f"mmsk.{kind}")
        return Item.kinds[kind]

    @classmethod
    def open(cls, reference: Any, limits: Mapping[str, Any] | None = None) -> Self:
        """Read what a reference stands for; decode nothing yet."""
        merged = cls.merge_limits(limits)
        return cls(cls.read(reference, merged), merged)

    @classmethod
    def read(cls, reference: Any, limits: Mapping[str, Any]) -> Any:
        """Return the content that a reference stands for, under limits that are complete."""
        return read(reference, max_bytes=limits["max_bytes"], root=limits["root"])

    @classmethod
    def stat_key(cls, reference: Any, limits: Mapping[str, Any]) -> tuple[int, ...] | None:
        """Return what stays the same while a reference's file does, None where a reference has no file."""
        return stat_key(reference, limits["root"])

    def check(self, full: bool = False) -> None:
        """Refuse what the head of the content gives away; with `full`, decode all of it.

        Raises
        ------
        MediaError
            Of any of the kinds that decoding the content raises. Here, of none: there is nothing to decode.
        """

    @classmethod
    def references(cls, cell: Any) -> list[Any]:
        """Return the present items of a cell: itself, or the members of a list; none, if the cell is missing."""
        if isinstance(cell, np.ndarray) and cell.ndim == 1 and cell.dtype.kind in "OUT":
            cell = cell.tolist()  # Arrow hands out the lists of a column as arrays
        return [one for one in (cell if isinstance(cell, list) else [cell]) if not is_missing(one)]

    @classmethod
    def merge_limits(cls, limits: Mapping[str, Any] | None) -> Limits:
        """Return the default limits with the given ones in their place; what this has returned before, as it is.

        Raises
        ------
        InvalidParameterError
            For a limit that this modality does not know, and for one that is no positive number where one belongs.
        """
        if isinstance(limits, Limits):
            return limits
        unknown = set(limits or ()) - set(cls.default_limits)
        if unknown:
            known = ", ".join(sorted(cls.default_limits))
            raise InvalidParameterError(f"limits: unknown {', '.join(sorted(map(str, unknown)))}; {cls.kind}: {known}")
        for name, value in (limits or {}).items():
            numeric = isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and value > 0
            if isinstance(cls.default_limits[name], (int, float)) and not numeric:
                raise InvalidParameterError(f"limits: {name} must be a number > 0, got {value!r}")
        return Limits({**cls.default_limits, **(limits or {})})


def as_cells(X: Any) -> tuple[np.ndarray, list[Any]]:
    """Return a column's cells as a 1-D object array, and a label for each row.

    Parameters
    ----------
    X : list, 1-D array, array of shape (n_rows, 1), Series, or frame of one column
        The column. A numeric array of three or more dimensions is a stack of pictures.

    Returns
    -------
    cells : ndarray of shape (n_rows,), dtype=object
    rows : list of length n_rows
        Index labels where there is an index, with their positions where labels repeat; positions elsewhere.

    Raises
    ------
    ValueError
        For a single item where a column belongs, for what cannot be read twice in the same order, for numpy's byte
        strings (which lose the zeros at their end), and for more than one column.
    """
    if isinstance(X, (str, bytes, bytearray, memoryview, Mapping)) or not hasattr(X, "__iter__"):
        raise ValueError(f"expected a column of items, got a single {type(X).__name__}; put it into a list")
    if isinstance(X, (Iterator, Set)):
        raise ValueError(f"expected a column of items, got a {type(X).__name__}; put the items into a list")
    if isinstance(X, np.ndarray):
        _check_array(X)
    index = getattr(X, "index", None)
    if hasattr(X, "columns"):
        if X.shape[1] != 1:
            names = ", ".join(map(str, X.columns[:5]))
            raise ValueError(f"expected one column, got {X.shape[1]} ({names}); use one descriptor a column")
        X = X[X.columns[0]]
    elif isinstance(X, np.ndarray) and X.ndim == 2:
        X = X[:, 0]
    cells = object_array(X)
    rows = list(range(len(cells))) if index is None or callable(index) else list(index)
    if not getattr(index, "is_unique", True):
        rows = [f"{row} at position {position}" for position, row in enumerate(rows)]
    return cells, rows


def _check_array(X: np.ndarray) -> None:
    """Refuse arrays that are no column, or not the one that was meant."""
    if X.ndim == 0:
        raise ValueError("expected a column of items, got a single array without dimensions; put it into a list")
    if X.ndim == 2 and X.shape[1] != 1:
        raise ValueError(f"expected one column, got an array of shape {X.shape}; use one descriptor a column")
    if X.ndim == 3 and X.shape[2] in (3, 4):
        raise ValueError(f"expected a column of items, got a single picture of shape {X.shape}; put it into a list")
    if X.dtype.kind == "S":
        raise ValueError(f"an array of dtype {X.dtype} has cut the zeros at the end of its items; use dtype=object")
