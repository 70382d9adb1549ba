"""One hash a descriptor: over workers, backends, threads of BLAS and sizes of chunks. `make bits` takes them all.

Run as ``python -m tests.stress.bits``; the tests take the few combinations of `few`.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from joblib import parallel_config
from threadpoolctl import threadpool_limits

from mmsk.testing import sample_items
from mmsk.testing._expect import chunks_of, vectors

from ..test_contract import INSTANCES

__all__ = ["Setting", "every", "few", "hashes"]


class Setting(NamedTuple):
    """How the rows of a column are handed out."""

    n_jobs: int
    backend: str
    blas: int  # threads, in each worker
    chunk: int  # rows


def every() -> list[Setting]:
    """Return all settings, those of one set of worker processes together."""
    product = itertools.product((1, 2, 4), ("sequential", "loky", "threading"), (1, 2), (1, 3, 7, 16, 1000))
    return [Setting(*values) for values in product]


def few() -> list[Setting]:
    """Return settings that need few worker processes, and have each value in them somewhere."""
    alone = [Setting(1, "sequential", blas, chunk) for blas in (1, 2) for chunk in (1, 3, 7, 1000)]
    threads = [Setting(n_jobs, "threading", blas, chunk) for n_jobs, blas, chunk in ((2, 2, 3), (4, 1, 1), (4, 2, 2))]
    return [*alone, *threads, Setting(2, "loky", 2, 2), Setting(2, "loky", 2, 3)]


def hashes(
    descriptors: dict[str, Any], settings: Iterable[Setting], times: int = 1
) -> dict[str, dict[str, list[Setting]]]:
    """Return for each descriptor the hashes of its features, each with the settings that lead to it.

    The column holds the samples of its kind so many times, and a missing item.
    """
    found: dict[str, dict[str, list[Setting]]] = {name: {} for name in descriptors}
    for setting in settings:
        inner = {"inner_max_num_threads": setting.blas} if setting.backend == "loky" else {}
        with (
            threadpool_limits(setting.blas),
            chunks_of(setting.chunk),
            parallel_config(backend=setting.backend, n_jobs=setting.n_jobs, **inner),
        ):
            for name, descriptor in descriptors.items():
                items = [*sample_items(kind_of(descriptor)) * times, None]
                bits = vectors(descriptor, items, cache=False).tobytes()
                found[name].setdefault(hashlib.sha256(bits).hexdigest(), []).append(setting)
    return found


def kind_of(descriptor: Any) -> str:
    """Return what a descriptor describes; a union knows by its members."""
    members = getattr(descriptor, "descriptors", None)
    return kind_of(members[0][1]) if members else getattr(descriptor, "kind", None) or descriptor._item_class.kind


def main() -> int:
    """Try every setting, report, and return 1 if a descriptor has more than one hash."""
    found = hashes(INSTANCES, every(), times=5)
    for name, by_hash in found.items():
        print(f"{name}: {len(by_hash)} hash over {sum(map(len, by_hash.values()))} settings")
        for digest, settings in by_hash.items():
            print(f"  {digest[:16]} {'always' if len(by_hash) == 1 else settings[:3]}")
    return int(any(len(by_hash) > 1 for by_hash in found.values()))


if __name__ == "__main__":
    sys.exit(main())
