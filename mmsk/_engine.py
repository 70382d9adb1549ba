"""The engine: from the cells of a column to a matrix of vectors.

Strategy: rows are independent, so they are described in chunks, in this process or through any joblib backend, and the
chunk size can never show in the result. Before an item is opened the cache is asked; what is new comes back from the
workers with its key, and this process stores it, so that an interrupted run keeps what it has done. A bad item is
noted, not raised: the caller sees all of them at once. A descriptor's own mistake comes back like a result too: no
more work is handed out, what is under way is stored, and then the first mistake is raised. Isolated, each row is a
task for worker processes (`_isolate`), and what its worker does not survive is a bad item too.

Processes that share a store and begin together, as the workers of a search do, would describe the same rows at the
same time. So each takes them in an order of its own, and stores them often: hardly a row is then described twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import tee
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from joblib.parallel import get_active_backend

from mmsk._isolate import run_isolated
from mmsk._items import Item
from mmsk._reference import digest, label
from mmsk.cache import FeatureCache
from mmsk.errors import MediaError, MmskError

__all__ = ["Column", "describe_column"]

CHUNK = 16  # rows: what a crash may lose, and enough work to hide what dispatching costs
LARGE_CHUNK = 64  # rows, where a task goes to another machine and nothing is stored on the way
WINDOW = 256  # rows that the cache is asked for at once
SHARED_CHUNK = 4  # rows, where other processes may be at the same work


class Part(Protocol):
    """What the engine asks of a descriptor."""

    names_: list[str]

    def _describe(self, item: Any) -> np.ndarray: ...

    def _cache_key(self) -> bytes | None: ...


@dataclass
class Column:
    """What to do with each item of a column: how to open it, and which vectors to draw from it."""

    parts: Sequence[Part]
    item_class: type[Item]
    limits: Mapping[str, Any]
    pool: str = "mean"
    cache: FeatureCache = field(default_factory=FeatureCache)
    isolate: bool = False

    def __post_init__(self) -> None:
        self.widths = [len(part.names_) for part in self.parts]
        keys = [part._cache_key() if self.cache.enabled else None for part in self.parts]
        # a limit may change a vector (a sound cut at max_seconds), where a file lies may not
        limits = json.dumps({**self.limits, "root": None}, sort_keys=True, default=repr).encode()
        self.keys = [None if key is None else key + limits for key in keys]
        self.caching = any(key is not None for key in keys)


@dataclass
class Described:
    """A chunk's vectors, its bad items, and what a cache should remember of it."""

    block: np.ndarray
    errors: list[tuple[int, MediaError]] = field(default_factory=list)  # with their positions in the chunk
    vectors: dict[bytes, np.ndarray] = field(default_factory=dict)
    digests: dict[tuple[int, ...], bytes] = field(default_factory=dict)
    failure: MmskError | None = None


