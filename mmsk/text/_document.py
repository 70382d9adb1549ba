"""Document: one opened text.

Strategy: for text the cell *is* the document. A str is never taken for a path, so a text column never touches the file
system, and a blank document is a missing one, since nothing can be learned from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from mmsk._items import Item
from mmsk._reference import is_missing
from mmsk.errors import MediaError

__all__ = ["Document"]

UTF8_WIDTH = 4  # bytes that one character takes at most


class Document(Item, kind="text"):
    """One text: a str, or bytes in UTF-8.

    Parameters
    ----------
    content : str or bytes
        The text itself, never a path. A byte order mark at the start of bytes is dropped.
    limits : mapping, default=None
        ``max_bytes`` (10,000,000): the length of the text in UTF-8. ``root`` is accepted and ignored.

    Attributes
    ----------
    text : str
        The text.

    Raises
    ------
    MediaError
        Of kind wrong_type for anything but str and bytes, corrupt for bytes that are not UTF-8, too_large.

    Examples
    --------
    >>> from mmsk.text import Document
    >>> Document("Grüße".encode()).text
    'Grüße'
    """

    default_limits: ClassVar[dict[str, Any]] = {"max_bytes": 10_000_000, "root": None}

    def __init__(self, content: Any, limits: Mapping[str, Any] | None = None) -> None:
        super().__init__(content, limits)
        self.text = self.read(content, self.limits)

    @classmethod
    def read(cls, reference: Any, limits: Mapping[str, Any]) -> str:
        """Return the text that a cell holds; no file is opened."""
        if isinstance(reference, (bytes, bytearray, memoryview)):
            content = bytes(reference)
            _check_size(len(content), limits["max_bytes"])
            return _decode(content)
        if not isinstance(reference, str):
            advice = "convert the column first, as in frame[column].map(str, na_action='ignore')"
            raise MediaError("wrong_type", detail=f"expected str or bytes, got {type(reference).__name__}; {advice}")
        if len(reference) * UTF8_WIDTH > limits["max_bytes"]:
            _check_size(len(reference.encode("utf-8", "surrogatepass")), limits["max_bytes"])
        return str(reference)  # a numpy.str_ becomes a plain one

    @classmethod
    def stat_key(cls, reference: Any, limits: Mapping[str, Any]) -> None:
        """Return None: a document has no file."""

    @classmethod
    def references(cls, cell: Any) -> list[Any]:
        """Return the documents of a cell that are not blank; Arrow hands out the lists of a column as arrays."""
        if isinstance(cell, np.ndarray) and cell.ndim == 1:
            cell = cell.tolist()
        members = list(cell) if isinstance(cell, (list, tuple)) else [cell]
        return [one for one in members if not _is_blank(one)]

    def plain(self) -> tuple[str]:
        """Return what a user's own function is called with."""
        return (self.text,)


def _is_blank(reference: Any) -> bool:
    """Return whether there is nothing to read in a reference: missing, empty, or white space only."""
    if isinstance(reference, memoryview):
        reference = bytes(reference)
    if isinstance(reference, (str, bytes, bytearray)):
        return not reference or reference.isspace()
    return is_missing(reference)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise MediaError("too_large", detail=f"{size:,} bytes, max_bytes={max_bytes:,}")


def _decode(content: bytes) -> str:
    """Return UTF-8 bytes as text."""
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at position {error.start:,} is not UTF-8"
        raise MediaError("corrupt", detail=f"{byte}; decode the text first, as in cell.decode('latin-1')") from error
