"""Find the Tux Paint stamps on this machine, or fetch them.

Strategy: the data is somebody else's (GPL-2) and 160 MB, so it is not shipped: it comes from the Debian package. An
installed copy is used where there is one; otherwise the package is unpacked into the data home, once.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from mmsk.datasets._home import get_data_home
from mmsk.datasets._package import MANIFEST, unpack_package

__all__ = ["find_folder"]

PACKAGE = "tuxpaint-stamps-default"
INSIDE = Path("usr", "share", "tuxpaint", "stamps")
INSTALLED = Path("/") / INSIDE


def find_folder(
    path: str | os.PathLike[str] | None, data_home: str | os.PathLike[str] | None, download_if_missing: bool
) -> Path:
    """Return the folder of the stamps, fetched if need be.

    Raises
    ------
    OSError
        When there are no stamps and none can be fetched, or when the copy in the data home is incomplete.
    """
    if path is not None:
        folder = Path(path).expanduser().absolute()
        if not _has_stamps(folder):
            raise FileNotFoundError(
                f"{folder} holds no stamps; path must be the folder with 'animals', 'clothes', ... in it "
                f"(inside the Debian package: {INSIDE})"
            )
        return folder
    if _has_stamps(INSTALLED):
        return INSTALLED
    unpacked = get_data_home(data_home) / PACKAGE
    if not unpacked.exists():
        if not download_if_missing:
            raise OSError(f"the stamps are neither in {INSTALLED} nor in {unpacked}, and download_if_missing=False")
        _download(unpacked)
    return _checked(unpacked)


def _has_stamps(folder: Path) -> bool:
    return next(folder.glob("*/**/*.txt"), None) is not None


def _download(unpacked: Path) -> None:
    try:
        unpack_package(PACKAGE, unpacked)
    except OSError as error:
        raise OSError(
            f"the Tux Paint stamps could not be fetched: {error}\n"
            f"Install the package {PACKAGE}, or unpack it anywhere (`dpkg-deb -x`, or `ar x` and `tar xf`) and pass "
            f"path=FOLDER/{INSIDE}. make_multimodal() needs no download."
        ) from error


def _checked(unpacked: Path) -> Path:
    """Return the folder of the stamps in an unpacked package, if nothing has gone from it since."""
    try:
        expected = json.loads((unpacked / MANIFEST).read_text("utf-8"))["n_files"]
    except (OSError, ValueError, KeyError):
        expected = -1
    found = sum(len(names) for _, _, names in os.walk(unpacked)) - 1  # without the manifest
    if found != expected:
        raise OSError(f"the copy of the stamps in {unpacked} is incomplete; delete that folder and call again")
    return unpacked / INSIDE
