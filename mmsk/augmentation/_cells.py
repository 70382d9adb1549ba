"""The changed copies of the cells of a column, in parallel and remembered.

Strategy: what a copy draws depends on the seed, the column, the row's label in the index, the number of the copy and
the item's place in its cell, and on nothing else: neither on workers and chunks, nor on the other rows. So a row has
the same copies in each training fold that it is in, its descriptors find them in their cache, and here what was opened
and changed once is taken from the memo (`mmsk.fusion.memo`), as long as files are the same. A user's own function has
no name that tells what it does: its copies are made anew in each fit.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from mmsk._items import Item
from mmsk._reference import digest, label
from mmsk.augmentation._changes import KINDS, Change
from mmsk.errors import MediaError, MmskError
from mmsk.fusion import memo

__all__ = ["Plan", "copies_of_column"]

CHUNK = 16  # rows that a worker is given at once

Entropy = tuple[int, ...]


class Plan(NamedTuple):
    """What is done with the cells of a column."""

    column: Hashable
    kind: str
    limits: Mapping[str, Any] | None
    changes: tuple[Change, ...]
    seed: int
    n_copies: int
    repeats: bool  # whether the seed will come again

    def entropies(self, rows: Sequence[Any]) -> list[Entropy]:
        """Return what each row's draws depend on; rows of one label are told apart by their order."""
        seen: Counter[str] = Counter()
        found: list[Entropy] = []
        for row in map(str, rows):
            found.append((self.seed, zlib.crc32(str(self.column).encode()), zlib.crc32(row.encode()), seen[row]))
            seen[row] += 1
        return found

    def references(self, cell: Any) -> list[Any]:
        """Return the present items of a cell."""
        return Item.of_kind(self.kind).references(cell)

    def key(self, cell: Any, entropy: Entropy) -> Hashable | None:
        """Return what the copies of a cell are remembered by, None where it cannot be told."""
        if not self.repeats or any(change.strength is None for change in self.changes):
            return None
        names = tuple((change.function.__name__, change.strength) for change in self.changes)
        items = tuple(self._identity(reference) for reference in self.references(cell))
        known = None not in items and bool(items)
        return ("augmented", self.kind, names, repr(self.limits), self.n_copies, *entropy, items) if known else None

    def _identity(self, reference: Any) -> Hashable | None:
        """Return the state of a reference's file, or a digest of what is no reference to anything else."""
        item_class = Item.of_kind(self.kind)
        stat = item_class.stat_key(reference, item_class.merge_limits(self.limits))
        elsewhere = self.kind != "text" and isinstance(reference, str)
        return stat if stat is not None or elsewhere else digest(reference)


def copies_of_column(plan: Plan, cells: np.ndarray, rows: Sequence[Any], n_jobs: int | None) -> list[tuple[Any, ...]]:
    """Return the changed copies of each cell.

    Parameters
    ----------
    plan : Plan
    cells : ndarray of shape (n_rows,), dtype=object
    rows : sequence of length n_rows
        Labels of the rows.
    n_jobs : int or None
        Workers, as in joblib.

    Returns
    -------
    list of length n_rows of tuples of length n_copies
        The cell itself for each copy of a missing one. In place of an item that cannot be read stands the item.
    """
    entropies = plan.entropies(rows)
    keys = [plan.key(cell, entropy) for cell, entropy in zip(cells, entropies, strict=True)]
    made: dict[int, tuple[Any, ...]] = {}
    if effective_n_jobs(n_jobs) > 1:  # a worker does not know what this process remembers
        todo = [row for row, key in enumerate(keys) if not memo.knows(key) and plan.references(cells[row])]
        chunks = [todo[start : start + CHUNK] for start in range(0, len(todo), CHUNK)]
        work = (delayed(_copies_of_chunk)(plan, cells[chunk], [entropies[row] for row in chunk]) for chunk in chunks)
        done = Parallel(n_jobs=n_jobs)(work)
        made = {
            row: of_row
            for chunk, found in zip(chunks, done, strict=True)
            for row, of_row in zip(chunk, found, strict=True)
        }

    def make(row: int) -> tuple[Any, ...]:
        return made[row] if row in made else _copies_of_cell(plan, cells[row], entropies[row])

    return [memo.recall(key, partial(make, row)) for row, key in enumerate(keys)]


def _copies_of_chunk(plan: Plan, cells: np.ndarray, entropies: Sequence[Entropy]) -> list[tuple[Any, ...]]:
    """Return the copies of a few cells: what a worker runs."""
    return [_copies_of_cell(plan, cell, entropy) for cell, entropy in zip(cells, entropies, strict=True)]


def _copies_of_cell(plan: Plan, cell: Any, entropy: Entropy) -> tuple[Any, ...]:
    """Return the copies of a cell, in the form that it has: of an item, an item; of a list, a list."""
    references = plan.references(cell)
    if not references:
        return (cell,) * plan.n_copies
    items = [_copies_of_item(plan, reference, (*entropy, place)) for place, reference in enumerate(references)]
    return items[0] if references[0] is cell else tuple(map(list, zip(*items, strict=True)))


def _copies_of_item(plan: Plan, reference: Any, entropy: Entropy) -> tuple[Any, ...]:
    """Return the copies of an item, which is opened once; itself, if it is bad: the descriptor will say how bad."""
    try:
        content = KINDS[plan.kind].open(reference, plan.limits)
    except MediaError:
        return (reference,) * plan.n_copies
    return tuple(_changed(plan, content, reference, (*entropy, copy)) for copy in range(plan.n_copies))


def _changed(plan: Plan, content: Any, reference: Any, entropy: Entropy) -> Any:
    """Return a content after all changes, one after the other."""
    rng = np.random.default_rng(entropy)
    for change in plan.changes:
        try:
            content = change(content, rng)
        except Exception as error:
            name = getattr(change.function, "__name__", type(change.function).__name__)
            what = f"column {plan.column!r}: {label(reference)}: {name} failed"
            raise MmskError(f"{what} ({type(error).__name__}: {error}); it is in the parameter {plan.kind}=") from error
    array = content[0] if isinstance(content, tuple) else content
    if isinstance(array, np.ndarray):
        array.flags.writeable = False  # the memo hands it out again
    return content
