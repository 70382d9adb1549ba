"""B9: how often a search reads and decodes an item, counted over the whole of it.

Strategy: counted are the contents, since two files of one content are one item: decoded once for both.
"""

from __future__ import annotations

from collections.abc import Sequence

from joblib import parallel_config

from benchmarks._counting import Counts, counting, install
from benchmarks._data import table
from benchmarks._harness import Row
from benchmarks._options import Options
from benchmarks._searches import candidates, forget, pipeline_search

CLAIM = "decodes per item in the whole search"
TARGET = "1 decode, 1 read; <= 1.02 with 2 jobs and a cache directory"

SHARED = 1.02  # decodes per item that two processes at the same work may come to


def rows(options: Options) -> list[Row]:
    data = table(options)
    paths = [path for column in ("picture", "speech") for path in data.X[column] if path is not None]
    size = f"{len(candidates(options))} weights x {len(data.folds)} folds + refit, {len(paths)} files"

    forget()
    with counting(options.scratch / "b09", paths) as counts:
        pipeline_search(data, options)
    found = [_row(f"{size}: 1 job", counts[0], paths, 1.0)]

    folder = options.scratch / "b09-store"
    forget()
    with counting(options.scratch / "b09", paths) as counts:
        log = str(options.scratch / "b09" / "events.txt")
        with parallel_config(backend="loky", initializer=install, initargs=(log, paths)):
            pipeline_search(data, options, n_jobs=2, cache=str(folder))
    return [*found, _row(f"{size}: 2 jobs and an empty cache directory", counts[0], paths, SHARED)]


def _row(what: str, counts: Counts, paths: Sequence[str], at_most: float) -> Row:
    """Return the row of one search. One job: each item once, no item more often, each file read once."""
    decodes = counts.decodes.total() / len(counts.decodes)
    reads = counts.reads.total() / len(set(paths))
    most = max(counts.decodes.values())
    once = at_most == 1.0
    ok = decodes <= at_most and (not once or (most == 1 and set(counts.reads.values()) == {1}))
    target = "= 1 decode, 1 read" if once else f"<= {at_most:g}"
    figures = {"decodes": counts.decodes.total(), "contents": len(counts.decodes), "most_decodes_of_one": most}
    figures |= {"reads": counts.reads.total(), "files": len(set(paths))}
    return Row("B9", what, f"{decodes:.3f} decodes", f"{reads:.3f} reads", f"{decodes:.3f}", target, ok, figures)
