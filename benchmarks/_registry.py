"""Which claims there are: one a file `bNN_name.py`, found and not listed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = ["claim", "claim_ids"]

FOLDER = Path(__file__).parent


def claim_ids() -> list[str]:
    """Return the ids of all claims in their order: B1, B2, ..."""
    return list(_files())


def claim(id_: str) -> ModuleType:
    """Return the module of a claim: ``CLAIM`` says what is measured, ``TARGET`` what is promised, ``rows`` measures."""
    return import_module(f"benchmarks.{_files()[id_]}")


def _files() -> dict[str, str]:
    stems = sorted(path.stem for path in FOLDER.glob("b[0-9][0-9]_*.py"))
    return {f"B{int(stem[1:3])}": stem for stem in stems}
