"""The descriptors that there are, by name: found in their rooms, listed nowhere."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

__all__ = ["common_parameters", "find_descriptors"]

ROOMS = ("text", "image", "audio")


def find_descriptors() -> dict[str, dict[str, type[Any]]]:
    """Return the descriptor classes of each room, by their names in lower case."""
    found: dict[str, dict[str, type[Any]]] = {}
    for room in ROOMS:
        module = import_module(f"mmsk.{room}")
        things = {name.lower(): getattr(module, name) for name in module.__all__}
        found[room] = {name: one for name, one in things.items() if isinstance(one, type) and hasattr(one, "transform")}
    return found


def common_parameters() -> list[str]:
    """Return the parameters that all descriptors of single items share."""
    from mmsk import FunctionDescriptor

    own = ("func", "kind", "names", "version")
    return [name for name in inspect.signature(FunctionDescriptor).parameters if name not in own]
