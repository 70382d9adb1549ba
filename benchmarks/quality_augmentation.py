"""``python -m benchmarks.quality_augmentation``: points of accuracy that changed copies of few training rows buy.

Each repeat draws training rows with equal shares of the classes, and judges by up to 400 of the others; on the stamps,
where several stamps share their words, whole groups are drawn. The same rows are learned from with copies and without.
Shown is the mean of the paired differences with their standard deviation, and in how many repeats copies were better.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import SVC

from mmsk import AugmentedClassifier, fusion_pipeline
from mmsk.datasets import fetch_stamps, make_multimodal
from mmsk.pipeline import PROPOSALS

TESTED = 400
NOTHING: dict[str, Any] = {"image": (), "audio": (), "text": ()}
WAYS: dict[str, dict[str, Any]] = {
    "nothing: the rows again": {"image": (("flip", 0),)},  # more rows of weight 1 are a larger C
    "pictures": {"image": ("rotate", "crop", "brightness")},
    "pictures, also flipped": {"image": ("flip", "rotate", "crop", "brightness")},
    "sounds": {"audio": ("shift", "noise", "gain", "stretch")},
    "texts": {"text": ("mask",)},
}
WAYS["all (the defaults)"] = WAYS["pictures"] | WAYS["sounds"] | WAYS["texts"]
Table = tuple[pd.DataFrame, np.ndarray, np.ndarray, dict[str, str]]


def stamps(path: Path | None) -> Table:
    found = fetch_stamps(path=path)
    return found.data, found.target.to_numpy(), found.groups, {"text": "caption", "image": "picture", "audio": "speech"}


def made(seed: int) -> Table:
    found = make_multimodal(900, 4, noise=0.6, random_state=seed)
    return found.data, found.target.to_numpy(), np.arange(900), {kind: kind for kind in ("text", "image", "audio")}


def differences(
    table: Table, rows: int, n_copies: int, seed: int, ways: Sequence[str]
) -> Iterator[tuple[str, str, float, float]]:
    """Yield (modalities, what is changed, accuracy without copies, accuracy with them)."""
    X, y, groups, columns = table
    train, test = some_rows(y, groups, rows, seed)
    known: dict[tuple[str, ...], float] = {}
    for way, changes in ((way, WAYS[way]) for way in ways):
        for kinds in (tuple(kind for kind in columns if kind in changes), tuple(columns)):
            branches = [(kind, PROPOSALS[kind](), columns[kind]) for kind in kinds]
            model = fusion_pipeline(branches, SVC(C=10))

            def score(model: Any) -> float:
                return float(model.fit(X.iloc[train], y[train]).score(X.iloc[test], y[test]))

            if kinds not in known:
                known[kinds] = score(model)
            copies = AugmentedClassifier(
                model, **{**NOTHING, **changes}, n_copies=n_copies, random_state=seed, n_jobs=1
            )
            if (kinds, way) not in known:
                known[kinds, way] = score(copies)
                yield " + ".join(kinds), way, known[kinds], known[kinds, way]


def some_rows(y: np.ndarray, groups: np.ndarray, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return about so many rows to train on, and others to judge by, of other groups."""
    folds = max(2, round(len(y) / rows))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    test, train = next(iter(split.split(y, y, groups)))
    return train, np.random.default_rng(seed).permutation(test)[:TESTED]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_augmentation", description=__doc__)
    parser.add_argument("--data", nargs="+", choices=["stamps", "made"], default=["stamps", "made"])
    parser.add_argument("--stamps", type=Path, default=None, help="folder of the stamps")
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--copies", type=int, nargs="+", default=[3])
    parser.add_argument("--changed", nargs="+", choices=list(WAYS), default=list(WAYS), metavar="WAY")
    parser.add_argument("--repeats", type=int, default=8)
    given = parser.parse_args()
    print(
        "| data | training rows | copies | modalities | changed | without | with | points | better |",
        "|" + " --- |" * 9,
        sep="\n",
    )
    real = stamps(given.stamps) if "stamps" in given.data else None
    for name in given.data:
        for rows in given.rows:
            for n_copies in given.copies:
                scored: dict[tuple[str, str], list[tuple[float, float]]] = {}
                for seed in range(given.repeats):
                    table = made(seed) if name == "made" or real is None else real
                    for kinds, way, before, after in differences(table, rows, n_copies, seed, given.changed):
                        scored.setdefault((kinds, way), []).append((before, after))
                for case, pairs in scored.items():
                    print(f"| {name} | {rows} | {n_copies} | {' | '.join(case)} | {figures(pairs)} |", flush=True)


def figures(pairs: list[tuple[float, float]]) -> str:
    before, after = np.array(pairs).T
    points = 100 * (after - before)
    spread = points.std(ddof=1) if len(points) > 1 else np.nan
    better = f"{(points > 0).sum()} of {len(points)}"
    return f"{before.mean():.3f} | {after.mean():.3f} | {points.mean():+.1f} ± {spread:.1f} | {better}"


if __name__ == "__main__":
    main()
