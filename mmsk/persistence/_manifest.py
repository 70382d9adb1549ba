"""The manifest of a model file: what can be told of a model without loading it, in JSON."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk.errors import ModelError, ModelVersionError
from mmsk.persistence._inputs import inputs_of
from mmsk.persistence._parts import parts_of

__all__ = ["FORMAT", "check_manifest", "describe", "versions_here"]

FORMAT = 1  # raised when a version before could not read what this one writes
ALWAYS = ("numpy", "scipy", "pandas", "scikit-learn", "skops", "mmsk")
MAX_TEXT = 2000  # characters of a parameter or of a class that are kept


def describe(model: Any) -> dict[str, Any]:
    """Return what there is to say of a fitted model, but for its probe and its payload."""
    descriptors = [part for part in parts_of(model) if isinstance(part, ItemDescriptor)]
    libraries = {library for descriptor in descriptors for library in descriptor._libraries}
    schemas = {_name(descriptor): descriptor._schema for descriptor in descriptors}
    return {
        "format": FORMAT,
        "versions": versions_of(dict.fromkeys([*ALWAYS, *sorted(libraries)])),
        "model": _name(model),
        "inputs": _signature(model),
        "classes": [_short(one) for one in np.ravel(getattr(model, "classes_", ())).tolist()],
        "descriptors": dict(sorted(schemas.items())),
        "training": _training(model),
    }


def versions_of(libraries: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python and of some libraries, as they are installed."""
    found = {"python": platform.python_version()}
    for library in libraries:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def versions_here(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the versions here of what a manifest names."""
    return versions_of([library for library in manifest["versions"] if library != "python"])


def check_manifest(manifest: Mapping[str, Any], path: str) -> None:
    """Refuse a manifest that is not of the form that `load` reads.

    Raises
    ------
    ModelError
        For fields that are missing or of another type.
    ModelVersionError
        For a format that is newer than this one.
    """
    wanted = {"format": int, "versions": dict, "payload": dict, "probe": dict, "model": str, "inputs": list}
    wrong = [name for name, kind in wanted.items() if type(manifest.get(name)) is not kind]
    if wrong:
        raise ModelError(path, f"damaged: its manifest has no {', '.join(wrong)}")
    versions = manifest["versions"].items()
    if not all(isinstance(name, str) and isinstance(number, str) for name, number in versions):
        raise ModelError(path, "damaged: its manifest has versions that are no text")
    if manifest["format"] > FORMAT:
        detail = f"it is of format {manifest['format']}, and this mmsk reads up to {FORMAT}"
        raise ModelVersionError(path, detail, manifest["versions"], versions_here(manifest))


def _signature(model: Any) -> list[dict[str, Any]]:
    """Return column and kind of each input; nothing where it cannot be told."""
    try:
        return [{"column": _short(one.column), "kind": one.kind} for one in inputs_of(model)]
    except (ValueError, AttributeError, TypeError, LookupError):
        return []


def _training(model: Any) -> dict[str, Any]:
    """Return how the model was made, as far as it knows."""
    found: dict[str, Any] = {"saved": datetime.now(UTC).isoformat(timespec="seconds"), "estimator": _short(repr(model))}
    for name in ("best_score_", "best_params_", "n_splits_", "weights_", "n_features_in_"):
        if hasattr(model, name):
            found[name.strip("_")] = _short(getattr(model, name))
    bad = sum(int(vars(part).get("n_bad_", 0)) for part in parts_of(model) if isinstance(part, ItemDescriptor))
    return {**found, "bad_items": bad}


def _name(part: Any) -> str:
    return f"{type(part).__module__}.{type(part).__qualname__}"


def _short(value: Any) -> Any:
    """Return a value that JSON has a form for; text of anything else."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(name): _short(one) for name, one in value.items()}
    return value if isinstance(value, (bool, int, float, type(None))) else str(value)[:MAX_TEXT]
