"""``python -m benchmarks.quality_shapley``: are Shapley values and interactions right where the structure is known?

Each structure says what every set of modalities can know at best, hence what its Shapley values and interactions are.
A seed is right when every pair of modalities whose theoretical values differ by more than 5 points comes out in that
order, and every interaction of more than 5 points in theory has its sign.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from mmsk import DescriptorUnion, PresentRows, fusion_pipeline
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.evaluation import ModalityScores, modality_scores
from mmsk.evaluation._shapley import members, shapley_interactions, shapley_values
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

NAMES = ("text", "image", "audio")
CHANCE = 0.5
LEAST = 0.05  # what theory has to say for it to be checked
STRUCTURES: dict[str, dict[str, float]] = {
    "redundant": {"text|image": 1.0},
    "unique": {"text": 0.5, "image": 0.3, "audio": 0.15},
    "XOR": {"text&image": 1.0},
    "mixed": {"text": 0.3, "text|image": 0.3, "image&audio": 0.3},
}
COMPONENTS = 10


def models() -> dict[str, Any]:
    """Return an RBF machine on whole blocks, and one on a few components of each block."""
    picture = DescriptorUnion([("hog", HOG()), ("color", ColorHistogram())])
    describers = {"text": Tfidf(), "image": picture, "audio": MFCC()}
    reducers = {"text": TruncatedSVD(COMPONENTS, random_state=0), "image": PCA(COMPONENTS, random_state=0)}
    whole = [(name, describer, name) for name, describer in describers.items()]
    reduced = [
        (name, _reduced(describer, reducers.get(name, PCA(COMPONENTS, random_state=0))), name)
        for name, describer in describers.items()
    ]
    machine = SVC(kernel=partial(rbf_kernel, gamma=1 / len(NAMES)))  # the mean squared distance is twice their number
    # equal weights: what shows in combination only does not align with the labels by itself
    return {
        "RBF, 10 components a block": fusion_pipeline(reduced, machine, weights=None),
        "RBF": fusion_pipeline(whole, machine, weights=None),
    }


def _reduced(describer: Any, reducer: Any) -> Pipeline:
    return Pipeline([("describe", describer), ("reduce", PresentRows(reducer))])


def theory(structure: dict[str, float]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Return the Shapley values and interactions of what each set of modalities can know at best."""
    worth = np.full(2 ** len(NAMES), CHANCE)
    for mask in range(len(worth)):
        known = {NAMES[player] for player in members(mask, len(NAMES))}
        for source, share in structure.items():
            told = set(source.split("&")) <= known if "&" in source else bool(set(source.split("|")) & known)
            worth[mask] += (1 - CHANCE) * share * told
    pairs = {(NAMES[a], NAMES[b]): float(value) for (a, b), value in shapley_interactions(worth).items()}
    return dict(zip(NAMES, shapley_values(worth).tolist(), strict=True)), pairs


def judge(scores: ModalityScores, structure: dict[str, float]) -> tuple[bool, bool]:
    """Return whether the order of the modalities is right, and whether the signs of the interactions are."""
    values, pairs = theory(structure)
    found = scores.modalities["shapley"]
    order = all(
        (found[a] > found[b]) == (values[a] > values[b])
        for a, b in combinations(NAMES, 2)
        if abs(values[a] - values[b]) > LEAST
    )
    signed = scores.interactions["interaction"]
    signs = all(np.sign(signed[pair]) == np.sign(value) for pair, value in pairs.items() if abs(value) > LEAST)
    return order, signs


def rows(n_samples: int, n_seeds: int, noises: list[float]) -> Iterator[dict[str, Any]]:
    """Yield a line for each noise, structure and model."""
    for noise in noises:
        for name, structure in STRUCTURES.items():
            explained: dict[str, list[ModalityScores]] = {}
            for seed in range(n_seeds):
                made = make_multimodal(n_samples, 2, structure=structure, noise=noise, random_state=seed)
                for model_name, model in models().items():
                    scores = modality_scores(model, made.data, made.target, random_state=seed)
                    explained.setdefault(model_name, []).append(scores)
            for model_name, all_scores in explained.items():
                yield {"noise": noise, "structure": name, "model": model_name, **_summary(all_scores, structure)}


def _summary(all_scores: list[ModalityScores], structure: dict[str, float]) -> dict[str, Any]:
    judged = np.array([judge(scores, structure) for scores in all_scores])
    shapley = pd.concat([scores.modalities["shapley"] for scores in all_scores], axis=1).mean(axis=1)
    pairs = pd.concat([scores.interactions["interaction"] for scores in all_scores], axis=1).mean(axis=1)
    return {
        "right": f"{judged.all(axis=1).sum()}/{len(judged)}",
        "order": f"{judged[:, 0].sum()}/{len(judged)}",
        "signs": f"{judged[:, 1].sum()}/{len(judged)}",
        "score": f"{np.mean([scores.coalitions['score'].iloc[-1] for scores in all_scores]):.3f}",
        "shapley": " ".join(f"{value:+.3f}" for value in shapley),
        "interactions (ti, ta, ia)": " ".join(f"{value:+.3f}" for value in pairs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_shapley", description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.2, 0.5], help="0.5 is make_multimodal's default")
    given = parser.parse_args()
    heading = True
    for row in rows(given.rows, given.seeds, given.noise):
        if heading:
            print("| " + " | ".join(row) + " |", "|" + " --- |" * len(row), sep="\n")
            heading = False
        print("| " + " | ".join(map(str, row.values())) + " |", flush=True)


if __name__ == "__main__":
    main()
