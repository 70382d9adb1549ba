"""Errors that name the row, the item and the remedy.

Strategy: a library error about a broken file ("cannot identify image file <BytesIO>") does not help somebody with a
hundred thousand rows. Every error raised here says which row, which item, what was expected, what came, and what to
do next. Each is a ValueError, as scikit-learn's own complaints about data are, and each survives pickling: an
exception that does not unpickle breaks a process pool instead of telling what was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "KINDS",
    "MediaBatchError",
    "MediaError",
    "MmskError",
    "ModelError",
    "ModelVersionError",
    "UntrustedModelError",
    "judge",
]

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


class ModelError(MmskError):
    """A model file could not be written, or is damaged.

    Parameters
    ----------
    path : str
        The file.
    detail : str
        What was found, and what to do.
    """

    def __init__(self, path: str, detail: str) -> None:
        self.path = path
        self.detail = detail
        super().__init__(path, detail)

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args


class UntrustedModelError(ModelError):
    """A model file holds, or is built like, something that a model of known classes is not. Nothing of it was run.

    Parameters
    ----------
    path : str
        The file.
    detail : str
        What was found.
    names : sequence of str, default=()
        Classes and functions in the file that nobody has trusted.

    Examples
    --------
    >>> from mmsk.errors import UntrustedModelError
    >>> print(UntrustedModelError("m.mmsk", "what it holds is not trusted", ["posix.system"]))
    m.mmsk: what it holds is not trusted: posix.system; trust a name only if you know what it does: trusted=[NAME]
    """

    def __init__(self, path: str, detail: str, names: Sequence[str] = ()) -> None:
        super().__init__(path, detail)
        self.names = list(names)
        self.args = (path, detail, self.names)

    def __str__(self) -> str:
        if not self.names:
            return f"{self.path}: {self.detail}"
        shown = [name if len(name) <= MAX_REF else name[: MAX_REF - 1] + "…" for name in self.names[:MAX_SHOWN]]
        if len(self.names) > MAX_SHOWN:
            shown.append(f"and {len(self.names) - MAX_SHOWN} more (the attribute `names` has them all)")
        remedy = "trust a name only if you know what it does: trusted=[NAME]"
        return f"{self.path}: {self.detail}: {', '.join(shown)}; {remedy}"


class ModelVersionError(ModelError):
    """A model that other versions have saved cannot be read by these, or answers differently.

    Parameters
    ----------
    path : str
        The file.
    detail : str
        What went wrong.
    saved, here : mapping of str to str
        The versions of Python and of the libraries when the model was saved, and now.
    """

    def __init__(self, path: str, detail: str, saved: Mapping[str, str], here: Mapping[str, str]) -> None:
        super().__init__(path, detail)
        self.saved, self.here = dict(saved), dict(here)
        self.args = (path, detail, self.saved, self.here)

    def __str__(self) -> str:
        changed = [name for name in self.saved if self.saved[name] != self.here.get(name)]
        named = changed or list(self.saved)
        saved = ", ".join(f"{name} {self.saved[name]}" for name in named)
        here = ", ".join(f"{name} {self.here.get(name, '(not installed)')}" for name in named)
        remedy = "install those versions, or train and save the model again"
        return f"{self.path}: {self.detail}. It was saved with {saved}; here are {here}: {remedy}"


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
