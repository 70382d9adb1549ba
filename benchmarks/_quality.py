"""What the quality of fusion is measured on: the stamps, and tables whose structure is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from mmsk.datasets import fetch_stamps, make_multimodal
from mmsk.pipeline import PROPOSALS

__all__ = ["Data", "stamps", "synthetic"]


@dataclass(frozen=True)
class Data:
    """A table, its classes, its groups if rows belong together, and the branches that `infer_branches` proposes."""

    name: str
    X: pd.DataFrame
    y: np.ndarray
    branches: list[tuple[str, Any, Any]]
    groups: np.ndarray | None = None

    def folds(self, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return five shuffled folds with equal shares of the classes, of whole groups where there are groups."""
        kind = StratifiedKFold if self.groups is None else StratifiedGroupKFold
        return list(kind(5, shuffle=True, random_state=seed).split(self.X, self.y, self.groups))

    def without_groups(self) -> Data:
        """Return the same with plain folds."""
        return replace(self, name=self.name.replace(", grouped", ""), groups=None)


def stamps(path: Path | None, language: str = "en", symbols: bool = True) -> Data:
    """Return the stamps, without the class "symbols" (letters and digits, which text alone tells) if so wished."""
    found = fetch_stamps(language, path=path)
    kept = np.ones(len(found.target), dtype=bool) if symbols else (found.target != "symbols").to_numpy()
    branches = [
        ("text", PROPOSALS["text"](), "caption"),
        ("image", PROPOSALS["image"](), "picture"),
        ("audio", PROPOSALS["audio"](), "speech"),
    ]
    name = f"stamps, {language}{'' if symbols else ', no symbols'}, grouped"
    return Data(name, found.data[kept], found.target.to_numpy()[kept], branches, np.asarray(found.groups)[kept])


def synthetic(structure: str | Mapping[str, float], n_rows: int = 300, seed: int = 0, **settings: Any) -> Data:
    """Return a made table of captions, pictures and sounds in four classes."""
    made = make_multimodal(n_rows, 4, structure=structure, noise=0.6, random_state=seed, **settings)
    branches = [(name, PROPOSALS[name](), made.columns[name]) for name in ("text", "image", "audio")]
    told = ", ".join(f"{key} {value:g}" for key, value in settings.items())
    return Data(f"{structure}{' ' + told if told else ''}", made.data, made.target.to_numpy(), branches)
