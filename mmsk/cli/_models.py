"""Models on disk: the one place where the command line writes and reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["read_model", "save_model"]


def save_model(model: Any, path: Path) -> None:
    """Save a fitted pipeline in mmsk's own format, which runs no code when it is opened."""
    from mmsk.persistence import save

    save(model, path)


def read_model(path: Path, trust: list[str] | None) -> Any:
    """Return a model that was saved.

    Raises
    ------
    ValueError
        When the file holds no model that can predict, names that are not trusted, or a pickle.
    """
    from mmsk.persistence import load

    model = load(path, trusted=trust or ())
    if not hasattr(model, "predict"):
        raise ValueError(f"{path} holds a {type(model).__name__}, which cannot predict")
    return model
