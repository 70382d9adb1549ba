"""``python -m benchmarks.quality_gate``: the gate of late fusion against the best fixed weights.

On tables whose items are damaged row by row, and on the stamps. Fixed weights are chosen in hindsight, on the rows that
judge, from all shares in steps of a quarter: no search over fixed weights could do better. Both sides have the same
models, fitted once a fold. Points of accuracy, 5 folds, the mean over seeds with its standard error.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.svm import SVC

from benchmarks._quality import Data, stamps, synthetic
from mmsk import LateFusionClassifier, fusion_transformer, simplex_weights
from mmsk.fusion import linear_gram, modality_models

__all__ = ["compare"]


def compare(data: Data, seed: int) -> tuple[float, float, float]:
    """Return the accuracy of the gate, of the best fixed shares in hindsight, and of equal ones."""
    models = modality_models(fusion_transformer(data.branches), SVC(kernel=linear_gram, C=10.0))
    names = [name for name, _, _ in models]
    shares = simplex_weights(names, 0.25)
    gated, fixed, equal = [], [], []
    for train, test in data.folds(seed):
        rows, truth = data.X.iloc[train], data.y[test]

        def right(fusion: LateFusionClassifier, train=train, test=test, rows=rows, truth=truth) -> float:
            groups = None if data.groups is None else data.groups[train]
            fusion.fit(rows, data.y[train], groups=groups)
            return float(np.mean(fusion.predict(data.X.iloc[test]) == truth))

        gated.append(right(LateFusionClassifier(models, combine="gate", random_state=0)))
        fixed.append(
            [right(LateFusionClassifier(models, combine="product", weights=one, random_state=0)) for one in shares]
        )
        equal.append(right(LateFusionClassifier(models, combine="product", random_state=0)))
    return float(np.mean(gated)), float(np.mean(fixed, axis=0).max()), float(np.mean(equal))


def cases(path: Path | None, seeds: int) -> Iterator[tuple[str, list[tuple[Data, int]]]]:
    """Yield (name, the tables with the seeds of their folds)."""
    for n_rows in (300, 800, 1600):
        for corrupt in (0.3, 0.5):
            tables = [(synthetic("shared", n_rows, seed, corrupt=corrupt), seed) for seed in range(seeds)]
            yield f"made, {n_rows} rows, {corrupt:.0%} of the items damaged", tables
    found = stamps(path)
    yield "stamps, plain folds", [(found.without_groups(), seed) for seed in range(2)]
    yield "stamps, grouped folds", [(found, seed) for seed in range(2)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_gate", description=__doc__)
    parser.add_argument("--path", type=Path, help="the folder of the Tux Paint stamps")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    print("| data | gate | best fixed weights | equal weights | gate ahead, points |", "|" + " --- |" * 5, sep="\n")
    for name, tables in cases(given.path, given.seeds):
        found = np.array([compare(data, seed) for data, seed in tables])
        ahead = 100 * (found[:, 0] - found[:, 1])
        error = ahead.std(ddof=1) / np.sqrt(len(ahead)) if len(ahead) > 1 else np.nan
        gate, fixed, equal = found.mean(axis=0)
        print(f"| {name} | {gate:.3f} | {fixed:.3f} | {equal:.3f} | {ahead.mean():+.1f} ± {error:.1f} |", flush=True)


if __name__ == "__main__":
    main()
