"""``python -m benchmarks.quality_unequal``: points lost, with default settings, to a modality that brings nothing.

A modality of pure noise, or an exact copy of one that is there, is added to a table; the same rows, folds and seeds
are scored with it and without it. Points of accuracy, 5 folds, the mean over the seeds with its standard error.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score

from mmsk import DescriptorUnion, KernelFusionClassifier, fusion_pipeline, fusion_transformer
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import LateFusionClassifier, modality_models
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

KINDS = {"text": "text", "image": "image", "audio": "audio"}
NOISE = {f"noise_{kind}": kind for kind in ("text", "image", "number")}
# what is there, and what is added
CASES = [
    (("text", "image", "audio"), "noise_text"),
    (("text", "image", "audio"), "noise_image"),
    (("text", "image", "audio"), "noise_number"),
    (("text", "image", "audio"), "copy_text"),
    (("text", "image", "audio"), "copy_image"),
    (("text",), "noise_image"),
    (("text",), "noise_number"),
]
STRUCTURES = {"shared": {"text|image|audio": 1.0}, "unique": {"text": 0.35, "image": 0.35, "audio": 0.3}}
MODELS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "fusion_pipeline": fusion_pipeline,
    "KernelFusionClassifier": lambda branches: KernelFusionClassifier(fusion_transformer(branches)),
    "LateFusionClassifier": lambda branches: LateFusionClassifier(
        modality_models(fusion_transformer(branches), LogisticRegression())
    ),
}


def describer(kind: str) -> Any:
    """Return what describes a kind of modality."""
    picture = DescriptorUnion([("hog", HOG()), ("color", ColorHistogram())])
    return {"text": Tfidf(), "image": picture, "audio": MFCC(), "number": "passthrough"}[kind]


def losses(structure: dict[str, float], n_samples: int, seed: int, chosen: Sequence[str], only: str) -> Iterator[Any]:
    """Yield (model, what is there, what is added, score without it, score with it), of one that is added or all."""
    noise = dict.fromkeys(NOISE, 1.0)
    made = make_multimodal(n_samples, modalities=KINDS | NOISE, structure=structure, noise=noise, random_state=seed)
    X = made.data.assign(copy_text=made.data["text"], copy_image=made.data["image"])
    kinds = {**KINDS, **NOISE, "copy_text": "text", "copy_image": "image"}
    branches = {name: (name, describer(kind), made.columns.get(name, name)) for name, kind in kinds.items()}
    folds = list(StratifiedKFold(5, shuffle=True, random_state=seed).split(X, made.target))
    for model in chosen:
        known: dict[tuple[str, ...], float] = {}
        for there, added in [case for case in CASES if only in ("", case[1])]:
            for names in (there, (*there, added)):
                if names not in known:
                    built = MODELS[model]([branches[name] for name in names])
                    known[names] = float(cross_val_score(built, X, made.target, cv=folds).mean())
            yield model, " + ".join(there), added, known[there], known[*there, added]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_unequal", description=__doc__)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--only", default="", help="only what is added by this name, such as noise_number")
    given = parser.parse_args()
    print("| structure | model | there | added | without | with | points lost |", "|" + " --- |" * 7, sep="\n")
    for name, structure in STRUCTURES.items():
        scored: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
        for seed in range(given.seeds):
            for *case, before, after in losses(structure, given.rows, seed, given.models, given.only):
                scored.setdefault(tuple(case), []).append((before, after))
        for case, pairs in scored.items():
            before, after = np.array(pairs).T
            lost = 100 * (before - after)
            error = lost.std(ddof=1) / np.sqrt(len(lost)) if len(lost) > 1 else np.nan
            figures = f"{before.mean():.3f} | {after.mean():.3f} | {lost.mean():+.2f} ± {error:.2f}"
            print(f"| {name} | {' | '.join(case)} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
