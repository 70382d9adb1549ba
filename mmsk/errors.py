"""Errors that name the row, the item and the remedy.

Strategy: a library error about a broken file ("cannot identify image file <BytesIO>") does not help somebody with a
hundred thousand rows. Every error raised here says which row, which item, what was expected, what came, and what to
do next. Each is a ValueError, as scikit-learn's own complaints about data are, and each survives pickling: an
exception that does not unpickle breaks a process pool instead of telling what was wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["KINDS", "MediaBatchError", "MediaError", "MmskError", "judge"]

#: Every way an item can be bad, and what to do about it. The list is closed: code and users may match on it.
KINDS: dict[str, str] = {
    "missing_file": "check the path, or pass limits={'root': FOLDER} when paths are relative to a folder",
    "outside_root": "only files below the root folder may be read; move the file or widen the root",
    "not_regular": "only regular files are read; replace it by a file",
    "empty": "replace the item, or set the cell to None to mark it as missing",
    "unknown_format": "convert it to a supported format (PNG, JPEG, GIF, TIFF, WebP, BMP, PPM; WAV, FLAC, OGG, MP3)",
    "corrupt": "replace the item, or set on_error='missing' to go on without it",
    "truncated": "download or copy the item again, or set on_error='missing' to go on without it",
    "too_large": "shrink it, or raise the limit named here through limits=",
    "too_many_frames": "keep fewer frames, or raise the limit named here through limits=",
    "too_long": "cut it, set limits={'on_long': 'truncate'}, or raise limits={'max_seconds': ...}",
    "too_short": "replace the item, or set on_error='missing' to go on without it",
    "too_many_channels": "mix it down, or raise limits={'max_channels': ...}",
    "bad_rate": "resave it with a sampling rate within the limits",
    "nonfinite": "replace nan and infinite values, or set on_error='missing' to go on without it",
    "timeout": "replace the item, or allow more time",
    "killed": "the item brought its worker down; replace it, or set on_error='missing' to go on without it",
    "wrong_type": "see the documentation of the descriptor for what a cell may hold",
}

MAX_REF = 200  # characters of an item's reference that an error shows
MAX_SHOWN = 20  # items that a batch error lists


class MmskError(ValueError):
    """Base class of the errors of mmsk."""


class MediaError(MmskError):
    """One item could not be read, decoded or described.

    Parameters
    ----------
    kind : str
        One of the keys of ``mmsk.errors.KINDS``.
    row : object
        The row's index label when the input had an index (a position inside a cross-validation fold helps nobody),
        its position otherwise.
    ref : str
        The item as the user wrote it, shortened to 200 characters.
    detail : str
        What was found, and what was expected.

    Examples
    --------
    >>> from mmsk.errors import MediaError
    >>> print(MediaError("empty", 3, "cat.png", "the file has 0 bytes"))
    row 3: cat.png: empty: the file has 0 bytes; replace the item, or set the cell to None to mark it as missing
    """

    def __init__(self, kind: str, row: Any = None, ref: str = "", detail: str = "") -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}, expected one of {', '.join(KINDS)}")
        self.kind = kind
        self.detail = detail
        self.ref = ref if len(ref) <= MAX_REF else ref[: MAX_REF - 1] + "…"
        self.row = row
        super().__init__(kind, row, self.ref, detail)

    def __str__(self) -> str:
        where = [f"row {self.row}"] if self.row is not None else []
        where += [self.ref] if self.ref else []
        what = f"{self.kind}: {self.detail}" if self.detail else self.kind
        return ": ".join([*where, what]) + f"; {KINDS[self.kind]}"

    def __reduce__(self) -> tuple[Any, ...]:
        return MediaError, (self.kind, self.row, self.ref, self.detail)

    def located(self, ref: str, row: Any) -> MediaError:
        """Return the same error with its place filled in; what raised it is kept as the cause."""
        error = MediaError(self.kind, row, self.ref or ref, self.detail)
        error.__cause__ = self.__cause__
        return error

    def as_dict(self) -> dict[str, Any]:
        """Return row, ref, kind and detail: one line of a ``report_``, plain enough for any file format."""
        row = self.row if type(self.row) in (int, float, str, type(None)) else str(self.row)
        return {"row": row, "ref": self.ref, "kind": self.kind, "detail": self.detail}


class MediaBatchError(MmskError):
    """All bad items of one column, found in one pass.

    Parameters
    ----------
    errors : list of MediaError
        Every bad item, in the order of the rows.
    n_rows : int
        How many rows were looked at.
    hint : str
        A sentence to close with.
    """

    def __init__(self, errors: list[MediaError], n_rows: int, hint: str = "") -> None:
        self.errors = list(errors)
        self.n_rows = n_rows
        self.hint = hint
        super().__init__(self.errors, n_rows, hint)

    def __str__(self) -> str:
        items = "item" if len(self.errors) == 1 else "items"
        lines = [f"{len(self.errors)} bad {items} in {self.n_rows} rows:"]
        lines += [f"  {error}" for error in self.errors[:MAX_SHOWN]]
        if len(self.errors) > MAX_SHOWN:
            lines.append(f"  ... and {len(self.errors) - MAX_SHOWN} more (the attribute `errors` has them all)")
        return "\n".join(lines + ([self.hint] if self.hint else []))

    def __reduce__(self) -> tuple[Any, ...]:
        return MediaBatchError, (self.errors, self.n_rows, self.hint)


def judge(errors: Sequence[MediaError], n_rows: int, *, on_error: str, max_missing: float) -> None:
    """Raise if there should be no bad item in a column, or if there are too many.

    Parameters
    ----------
    errors : sequence of MediaError
        The bad items of a column.
    n_rows : int
        How many rows the column has.
    on_error : {"raise", "missing"}
        Whether one bad item is one too many.
    max_missing : float
        Share of bad rows above which on_error="missing" raises after all.

    Raises
    ------
    MediaBatchError
        With all of them.
    """
    if not errors:
        return
    if on_error == "raise":
        raise MediaBatchError(list(errors), n_rows, "Pass on_error='missing' to treat them as missing.")
    bad_rows = len({repr(error.row) for error in errors})
    if bad_rows > 1 and bad_rows > max_missing * n_rows:
        share = f"{bad_rows / n_rows:.0%} of the rows are bad, more than max_missing={max_missing:g}"
        raise MediaBatchError(list(errors), n_rows, f"{share}. Is this the right column, and the right root folder?")
