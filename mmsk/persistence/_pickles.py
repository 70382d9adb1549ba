"""Pickles, known by their first bytes: they are named, and never opened."""

from __future__ import annotations

import io
import re
from typing import IO

from mmsk.errors import UntrustedModelError

__all__ = ["refuse_pickles"]

HEAD = 16  # bytes

#: What a file that is no zip file begins with, and what it is then.
MAGIC: dict[str, re.Pattern[bytes]] = {
    "a pickle, as joblib.dump and pickle.dump write it": re.compile(rb"\x80[\x02-\x05]"),
    "an old pickle": re.compile(rb"[(c)\]}]"),  # protocols 0 and 1 begin with the first object
    "a compressed pickle, as joblib.dump writes it": re.compile(
        rb"\x1f\x8b|BZh|\xfd7zXZ|\x5d\x00\x00|\x04\x22\x4d\x18|ZF|\x78[\x01\x5e\x9c\xda]"
    ),
}


def refuse_pickles(file: IO[bytes], path: str) -> None:
    """Say what a file is that could run code when it is opened.

    Raises
    ------
    UntrustedModelError
        For a pickle, compressed or not.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(0, file.seek(0, io.SEEK_END) - 1))
    last = file.read()
    for what, magic in MAGIC.items():
        if magic.match(head) and (what != "an old pickle" or last == b"."):
            raise UntrustedModelError(
                path,
                f"{what}: to open it is to run any code that is in it, so it was not opened. If it is your own, open "
                "it with joblib.load and save it with mmsk.save; otherwise ask for a .mmsk file",
            )
