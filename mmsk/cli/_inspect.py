"""`mmsk inspect`: what is in a model."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from mmsk.cli import _options as opt
from mmsk.cli._console import as_text, grid, say

__all__ = ["inspect"]

LIBRARIES = ("mmsk", "scikit-learn", "numpy", "Pillow", "librosa")


def inspect(model: opt.ModelFile, trust: opt.Trust = None) -> None:
    """Show what a saved model says of itself, and what it is made of."""
    from mmsk.cli._models import read_model
    from mmsk.cli._pipelines import fusion_of
    from mmsk.persistence import read_manifest

    say(grid(["", ""], list(_told(read_manifest(model)).items())))  # also of a model that cannot be loaded
    fitted = read_model(model, trust)
    fusion = fusion_of(fitted)
    if fusion is not None:
        columns = ["branch", "column", "descriptors", "weight", "features"]
        say(grid(columns, _branches(fusion), right=["weight", "features"], optional=["features", "column"]))
    last = fitted.steps[-1][1] if hasattr(fitted, "steps") else fitted
    say(grid(["", ""], [(name, text) for name, text in _facts(fitted, last, fusion).items()]))


def _told(manifest: dict[str, Any]) -> dict[str, str]:
    """Return what the manifest says that the model itself does not."""
    training, probe = manifest.get("training", {}), manifest["probe"]
    facts = {
        "saved": str(training.get("saved", "")),
        "saved with": ", ".join(f"{name} {number}" for name, number in manifest["versions"].items()),
        "reads": ", ".join(f"{one.get('column')} ({one.get('kind')})" for one in manifest["inputs"]),
        "answers": f"checked on {', '.join(probe['answers'])}" if "answers" in probe else f"not checked: {probe}",
        "needs --trust": ", ".join(map(str, manifest.get("trusted", []))),
        "payload": f"{manifest['payload'].get('bytes', 0):,} bytes, SHA-256 {manifest['payload'].get('sha256')}",
    }
    return {name: text for name, text in facts.items() if text}


def _branches(fusion: Any) -> list[tuple[str, ...]]:
    """Return a row for each fitted branch."""
    rows: list[tuple[str, ...]] = []
    for name, branch, column in fusion.transformers_:
        if name == "remainder":
            continue
        steps = getattr(branch, "named_steps", {"describe": branch})
        places = fusion.output_indices_[name]
        weight = f"{steps['scale'].weight_:.3g}" if "scale" in steps else ""
        columns = ", ".join(map(str, column)) if isinstance(column, list) else str(column)
        rows.append(
            (name, columns, _descriptors(steps.get("describe", branch)), weight, f"{places.stop - places.start:,}")
        )
    return rows


def _descriptors(describe: Any) -> str:
    """Return the descriptors of a branch, one a line, with the parameters that are not the defaults."""
    members = getattr(describe, "descriptors", None)
    return "\n".join(as_text(one) for _, one in members) if members else as_text(describe)


def _facts(fitted: Any, last: Any, fusion: Any) -> dict[str, str]:
    """Return what else there is to say."""
    facts = {"model": as_text(last)}
    if hasattr(fitted, "classes_"):
        facts["classes"] = f"{len(fitted.classes_)}: {', '.join(map(str, fitted.classes_))}"
    if fusion is not None:
        facts["features"] = f"{sum(part.stop - part.start for part in fusion.output_indices_.values()):,}"
    facts["read with"] = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return facts
