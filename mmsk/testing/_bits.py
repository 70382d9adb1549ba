"""A vector depends on the item and the parameters, and on nothing else: the same bits, wherever and however often."""

from __future__ import annotations

import contextlib
import io
import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import joblib
import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from mmsk._base import ItemDescriptor
from mmsk.cache import FeatureCache
from mmsk.testing._expect import chunks_of, demand, demand_same_bits, other_values, raised, vectors


def check_order_of_rows(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Rows in another order are the same rows in another order."""
    order = np.random.default_rng(0).permutation(len(items))
    found = vectors(descriptor, [items[row] for row in order], cache=False)
    wanted = "rows do not see each other: another order of rows changes nothing"
    demand_same_bits(descriptor, found, vectors(descriptor, items, cache=False)[order], wanted)


def check_subsets_of_rows(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Each row alone is what it is among the others."""
    found = np.vstack([vectors(descriptor, [item], cache=False) for item in items])
    wanted = "rows do not see each other: a row alone is what it is among others"
    demand_same_bits(descriptor, found, vectors(descriptor, items, cache=False), wanted)


def check_repetition(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """The same item twice, or described twice, is the same vector twice."""
    fitted = clone(descriptor).set_params(cache=False).fit(items)
    first = np.asarray(fitted.transform([*items, *items]))
    wanted = "_describe has no randomness and no state: the same item is the same vector"
    demand_same_bits(descriptor, first[len(items) :], first[: len(items)], wanted)
    demand_same_bits(descriptor, np.asarray(fitted.transform(items)), first[: len(items)], wanted)


def check_other_columns_leave_no_trace(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """What was transformed before changes neither the descriptor nor what comes after."""
    fitted = clone(descriptor).set_params(cache=False).fit(items)
    before = np.asarray(fitted.transform(items[:2]))
    state = {name: repr(value) for name, value in vars(fitted).items()}
    fitted.transform(items[2:])
    fitted.transform([None])
    changed = [name for name, value in vars(fitted).items() if repr(value) != state.get(name)]
    demand(descriptor, not changed, "transform leaves the descriptor as it was", changed)
    wanted = "what was transformed before leaves no trace"
    demand_same_bits(descriptor, np.asarray(fitted.transform(items[:2])), before, wanted)


def check_chunks(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """How many rows are handed out at a time does not show."""
    expected = vectors(descriptor, items, cache=False)
    for rows in (1, 2, len(items)):
        with chunks_of(rows):
            found = vectors(descriptor, items, cache=False)
        demand_same_bits(descriptor, found, expected, f"chunks of {rows} rows change nothing")


def check_threads(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Two threads make the same bits as one."""
    expected = vectors(descriptor, items, cache=False)
    with chunks_of(1), joblib.parallel_config(backend="threading", n_jobs=2):
        found = vectors(descriptor, items, cache=False)
    demand_same_bits(descriptor, found, expected, "joblib's threads change nothing")


def check_processes(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Two processes make the same bits as one, and name bad items all the same."""
    expected = vectors(descriptor, items, cache=False)
    with chunks_of(2):
        found = vectors(descriptor, items, cache=False, n_jobs=2)
        demand_same_bits(descriptor, found, expected, "n_jobs=2 changes nothing")
        cells = [*items, object()]
        errors = [raised(lambda n=n: vectors(descriptor, cells, cache=False, n_jobs=n)) for n in (1, 2)]
    demand(descriptor, str(errors[0]) == str(errors[1]), "n_jobs=2 names bad items as n_jobs=1 does", str(errors[1]))


def check_threads_of_blas(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """The number of threads of BLAS and OpenMP does not show."""
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(vectors(descriptor, items, cache=False))
    wanted = "two threads of BLAS make the same bits as one: sum in a fixed order"
    demand_same_bits(descriptor, found[1], found[0], wanted)


def check_sharing_between_threads(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Threads may call transform of one fitted descriptor at the same time, as those of a server do."""
    fitted = clone(descriptor).set_params(cache=False).fit(items)
    columns = [[items[(row + shift) % len(items)] for row in range(len(items))] for shift in range(3)]
    expected = [np.asarray(fitted.transform(column)) for column in columns]
    with ThreadPoolExecutor(len(columns)) as pool:
        found = list(pool.map(fitted.transform, columns))
    for one, other in zip(found, expected, strict=True):
        demand_same_bits(descriptor, np.asarray(one), other, "threads may share a fitted descriptor")


def check_cache(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """What comes from the cache is what was put into it, and what there is without one."""
    expected, cache = vectors(descriptor, items, cache=False), FeatureCache()
    for time in ("first", "second"):
        found = vectors(descriptor, items, cache=cache)
        demand_same_bits(descriptor, found, expected, f"with a cache the {time} time is the same as without one")
    found[:] = -1
    wanted = "the caller may write to what transform returns"
    demand_same_bits(descriptor, vectors(descriptor, items, cache=cache), expected, wanted)


def check_cache_tells_parameters_apart(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A parameter that changes the vector is part of what the cache knows a vector by."""
    cache = FeatureCache()
    vectors(descriptor, items[:2], cache=cache)
    for name, value in other_values(descriptor):
        other = clone(descriptor).set_params(**{name: value})
        if raised(lambda other=other: vectors(other, items[:2], cache=False)) is None:
            found, expected = (vectors(other, items[:2], cache=which) for which in (cache, False))
            demand_same_bits(descriptor, found, expected, f"the cache sees that {name} is {value!r}")


def check_progress_bar(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A progress bar changes nothing."""
    with contextlib.redirect_stdout(io.StringIO()):
        found = vectors(descriptor, items, cache=False, verbose=True)
    demand_same_bits(descriptor, found, vectors(descriptor, items, cache=False), "verbose=True changes nothing")


def check_pickle(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A pickle is the same descriptor, fitted as it was, without the vectors of its cache."""
    fitted = clone(descriptor).set_params(cache=FeatureCache()).fit(items)
    size = len(pickle.dumps(fitted))
    expected = np.asarray(fitted.transform(items))
    loaded = pickle.loads(pickle.dumps(fitted))
    demand_same_bits(descriptor, np.asarray(loaded.transform(items)), expected, "a pickle makes the same vectors")
    names = list(loaded.get_feature_names_out()) == list(fitted.get_feature_names_out())
    demand(descriptor, names, "a pickle has the same names")
    grown = len(pickle.dumps(fitted)) - size
    demand(descriptor, grown < 200, "a pickle carries nothing of what was transformed", f"{grown} bytes more")


def check_skops(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A file of skops is the same descriptor."""
    import skops.io  # type: ignore[import-untyped]

    fitted = clone(descriptor).fit(items)
    data = skops.io.dumps(fitted)
    loaded = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    expected = np.asarray(fitted.transform(items))
    demand_same_bits(descriptor, np.asarray(loaded.transform(items)), expected, "skops keeps the descriptor as it is")
