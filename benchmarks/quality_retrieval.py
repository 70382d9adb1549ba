"""``python -m benchmarks.quality_retrieval``: does a text find its picture, and a picture its text, among new stamps?

Grouped folds of the stamps that have both: no description of a held-out stamp was seen in training. Each held-out text
looks for its own picture among all held-out ones, and the reverse; each order of equally similar ones counts alike.
Recall at 10 is given as a multiple of chance, 10 / n. That grows with n: compare it on the same folds only.

The rivals get the same blocks. Those with settings are shown with the ones that were best on the held-out rows, which
nobody could have known:

- CCA by hand: with a ridge, of 150 principal components of each block.
- cca_zoo: its RidgeCCA of the same components; its KCCA of the whole blocks, linear and with RBF kernels.
- kNN: the nearest training rows in the same modality; what is looked for is the mean of their other side.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from cca_zoo.linear import RidgeCCA
from cca_zoo.nonparametric import KCCA
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from mmsk import fusion_transformer
from mmsk.audio import MFCC, Chroma
from mmsk.datasets import fetch_stamps
from mmsk.image import HOG, LBP, ColorHistogram, ColorMoments, PictureShape
from mmsk.pipeline import CategoryEncoder
from mmsk.retrieval import CrossModalRetriever
from mmsk.retrieval._measures import measures
from mmsk.text import Tfidf

PICTURE = [HOG(), HOG(size=(32, 32)), LBP(), ColorMoments(grid=(4, 4)), ColorHistogram(), PictureShape()]
BRANCHES = [("text", Tfidf(), "caption"), ("image", PICTURE, "picture")]
MORE: dict[str, list[Any]] = {  # what only training rows have
    "mmsk": [],
    "mmsk, with sounds in training": [("audio", [MFCC(), Chroma()], "speech")],
    "mmsk, with classes in training": [("label", CategoryEncoder(handle_unknown="ignore"), ["label"])],
}
K = 10
COMPONENTS = 150  # principal
KEPT = (20, 50, 150)  # canonical
RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0)
SHRINKAGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
NEIGHBOURS = (1, 3, 10, 30)

Two = list[np.ndarray]  # of texts and of pictures, a row each
Place = tuple[str, Any, str, np.ndarray, np.ndarray]  # way, settings, direction, queries, what they look for


def places(train: pd.DataFrame, test: pd.DataFrame) -> Iterator[Place]:
    """Yield where each way puts held-out queries and what they look for."""
    spaces = {
        way: CrossModalRetriever(fusion_transformer([*BRANCHES, *added])).fit(train).space_
        for way, added in MORE.items()
    }
    for way, space in spaces.items():
        yield from both_ways(way, None, [space.project(test, "text"), space.project(test, "image")])
    branches = [spaces["mmsk"].branches_[name] for name in ("text", "image")]
    whole, new = ([_dense(branch.transform(frame)) for branch in branches] for frame in (train, test))
    for k in NEIGHBOURS:
        yield "kNN", k, "text -> picture", _expected(new[0], *whole, k), new[1]
        yield "kNN", k, "picture -> text", _expected(new[1], *whole[::-1], k), new[0]
    reducers = [TruncatedSVD(COMPONENTS, random_state=0).fit(whole[0]), PCA(COMPONENTS, random_state=0).fit(whole[1])]
    few, few_new = ([one.transform(X) for one, X in zip(reducers, views, strict=True)] for views in (whole, new))
    for ridge, kept in product(RIDGES, KEPT):
        yield from both_ways("CCA by hand", (ridge, kept), by_hand(few, few_new, ridge, kept))
    gammas = [1 / np.median(euclidean_distances(X, squared=True)[np.triu_indices(len(X), 1)]) for X in whole]
    for shrinkage in SHRINKAGES:
        settings: dict[str, Any] = {"n_components": max(KEPT), "shrinkage": shrinkage}
        rivals = [
            ("cca_zoo RidgeCCA", RidgeCCA(**settings).fit(few), few_new),
            ("cca_zoo KCCA, linear", KernelCCA(**settings).fit(whole), new),
            ("cca_zoo KCCA, RBF", KernelCCA(**settings, kernel="rbf", gamma=gammas).fit(whole), new),
        ]
        for way, rival, views in rivals:
            variates = rival.transform(views)
            for kept in KEPT:
                yield from both_ways(way, (shrinkage, kept), [side[:, :kept] for side in variates])


class KernelCCA(KCCA):
    """KCCA without what it does for half a minute after it is fitted: permuting each of thousands of columns."""

    def _feature_importances(self, views: Two) -> Two:
        return [np.ones(view.shape[1]) for view in views]


def both_ways(way: str, settings: Any, sides: Two) -> Iterator[Place]:
    """Yield a place a direction."""
    yield way, settings, "text -> picture", sides[0], sides[1]
    yield way, settings, "picture -> text", sides[1], sides[0]


def by_hand(train: Two, test: Two, ridge: float, kept: int) -> Two:
    """Return the canonical variates of two views, times their correlation."""
    centred = [view - view.mean(axis=0) for view in train]
    roots = []
    for view in centred:
        values, vectors = np.linalg.eigh(view.T @ view)
        roots.append(vectors / np.sqrt(values + ridge * values.mean()) @ vectors.T)
    left, correlations, right = np.linalg.svd(roots[0] @ centred[0].T @ centred[1] @ roots[1])
    turns = [(turn * correlations)[:, :kept] for turn in (left, right.T)]
    return [
        (new - old.mean(axis=0)) @ root @ turn for new, old, root, turn in zip(test, train, roots, turns, strict=True)
    ]


def _expected(queries: np.ndarray, near: np.ndarray, told: np.ndarray, k: int) -> np.ndarray:
    """Return the mean of what the k nearest rows tell, of unit length each."""
    nearest = np.argsort(-normalize(queries) @ normalize(near).T, axis=1, kind="stable")[:, :k]
    return np.asarray(normalize(told)[nearest].mean(axis=1))


def _dense(block: Any) -> np.ndarray:
    return np.asarray(block.toarray() if hasattr(block, "toarray") else block, dtype=np.float64)


def rows(path: str | None, n_folds: int, n_repeats: int) -> Iterator[dict[str, Any]]:
    """Yield a line for each way, the best first; recall as a multiple of chance, with its standard error over folds."""
    stamps = fetch_stamps(path=path)
    both = (stamps.frame["caption"].notna() & stamps.frame["picture"].notna()).to_numpy()
    frame, groups = stamps.frame[both].reset_index(drop=True), stamps.groups[both]
    found = []
    for seed in range(n_repeats):
        folds = GroupKFold(n_folds, shuffle=True, random_state=seed).split(frame, groups=groups)
        for fold, (train, test) in enumerate(folds):
            labels = frame["label"].to_numpy()[test]
            for way, settings, direction, queries, indexed in places(frame.iloc[train], frame.iloc[test]):
                measured = measures(normalize(queries), normalize(indexed), labels, K)
                case = {"way": way, "settings": str(settings), "direction": direction, "fold": (seed, fold)}
                found.append(case | measured)
    table = pd.DataFrame(found)
    means = table.groupby(["way", "settings", "direction"])["times_chance"].mean().unstack()
    best = means.groupby("way").apply(lambda some: some.mean(axis=1).idxmax())  # the settings of the best mean
    for way, settings in sorted(best, key=lambda key: -means.loc[key].mean()):
        chosen = table[(table["way"] == way) & (table["settings"] == settings)]
        yield {"folds": n_folds, "n": f"{chosen['n'].mean():.0f}", "way": way, "settings": settings} | _summary(chosen)


def _summary(chosen: pd.DataFrame) -> dict[str, str]:
    times = chosen.groupby("direction", sort=False)["times_chance"]
    error = times.std() / np.sqrt(times.count())
    summary = {direction: f"{mean:.2f} ± {error[direction]:.2f}" for direction, mean in times.mean().items()}
    return summary | {"MRR": f"{chosen['mrr'].mean():.3f}", "mAP of classes": f"{chosen['map'].mean():.3f}"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_retrieval", description=__doc__)
    parser.add_argument("--path", help="the folder of the stamps, see fetch_stamps")
    parser.add_argument("--folds", type=int, nargs="+", default=[5, 4, 3])
    parser.add_argument("--repeats", type=int, default=2)
    given = parser.parse_args()
    heading = True
    for n_folds in given.folds:
        for row in rows(given.path, n_folds, given.repeats):
            if heading:
                print("| " + " | ".join(row) + " |", "|" + " --- |" * len(row), sep="\n")
                heading = False
            print("| " + " | ".join(map(str, row.values())) + " |", flush=True)


if __name__ == "__main__":
    main()
