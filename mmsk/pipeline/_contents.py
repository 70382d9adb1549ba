"""Whether bytes, or the files that a column names, are pictures or sounds: by how they begin.

Strategy: an ending says more than any look inside, and costs nothing; this is for what has none, such as the files of
a store that are named by their content. A few cells are looked at, the search ends as soon as too many of them name no
regular file, and of each file a few bytes are read. So an ordinary column of texts costs at most a handful of questions
to the file system, and nothing that does not exist, and no pipe or device, is opened.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from mmsk._reference import first_bytes

__all__ = ["FILES", "held_by_files", "is_picture", "is_sound"]

LOOKED_AT = 20  # cells
LONGEST = 1024  # characters of a cell that may be a path
HEAD = 16  # bytes of a file
FILES = "paths of files, of which"  # what is said of files of no kind begins so

IMAGE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"P5", b"P6")
AUDIO_MAGIC = (b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xfa", b"\xff\xf2", b"FORM", b".snd", b"caff")


def is_picture(content: bytes) -> bool:
    r"""Return whether bytes begin as a picture does.

    >>> is_picture(b"\x89PNG\r\n"), is_picture(b"RIFF\0\0\0\0WEBP"), is_picture(b"RIFF\0\0\0\0WAVE")
    (True, True, False)
    """
    return content.startswith(IMAGE_MAGIC) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def is_sound(content: bytes) -> bool:
    r"""Return whether bytes begin as a sound does.

    >>> [is_sound(head) for head in (b"fLaC", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x1cftypM4A ", b"\0\0\0\x1cftypheic")]
    [True, True, True, False]
    """
    return (
        content.startswith(AUDIO_MAGIC)
        or (content[:4] == b"RIFF" and content[8:12] == b"WAVE")
        or content[4:12] == b"ftypM4A "
    )


def held_by_files(cells: Sequence[Any], most: float) -> tuple[str, str] | None:
    """Return the kind of the files that cells name, and what speaks for it; None where they name none.

    Parameters
    ----------
    cells : sequence
        In any order: the first 20 are looked at.
    most : float
        Share of these that have to name a file, and of the files that have to be of one kind.

    Returns
    -------
    (kind, why) or None
        Kind: "image", "audio", or "left out" for files that are neither.
    """
    cells = cells[:LOOKED_AT]
    heads: list[bytes] = []
    for number, cell in enumerate(cells, start=1):
        head = _head(cell)
        heads += [] if head is None else [head]
        if len(heads) + len(cells) - number < most * len(cells):
            return None
    pictures, sounds = sum(map(is_picture, heads)), sum(map(is_sound, heads))
    for kind, count, what in (("image", pictures, "pictures"), ("audio", sounds, "sounds")):
        if count and count >= most * len(heads):
            return kind, f"{count} of the {len(heads)} files that were looked at begin as {what} do"
    others = [head for head in heads if not (is_picture(head) or is_sound(head))]
    example = f"; one begins with {others[0]!r}" if others else ""
    return "left out", f"{FILES} {pictures} of {len(heads)} begin as pictures do, and {sounds} as sounds{example}"


def _head(cell: Any) -> bytes | None:
    """Return how the file begins that a cell names; None where it names none."""
    if isinstance(cell, Mapping):
        cell = cell.get("path")
    if not isinstance(cell, (str, PurePath)):
        return None
    path = os.fspath(cell)
    is_text = len(path) > LONGEST or "\n" in path or "://" in path or (" " in path and not {"/", os.sep} & set(path))
    return None if not path or is_text else first_bytes(path, HEAD)
