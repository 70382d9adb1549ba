"""What the checks have in common: how a demand is put, and how vectors are had and compared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from mmsk import _engine
from mmsk._base import ItemDescriptor
from mmsk._reference import object_array

__all__ = ["chunks_of", "demand", "demand_same_bits", "other_values", "own_parameters", "raised", "series", "vectors"]


def demand(descriptor: ItemDescriptor, holds: Any, wanted: str, came: Any = None) -> None:
    """Raise an AssertionError that says what the contract wants, and what came instead."""
    if not holds:
        instead = "" if came is None else f"; got {came}"
        raise AssertionError(f"{type(descriptor).__name__}: {wanted}{instead}")


def demand_same_bits(descriptor: ItemDescriptor, found: np.ndarray, expected: np.ndarray, wanted: str) -> None:
    """Demand that two matrices are equal in each bit."""
    alike = found.shape == expected.shape and found.dtype == expected.dtype
    demand(descriptor, alike, wanted, f"{found.shape} {found.dtype}, not {expected.shape} {expected.dtype}")
    if found.tobytes() != expected.tobytes():
        different = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))
        rows = np.flatnonzero(different.any(axis=1)).tolist()
        largest = np.nanmax(np.abs(found.astype(float) - expected), initial=0)
        demand(descriptor, False, wanted, f"other bits in rows {rows}, by up to {largest:.3g}")


def vectors(descriptor: ItemDescriptor, cells: Any, **params: Any) -> np.ndarray:
    """Return what a clone with these parameters makes of a column."""
    return np.asarray(clone(descriptor).set_params(**params).fit_transform(cells))


def raised(action: Any, kind: type[Exception] = Exception) -> Exception | None:
    """Return the exception of a kind that an action raises, None if it raises none."""
    try:
        action()
    except kind as error:
        return error
    return None


def series(cells: Sequence[Any], name: str = "item") -> pd.Series:
    """Return a column of objects whose labels are words."""
    return pd.Series(object_array(cells), index=[f"row-{number}" for number in range(len(cells))], name=name)


@contextlib.contextmanager
def chunks_of(rows: int) -> Iterator[None]:
    """Let the engine hand out so many rows at a time: few, so that a short column is work for several workers."""
    before, _engine.CHUNK = _engine.CHUNK, rows
    try:
        yield
    finally:
        _engine.CHUNK = before


def own_parameters(descriptor: ItemDescriptor) -> dict[str, Any]:
    """Return the parameters that are the descriptor's own, not those that all descriptors share."""
    params = descriptor.get_params(deep=False)
    return {name: value for name, value in params.items() if name not in ItemDescriptor._shared_constraints}


def other_values(descriptor: ItemDescriptor) -> Iterator[tuple[str, Any]]:
    """Yield for each of the descriptor's own parameters another value that its constraints allow, where one is plain.

    The descriptor may still refuse it, for not going together with the other parameters.
    """
    for name, value in own_parameters(descriptor).items():
        options = [option for one in descriptor._parameter_constraints[name] for option in getattr(one, "options", ())]
        if isinstance(value, bool):
            yield name, not value
        elif isinstance(value, int):
            yield name, value + 1
        elif isinstance(value, float):
            yield name, value * 0.9
        elif isinstance(value, str) and set(options) - {value}:
            yield name, min(set(options) - {value})
        elif isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
            yield name, tuple(part + 1 for part in value)
