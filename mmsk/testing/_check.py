"""check_descriptor: whether a descriptor keeps the contract that pipelines, searches and caches rely on.

Strategy: scikit-learn's `check_estimator` feeds 2-D arrays of numbers, so it has next to nothing to say about a column
of pictures. This is its counterpart: small functions of a descriptor and some items, each of which raises an
AssertionError that says what the contract wants and what came instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from mmsk._base import ItemDescriptor
from mmsk.testing import _bits, _columns, _protocol, _together
from mmsk.testing._samples import sample_items

__all__ = ["CHECKS", "check_descriptor", "descriptor_checks"]

#: Every check, in the order in which they run: the functions of those files whose names begin with ``check_``. The one
#: of skops is left out where skops is not installed.
CHECKS: tuple[Callable[..., None], ...] = tuple(
    check
    for file in (_protocol, _columns, _bits, _together)
    for name, check in vars(file).items()
    if name.startswith("check_") and (name != "check_skops" or find_spec("skops"))
)


def check_descriptor(
    descriptor: ItemDescriptor, items: Sequence[Any] | None = None, *, on_fail: str | None = "raise"
) -> list[dict[str, Any]]:
    """Run the whole contract on a descriptor.

    Parameters
    ----------
    descriptor : ItemDescriptor
        An instance, with the parameters that are to be checked; it is left as it is. Worker processes have to be able
        to import its class, unless it is defined in ``__main__`` or a notebook.
    items : sequence, default=None
        At least four different items that it can describe, in any form that a cell may have. None: made pictures,
        sounds or texts, as its kind of item asks for.
    on_fail : {"raise", None}, default="raise"
        Whether the first check that fails raises. None runs them all and leaves judgement to the caller.

    Returns
    -------
    list of dict
        For each check its name (``check_name``), ``status`` ("passed" or "failed") and ``exception``.

    Raises
    ------
    AssertionError
        Saying what the contract wants and what came instead.
    TypeError
        For anything that is not an instance of ItemDescriptor.
    ValueError
        For fewer than four items, and for a kind of item of which this module has no samples.

    Examples
    --------
    >>> from mmsk import FunctionDescriptor
    >>> from mmsk.testing import check_descriptor
    >>> found = check_descriptor(FunctionDescriptor(len, kind="text", names=["length"]))
    >>> {result["status"] for result in found}
    {'passed'}
    """
    results = []
    for _, check in descriptor_checks(descriptor, items):
        exception = None
        try:
            check(descriptor)
        except Exception as error:
            if on_fail == "raise":
                raise
            exception = error
        status = "passed" if exception is None else "failed"
        results.append({"check_name": check.func.__name__, "status": status, "exception": exception})
    return results


def descriptor_checks(
    descriptor: ItemDescriptor, items: Sequence[Any] | None = None
) -> list[tuple[ItemDescriptor, functools.partial[None]]]:
    """Return (descriptor, check) for each check, to be run as ``check(descriptor)``.

    Parameters
    ----------
    descriptor, items
        As in `check_descriptor`.

    Returns
    -------
    list of (ItemDescriptor, callable)
        What ``pytest.mark.parametrize(("descriptor", "check"), ...)`` takes.

    Examples
    --------
    >>> from mmsk.text import TextStatistics
    >>> from mmsk.testing import descriptor_checks
    >>> descriptor, check = descriptor_checks(TextStatistics())[0]
    >>> check(descriptor)
    """
    given: object = descriptor
    if not isinstance(given, ItemDescriptor):
        raise TypeError(f"expected an instance of ItemDescriptor, got {given!r}")
    items = sample_items(descriptor._item_class.kind) if items is None else list(items)
    if len(items) < 4:
        raise ValueError(f"expected at least 4 items, got {len(items)}")
    return [(descriptor, functools.partial(check, items=items)) for check in CHECKS]
