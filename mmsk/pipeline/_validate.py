"""validate_media: what is wrong with the files of a table, before an hour is spent on a search.

Strategy: the items are opened by the very classes that the descriptors open them with, under the limits that the
descriptors have, so that what is refused here would be refused there. Only heads are looked at: what they do not tell
(a picture cut off below its header, damage in the pixels) takes ``full=True``; and what no decoder can tell, since WAV,
BMP and MP3 hold no checksum, takes ``hashes``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from mmsk._base import ItemDescriptor
from mmsk._items import Item, as_cells
from mmsk._reference import label, read
from mmsk._union import DescriptorUnion, name_descriptors
from mmsk.errors import MediaError
from mmsk.pipeline._build import Branch, steps_of
from mmsk.text import Document, Tfidf

__all__ = ["validate_media"]

COLUMNS = ["row", "column", "branch", "kind", "ref", "detail"]
MAX_SUMS = 2**30  # bytes of a file of checksums
SUM = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


class _Check(NamedTuple):
    """How the items of a branch are opened, and what their files should hash to."""

    item_class: type[Item]
    limits: Mapping[str, Any]
    full: bool
    hashes: Mapping[str, str]


def validate_media(
    frame: pd.DataFrame,
    branches: Sequence[Branch] | ColumnTransformer | Pipeline,
    *,
    full: bool = False,
    hashes: Mapping[str, str] | str | Path | None = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """List the items of a table that cannot be described, without describing any.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table.
    branches : list of (name, transformer, column), ColumnTransformer or Pipeline
        As `fusion_transformer` takes them, or what it or `fusion_pipeline` has made of them. The limits are those of
        the descriptors. Branches of numbers and the like are passed over.
    full : bool, default=False
        Whether to decode the items. Heads alone show missing, empty, oversized and unknown files, and sounds that are
        cut off; damage behind the head shows when an item is decoded, and there alone.
    hashes : dict or path, default=None
        SHA-256 sums in hexadecimal by path, or a file of them as ``sha256sum photos/* > SHA256SUMS`` writes it (paths
        start at its folder). A file that has another sum is corrupt, and one without a sum is not compared. WAV, BMP
        and MP3 hold no checksum of their own: there is no other way to tell that one of them has changed.
    n_jobs : int, default=None
        Threads, as in joblib.

    Returns
    -------
    DataFrame with the columns row, column, branch, kind, ref, detail
        A line for each bad item: its row's label, and what a `MediaError` would say (``mmsk.errors.KINDS``). Empty if
        there is none.

    Raises
    ------
    ValueError
        For a column that the table does not have, and for a file of sums that is none; never for a bad item.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import validate_media
    >>> from mmsk.image import HOG
    >>> frame = pd.DataFrame({"photo": ["nowhere.png", None, b"<html>"]})
    >>> validate_media(frame, [("image", HOG(), "photo")])[["row", "kind", "ref"]]
       row            kind          ref
    0    0    missing_file  nowhere.png
    1    2  unknown_format    <6 bytes>
    """
    sums = _read_sums(hashes) if isinstance(hashes, (str, Path)) else _absolute(hashes or {}, os.curdir)
    lines: list[tuple[Any, ...]] = []
    for name, parts, column in _media_branches(branches):
        if not isinstance(column, str):
            raise ValueError(f"branch {name!r} opens the items of one column, named by a string; got {column!r}")
        if column not in frame.columns:
            raise ValueError(f"no column {column!r} (branch {name!r}); there are {', '.join(map(str, frame.columns))}")
        cells, rows = as_cells(frame[[column]])
        check = _Check(*_opening(parts), full, sums)
        found = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(_errors_of)(cell, check) for cell in cells)
        for row, errors in zip(rows, found, strict=True):
            lines += [(row, column, name, error.kind, error.ref, error.detail) for error in errors]
    return pd.DataFrame(lines, columns=COLUMNS)


def _media_branches(branches: Any) -> Iterator[tuple[str, list[Any], Any]]:
    """Yield (name, descriptors, column) of each branch whose transformer opens items."""
    if isinstance(branches, Pipeline):
        branches = branches[0]
    if isinstance(branches, ColumnTransformer):
        branches = branches.transformers
    for name, given, column in branches:
        transformer = DescriptorUnion(name_descriptors(given)) if isinstance(given, list) else given
        parts = [part for part in steps_of(transformer) if isinstance(part, (ItemDescriptor, Tfidf))]
        if parts:
            yield name, parts, column[0] if isinstance(column, list) and len(column) == 1 else column


def _opening(parts: Sequence[Any]) -> tuple[type[Item], dict[str, Any]]:
    """Return what opens the items of these descriptors, and under which limits."""
    first = parts[0]
    if isinstance(first, Tfidf):
        return Document, {**Document.default_limits, "max_bytes": first.max_bytes}
    limits = first._item_class.merge_limits(first.limits)
    members = [one for _, one in first.descriptors] if isinstance(first, DescriptorUnion) else parts
    if "max_seconds" in limits:
        wanted = max(getattr(member, "duration", None) or np.inf for member in members)
        if wanted <= limits["max_seconds"]:
            limits |= {"max_seconds": wanted, "on_long": "truncate"}  # what comes after is never decoded
    return first._item_class, limits


def _errors_of(cell: Any, check: _Check) -> list[MediaError]:
    """Return what is wrong with the items of a cell."""
    errors = []
    for reference in check.item_class.references(cell):
        try:
            content = check.item_class.read(reference, check.limits)
            _compare(reference, content, check)
            check.item_class(content, check.limits).check(check.full)
        except MediaError as error:
            errors.append(error.located(label(reference), None))
    return errors


def _compare(reference: Any, content: Any, check: _Check) -> None:
    """Refuse a file that has another sum than it should have."""
    if isinstance(reference, Mapping) and reference.get("bytes") is None:
        reference = reference.get("path")
    if not (check.hashes and isinstance(reference, (str, PurePath)) and isinstance(content, bytes)):
        return
    expected = check.hashes.get(os.path.abspath(os.path.join(check.limits["root"] or os.curdir, reference)))
    if expected and (found := hashlib.sha256(content).hexdigest()) != expected:
        raise MediaError("corrupt", detail=f"its SHA-256 is {found[:16]}..., expected {expected[:16]}...")


def _read_sums(path: str | Path) -> dict[str, str]:
    """Return the sums in a file that sha256sum has written."""
    sums = {}
    for number, line in enumerate(read(path, max_bytes=MAX_SUMS).decode().splitlines(), start=1):
        found = SUM.fullmatch(line)
        if found is None:
            raise ValueError(f"{path}, line {number}: expected a SHA-256 and a path as sha256sum writes them: {line!r}")
        sums[found[2]] = found[1]
    return _absolute(sums, os.path.dirname(os.path.abspath(path)))


def _absolute(sums: Mapping[str, str], folder: str) -> dict[str, str]:
    return {os.path.abspath(os.path.join(folder, path)): value.lower() for path, value in sums.items()}