def describe_column(
    column: Column, cells: np.ndarray, rows: Sequence[Any], n_jobs: int | None = None, verbose: bool | int = False
) -> tuple[np.ndarray, list[MediaError]]:
    """Describe each cell of a column.

    Parameters
    ----------
    column : Column
    cells : ndarray of shape (n_rows,), dtype=object
    rows : sequence of length n_rows
        How an error names each row.
    n_jobs : int, default=None
        Workers, as in joblib.
    verbose : bool, default=False
        Whether to show a progress bar.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_features), dtype=float32
        A row of nan for each missing or bad item.
    errors : list of MediaError
        In the order of the rows.
    """
    matrix = np.full((len(cells), sum(column.widths)), np.nan, dtype=np.float32)
    todo = np.array([row for row, cell in enumerate(cells) if column.item_class.references(cell)], dtype=int)
    n_workers = effective_n_jobs(n_jobs)
    parallel = column.isolate or (n_workers > 1 and len(todo) > CHUNK)
    sharing = column.cache.store is not None
    if column.caching and (parallel or sharing):  # workers do not know what this process does, and a store likes lists
        windows = [todo[start : start + WINDOW] for start in range(0, len(todo), WINDOW)]
        todo = np.array([row for window in windows for row in _not_recalled(column, cells, window, matrix)], dtype=int)
    size = 1 if column.isolate else CHUNK
    if parallel and not sharing and not column.isolate:  # nothing is stored: fewer tasks, yet enough for all workers
        size = min(max(CHUNK, -(-len(todo) // (8 * n_workers))), LARGE_CHUNK)
    if sharing and not parallel:
        todo, size = np.random.default_rng(os.getpid()).permutation(todo), SHARED_CHUNK
    chunks = [todo[start : start + size] for start in range(0, len(todo), size)]
    failures: list[MmskError] = []
    tasks = (
        delayed(_describe_chunk)(column, cells[chunk], [rows[row] for row in chunk]) for chunk in chunks if not failures
    )
    results: Iterable[Described]
    if column.isolate:
        results = _described_apart(column, (task[1:] for _, task, _ in tasks), n_workers)
    elif parallel:
        lazy = getattr(get_active_backend()[0], "supports_return_generator", False)  # multiprocessing and Ray cannot
        results = Parallel(n_jobs=n_jobs, return_as="generator" if lazy else "list")(tasks)
    else:
        results = (task(*args, **kwargs) for task, args, kwargs in tasks)
    errors: list[tuple[int, MediaError]] = []
    described = zip(results, chunks, strict=False)  # in this order: joblib's generator wants to be used up
    for result, chunk in _progress(described, len(chunks), column.item_class.kind, bool(verbose)):
        matrix[chunk] = result.block
        errors += [(int(chunk[position]), error) for position, error in result.errors]
        column.cache.put_many(result.vectors, result.digests)
        failures += [] if result.failure is None else [result.failure]
    if failures:
        raise failures[0]
    return matrix, [error for _, error in sorted(errors, key=itemgetter(0))]


def _describe_chunk(column: Column, cells: np.ndarray, rows: Sequence[Any]) -> Described:
    """Describe a few rows: what a worker runs."""
    result = Described(np.full((len(cells), sum(column.widths)), np.nan, dtype=np.float32))
    for position, (cell, row) in enumerate(zip(cells, rows, strict=True)):
        vectors = []
        for reference in column.item_class.references(cell):
            try:
                vectors.append(_describe_reference(column, reference, result))
            except MediaError as error:
                result.errors.append((position, error.located(label(reference), row)))
            except Exception as error:
                if column.isolate and isinstance(error, MemoryError):
                    raise  # ends the worker, whose end is told from the outside
                result.failure = failure(error, reference, row)
                return result
        if vectors:
            result.block[position] = _pool(vectors, column.pool)
    return result


def _described_apart(column: Column, tasks: Iterable[tuple[Any, ...]], n_workers: int) -> Iterator[Described]:
    """Describe rows, each a chunk of its own, in processes that may die over one."""
    told, told_again = tee(tasks)
    answers = run_isolated(partial(_describe_chunk, column), told, n_workers)
    for (cells, rows), answer in zip(told_again, answers, strict=True):
        if isinstance(answer, MediaError):
            references = column.item_class.references(cells[0])
            where = label(references[0]) if len(references) == 1 else f"<{len(references)} items>"
            nothing = np.full((1, sum(column.widths)), np.nan, dtype=np.float32)
            yield Described(nothing, [(0, answer.located(where, rows[0]))])
        else:
            yield answer


def failure(error: Exception, reference: Any, row: Any = None) -> MmskError:
    """Return the error that says which item a descriptor failed at by a mistake of its own."""
    where = label(reference) if row is None else f"row {row}: {label(reference)}"
    found = MmskError(f"{where}: cannot be described ({type(error).__name__}: {error})")
    found.__cause__ = error
    return found


def _pool(vectors: Sequence[np.ndarray], pool: str) -> np.ndarray:
    """Return the elementwise mean or maximum of the vectors of one cell."""
    if len(vectors) == 1:
        return vectors[0]
    stack = np.stack(vectors)
    return np.asarray(stack.max(axis=0) if pool == "max" else stack.mean(axis=0, dtype=np.float64))


def _describe_reference(column: Column, reference: Any, result: Described) -> np.ndarray:
    """Return one item's vector, from the cache as far as that goes."""
    stat = column.item_class.stat_key(reference, column.limits) if column.caching else None
    known = None if stat is None else column.cache.digest_of(stat)
    vectors = _look_up(column, known, result.vectors)
    if any(vector is None for vector in vectors):
        content = column.item_class.read(reference, column.limits)
        item = column.item_class(content, column.limits)  # refuses what it cannot hold before that is digested
        if column.caching:
            known = digest(content)
            if stat and known and stat == column.item_class.stat_key(reference, column.limits):
                result.digests[stat] = known
            vectors = _look_up(column, known, result.vectors)
        for position, part in enumerate(column.parts):
            if vectors[position] is None:
                vectors[position] = vector = _checked(part, part._describe(item), column.widths[position])
                key = column.keys[position]
                if known is not None and key is not None:
                    result.vectors[_vector_key(known, key)] = vector
    found = [vector for vector in vectors if vector is not None]
    return found[0] if len(found) == 1 else np.concatenate(found)


def _checked(part: Part, answer: Any, width: int) -> np.ndarray:
    """Return a descriptor's answer as a float32 vector, refusing one of another length or with holes in it."""
    vector = np.asarray(answer)
    if vector.dtype == np.float32:
        vector = vector.copy()  # the next answer may be written over this one
    else:
        with np.errstate(over="ignore"):  # what float32 cannot hold is infinite below
            vector = vector.astype(np.float32)
    if vector.shape != (width,):
        raise MmskError(f"{type(part).__name__} returned shape {vector.shape}, expected ({width},)")
    if np.count_nonzero(np.isfinite(vector)) < width:
        raise MediaError("nonfinite", detail=f"{type(part).__name__} is not finite for this item")
    return vector


def _vector_key(content: bytes, part: bytes) -> bytes:
    """Return the cache key of one descriptor's vector of one content."""
    return hashlib.sha256(content + part).digest()


def _look_up(column: Column, content: bytes | None, fresh: Mapping[bytes, np.ndarray]) -> list[np.ndarray | None]:
    """Return each part's vector of a content, None where it is not known."""
    found: list[np.ndarray | None] = [None] * len(column.keys)
    if content is None:
        return found
    for position, key in enumerate(column.keys):
        if key is not None:
            name = _vector_key(content, key)
            found[position] = fresh[name] if name in fresh else column.cache.get(name)
    return found


def _not_recalled(column: Column, cells: np.ndarray, rows: np.ndarray, matrix: np.ndarray) -> list[int]:
    """Fill in the rows that the cache has the whole of, without opening a file, and return the others."""
    references = {int(row): column.item_class.references(cells[row]) for row in rows}
    names = dict(zip(references, _names(column, references.values()), strict=True))
    vectors = column.cache.get_many([name for of_row in names.values() for item in of_row for name in item])
    left = []
    for row, of_row in names.items():
        if all(item and all(name in vectors for name in item) for item in of_row):
            matrix[row] = _pool([np.concatenate([vectors[name] for name in item]) for item in of_row], column.pool)
        else:
            left.append(row)
    return left


def _names(column: Column, references: Iterable[Sequence[Any]]) -> list[list[list[bytes]]]:
    """Return for each cell and each of its items what the cache calls the item's vectors; nothing where it cannot."""
    references = list(references)
    stats = [[column.item_class.stat_key(one, column.limits) for one in of_cell] for of_cell in references]
    known = column.cache.digests_of([stat for of_cell in stats for stat in of_cell])
    keys = [key for key in column.keys if key is not None]
    names = []
    for of_cell, their_stats in zip(references, stats, strict=True):
        contents = [
            digest(one) if stat is None else known.get(stat)  # what has no file is its own content
            for one, stat in zip(of_cell, their_stats, strict=True)
        ]
        whole = len(keys) == len(column.keys)
        names.append([[_vector_key(one, key) for key in keys] if one and whole else [] for one in contents])
    return names


def _progress(results: Iterable[Any], total: int, kind: str, verbose: bool) -> Iterator[Any]:
    """Pass results on, under a progress bar if one is wanted."""
    if not verbose or total == 0:
        yield from results
        return
    from rich.progress import track

    yield from track(results, description=f"describing {kind}", total=total)
