"""``python -m benchmarks.quality_stamps``: the stamps, tuned; with modalities missing; and each modality by itself.

Folds are plain, or of whole groups (stamps with the same words are on one side). Accuracy and macro-F1, 5 folds, the
mean over seeds. With text hidden, or 30% of all cells, the model that was fitted to the rows as they are is asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, StratifiedKFold

from mmsk import KernelFusionClassifier, fusion_pipeline, fusion_transformer
from mmsk.audio import MFCC, Chroma, SpectralShape
from mmsk.datasets import fetch_stamps
from mmsk.evaluation import ampute_modalities
from mmsk.image import HOG, LBP, ColorHistogram, ColorMoments, PictureShape
from mmsk.pipeline import PROPOSALS
from mmsk.text import Tfidf

COLUMNS = {"text": "caption", "image": "picture", "audio": "speech", "effect": "effect"}
WIDE = ("mean", "std", "min", "max")


def branches(*names: str) -> list[tuple[str, Any, str]]:
    """Return the proposals of `infer_branches` for some columns."""
    kinds = {"effect": "audio"}
    return [(name, PROPOSALS[kinds.get(name, name)](), COLUMNS[name]) for name in names]


def apart(column: str, *descriptors: Any) -> Any:
    """Return a branch for each descriptor of a column, so that each has a kernel of its own."""
    return fusion_transformer([(f"{column}{number}", one, column) for number, one in enumerate(descriptors)])


PICTURES = (
    HOG(),
    HOG(size=(32, 32)),
    ColorHistogram(),
    ColorMoments(),
    ColorMoments(grid=(4, 4)),
    LBP(),
    PictureShape(),
)
SOUNDS = (MFCC(n_mfcc=40, deltas=2, statistics=WIDE), Chroma(), SpectralShape())
THREE = ("text", "image", "audio")
CURVED = {"image": "rbf", "audio": "rbf"}
MODELS: dict[str, Callable[[], Any]] = {
    "text alone": lambda: fusion_pipeline(branches("text")),
    "image alone (seven RBF kernels)": lambda: KernelFusionClassifier(
        apart("picture", *PICTURES), weights=None, kernel="rbf", C=10.0
    ),
    "audio alone (40 MFCC, RBF kernel)": lambda: KernelFusionClassifier(
        apart("speech", MFCC(n_mfcc=40, deltas=2, statistics=WIDE)), kernel="rbf", C=10.0
    ),
    "fusion_pipeline, equal weights": lambda: fusion_pipeline(branches(*THREE), weights=None),
    "fusion_pipeline": lambda: fusion_pipeline(branches(*THREE)),
    "KernelFusionClassifier": lambda: KernelFusionClassifier(fusion_transformer(branches(*THREE))),
    "... with submodels, RBF for pictures and sounds": lambda: KernelFusionClassifier(
        fusion_transformer(branches(*THREE)), absent="submodel", kernel=CURVED, C=10.0
    ),
    "... with the sound effects as a fourth modality": lambda: KernelFusionClassifier(
        fusion_transformer(branches(*COLUMNS))
    ),
    "... tuned: shares of 12 kernels chosen within the training rows": lambda: tuned(),
}


def tuned() -> GridSearchCV:
    """Return a search over the shares of linear kernels of each modality and of an RBF kernel for each descriptor.

    The shares of modalities are searched; within one, all RBF kernels have the same. Rare classes weigh as much as
    frequent ones, since macro-F1 is asked for too.
    """
    linear = [("text", Tfidf(), "caption"), ("image", list(PICTURES), "picture"), ("audio", list(SOUNDS), "speech")]
    linear.append(("effect", PROPOSALS["audio"](), "effect"))
    curved = [(f"picture {number}", one, "picture") for number, one in enumerate(PICTURES)]
    curved.append(("speech", list(SOUNDS), "speech"))
    kinds = dict.fromkeys((name for name, _, _ in curved), "rbf")
    candidates = [
        {"text": text, "image": image, "effect": 0.1, "audio": 0.04, "speech": 0.04}
        | {name: fine / len(PICTURES) for name, _, _ in curved[:-1]}
        for text in (0.4, 0.5, 0.6)
        for image in (0.1, 0.2)
        for fine in (0.1, 0.2, 0.3)
    ]
    fusion = fusion_transformer([*linear, *curved])
    model = KernelFusionClassifier(fusion, kernel=kinds, C=10.0, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return GridSearchCV(model, {"weights": candidates}, cv=folds, error_score="raise")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_stamps", description=__doc__)
    parser.add_argument("--path", type=Path, help="the folder of the Tux Paint stamps")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="", help="only models with this in their names")
    given = parser.parse_args()
    stamps = fetch_stamps(path=given.path)
    print("| model | plain folds | macro-F1 | grouped folds | macro-F1 | text hidden | 30% hidden |")
    print("|" + " --- |" * 7)
    for name, make in ((name, make) for name, make in MODELS.items() if given.only in name):
        plain, grouped = [], []
        for seed in range(given.seeds):
            for kind, found in ((StratifiedKFold, plain), (StratifiedGroupKFold, grouped)):
                folds = kind(5, shuffle=True, random_state=seed).split(stamps.data, stamps.target, stamps.groups)
                found += [judge(make(), stamps.data, stamps.target.to_numpy(), *fold, seed) for fold in folds]
        columns = [*np.mean(plain, axis=0)[:2], *np.mean(grouped, axis=0)]
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in columns)} |", flush=True)


def judge(
    model: Any, X: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int
) -> tuple[float, float, float, float]:
    """Return accuracy and macro-F1, and the accuracy with the text hidden and with 30% of the cells hidden."""
    model.fit(X.iloc[train], y[train])
    asked, truth = X.iloc[test], y[test]
    predicted = model.predict(asked)
    hidden = asked.assign(caption=None)
    holes = ampute_modalities(asked, 0.3, random_state=seed)
    return (
        accuracy_score(truth, predicted),
        f1_score(truth, predicted, average="macro"),
        accuracy_score(truth, model.predict(hidden)),
        accuracy_score(truth, model.predict(holes)),
    )


if __name__ == "__main__":
    main()
