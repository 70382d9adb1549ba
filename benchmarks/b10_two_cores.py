"""B10: two workers against one, nothing cached; joblib's own processes, Dask's and Ray's.

Strategy: time on the wall, since work in other processes is what is measured; another user of the machine's cores
spoils it. In a first call joblib's and Dask's workers start, and import what they need: that happens once a session,
and its time is kept apart. Dask tells its workers to give freed memory back to the system at once, so that each array
is paid for in page faults: it is measured as it comes and without that. Ray's backend starts its workers anew in each
call, two to three seconds that only a long table earns back: it is measured on the table twenty times over.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from joblib import parallel_config

from benchmarks._data import table
from benchmarks._harness import Row, UnequalError, faster, measure
from benchmarks._options import Options

CLAIM = "two cores against one, cold"
TARGET = ">= 1.8x; Dask and Ray >= 1.5x"

LONG = 20  # times the table, for Ray
TRIM = "MALLOC_TRIM_THRESHOLD_"  # how much freed memory the C library keeps, a variable of the environment


def rows(options: Options) -> list[Row]:
    X = table(options).X
    backends: dict[str, tuple[str | None, Callable[[], AbstractContextManager[Any]], float, int]] = {
        "joblib's processes": (None, partial(parallel_config, backend="loky"), 1.8, 1),
        "a Dask LocalCluster": ("distributed", _dask, 1.5, 1),
        "a Dask LocalCluster that keeps freed memory": ("distributed", partial(_dask, keep=True), 1.5, 1),
        "Ray (its workers start in each call)": ("ray", _ray, 1.5, LONG),
    }
    if options.tiny:
        backends = dict(list(backends.items())[:1])
    found = []
    for name, (package, backend, at_least, times) in backends.items():
        what = f"{times * len(X):,} rows of the stamps on 2 workers, {name} / 1 worker"
        if package and importlib.util.find_spec(package) is None:
            found.append(Row("B10", what, other="not installed", target=f">= {at_least:g}x"))
            continue
        with backend():
            found.append(_compared(X, times, what, at_least, repeats=options.pick(3, 1) if times == 1 else 1))
    return found


def _compared(X: Any, times: int, what: str, at_least: float, repeats: int) -> Row:
    start = time.perf_counter()
    two = _describe(X, 2)
    first = time.perf_counter() - start
    if not all(np.array_equal(*pair, equal_nan=True) for pair in zip(two, _describe(X, 1), strict=True)):
        raise UnequalError(f"{what}: the bits depend on the number of workers")
    long = pd.concat([X] * times)
    sides = {"other": lambda: _describe(long, 1), "mmsk": lambda: _describe(long, 2)}
    timings = measure(sides, repeats=repeats, least=0, warm=False)
    return faster("B10", what, timings, at_least=at_least, clock="wall", first_call_seconds=round(first, 2))


def _describe(X: Any, n_jobs: int) -> list[np.ndarray]:
    """Return the vectors of pictures and sounds."""
    from mmsk import DescriptorUnion
    from mmsk.audio import MFCC, Chroma
    from mmsk.image import HOG

    audio = DescriptorUnion([("mfcc", MFCC()), ("chroma", Chroma())], cache=False, n_jobs=n_jobs)
    return [HOG(cache=False, n_jobs=n_jobs).fit_transform(X["picture"]), audio.fit_transform(X["speech"])]


@contextmanager
def _dask(keep: bool = False) -> Iterator[None]:
    """Two processes of one thread on this machine."""
    import dask
    from distributed import Client, LocalCluster

    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    config = {f"distributed.nanny.pre-spawn-environ.{TRIM}": None} if keep else {}
    try:
        with (
            dask.config.set(config),
            LocalCluster(**settings) as cluster,
            Client(cluster),
            parallel_config(backend="dask"),
        ):
            yield
    finally:
        os.environ.pop(TRIM, None)  # Dask sets it in this process too, and whoever starts next would inherit it


@contextmanager
def _ray() -> Iterator[None]:
    """Two processes on this machine."""
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    register_ray()
    try:
        with parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()
