"""``python -m benchmarks.quality_defaults``: what each default buys.

The default pipeline against the same with one thing changed, on the stamps (plain and grouped folds) and on made
tables, with the same folds. Points of accuracy that the default is ahead: the mean and the standard error of paired
differences over folds and seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.svm import SVC

from benchmarks._quality import Data, stamps, synthetic
from mmsk import KernelFusionClassifier, fusion_pipeline, fusion_transformer
from mmsk.audio import MFCC, Chroma
from mmsk.fusion import linear_gram
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

Branches = Sequence[tuple[str, Any, Any]]


def replaced(branches: Branches, name: str, transformer: Any) -> list[tuple[str, Any, Any]]:
    return [(one, transformer if one == name else kept, column) for one, kept, column in branches]


def unaware(all_: Branches) -> Any:
    """Return the default pipeline with weights that know neither of each other nor of what a row lacks."""
    model = fusion_pipeline(all_)
    return model.set_params(fusion=ColumnTransformer(model["fusion"].transformers))


CHANGED: dict[str, Callable[[Branches], Any]] = {
    "equal weights": lambda all_: fusion_pipeline(all_, weights=None),
    "learned weights, a plain ColumnTransformer": unaware,
    "C = 1": lambda all_: fusion_pipeline(all_, SVC(kernel=linear_gram, C=1.0)),
    "C = 10": lambda all_: fusion_pipeline(all_, SVC(kernel=linear_gram, C=10.0)),
    "an RBF kernel on the blocks": lambda all_: fusion_pipeline(all_, SVC(C=10.0)),
    "words, no character n-grams": lambda all_: fusion_pipeline(replaced(all_, "text", Tfidf(analyzer="word"))),
    "character n-grams of 2 to 4": lambda all_: fusion_pipeline(replaced(all_, "text", Tfidf(char_ngram_range=(2, 4)))),
    "HOG alone": lambda all_: fusion_pipeline(replaced(all_, "image", HOG())),
    "HOG and colour histogram": lambda all_: fusion_pipeline(replaced(all_, "image", [HOG(), ColorHistogram()])),
    "MFCC alone": lambda all_: fusion_pipeline(replaced(all_, "audio", MFCC())),
    "MFCC without deltas, chroma": lambda all_: fusion_pipeline(replaced(all_, "audio", [MFCC(deltas=0), Chroma()])),
    "KernelFusionClassifier": lambda all_: KernelFusionClassifier(fusion_transformer(all_)),
}


def scores(data: Data, make: Callable[[Branches], Any], seeds: int) -> np.ndarray:
    """Return the accuracy in each fold of each seed."""
    return np.array(
        [
            np.mean(make(data.branches).fit(data.X.iloc[a], data.y[a]).predict(data.X.iloc[b]) == data.y[b])
            for seed in range(seeds)
            for a, b in data.folds(seed)
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_defaults", description=__doc__)
    parser.add_argument("--path", type=Path, help="the folder of the Tux Paint stamps")
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    found = stamps(given.path)
    tables = {"stamps, plain": [found.without_groups()], "stamps, grouped": [found]}
    tables["made, 300 rows"] = [synthetic(structure) for structure in ("shared", "unique", "text", "text|image")]
    tables["made, 30% missing"] = [
        synthetic(structure, missing=0.3) for structure in ("shared", "unique", "text|image")
    ]
    print(f"| instead of the default | {' | '.join(tables)} |", "|" + " --- |" * (1 + len(tables)), sep="\n")
    default = {name: [scores(data, fusion_pipeline, given.seeds) for data in of] for name, of in tables.items()}
    told = [f"{np.mean(of):.3f}" for of in default.values()]
    print(f"| (accuracy of the default) | {' | '.join(told)} |", flush=True)
    for change, make in CHANGED.items():
        told = []
        for name, of in tables.items():
            ahead = [mine - scores(data, make, given.seeds) for mine, data in zip(default[name], of, strict=True)]
            differences = 100 * np.concatenate(ahead)
            error = differences.std(ddof=1) / np.sqrt(len(differences))
            told.append(f"{differences.mean():+.1f} ± {error:.1f}")
        print(f"| {change} | {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    main()
