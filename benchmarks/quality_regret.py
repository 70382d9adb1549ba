"""``python -m benchmarks.quality_regret``: points of accuracy between the best fusion written by hand and our default.

Strategy: rivals and default see the same descriptors, the same rows and the same folds, so that fusion alone is
compared. Rivals are machines with a linear kernel, computed from one Gram matrix a modality and fold: the same numbers
as a script's, in a fraction of its time. The best rival is chosen in hindsight, which favours it. A repeat draws new
folds, and of a made structure a new table: 300 rows are one draw, whose luck no number of folds would show.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from benchmarks._quality import Data, stamps, synthetic
from mmsk import KernelFusionClassifier, fusion_pipeline, fusion_transformer, simplex_weights
from mmsk.fusion import BlockScaler, linear_gram

__all__ = ["RIVALS", "datasets", "regret", "report"]

INNER = 5  # folds for what a rival learns out of fold
CS = (2.0, 10.0)  # of machines on blocks of unit energy: ours, and one that fits more closely
Grams = dict[str, np.ndarray]  # of shape (n_train + n_test, n_train)

OURS: dict[str, Callable[[Any], Any]] = {
    "fusion_pipeline": fusion_pipeline,
    "KernelFusionClassifier": lambda branches: KernelFusionClassifier(fusion_transformer(branches)),
}


def datasets(path: Path | None) -> Iterator[Callable[[int], Data]]:
    """Yield the stamps in two languages, with and without their easiest class, plain and grouped; six made structures.

    Each as a function of the repeat.
    """
    for language in ("en", "fr"):
        for symbols in (True, False):
            found = stamps(path, language, symbols)
            for data in (found.without_groups(), found):
                yield lambda _, data=data: data
    for structure in ("shared", "unique", "text", "text|image", {"text|image": 0.5, "audio": 0.2}):
        yield partial(_made, structure)
    yield partial(_made, "shared", missing=0.3, corrupt=0.2)


def _made(structure: str | Mapping[str, float], repeat: int, **settings: float) -> Data:
    return synthetic(structure, seed=repeat, **settings)


class Fold:
    """One fold of a data set: Gram matrices of its blocks, plain and of unit energy."""

    def __init__(self, data: Data, train: np.ndarray, test: np.ndarray) -> None:
        self.data, self.train, self.test = data, train, test
        self.y = data.y[train]
        self.plain: Grams = {}
        self.unit: Grams = {}
        for name, branch, column in fusion_transformer(data.branches).transformers:
            describe, scale = branch["describe"], branch["scale"]
            describe = FunctionTransformer() if isinstance(describe, str) else clone(describe)
            left = describe.fit_transform(data.X[column].iloc[train], self.y)
            right = describe.transform(data.X[column].iloc[test])
            scaled = BlockScaler(standardize=scale.standardize).fit(left)
            blocks = [scaled.transform(part) for part in (left, right)]
            unit = np.vstack([linear_gram(part, blocks[0]) for part in blocks])
            self.unit[name] = unit
            # a standardised column has variance one; TF-IDF rows have length one as they come
            self.plain[name] = unit * scaled.norm_**2

    def score(self, gram: np.ndarray, C: float) -> float:
        n = len(self.train)
        svc = SVC(kernel="precomputed", C=C).fit(gram[:n], self.y)
        return float(np.mean(svc.predict(gram[n:]) == self.data.y[self.test]))

    def inner(self) -> list[tuple[np.ndarray, np.ndarray]]:
        groups = None if self.data.groups is None else self.data.groups[self.train]
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        return list(kind(INNER, shuffle=True, random_state=0).split(self.y, self.y, groups))

    def out_of_fold(self, gram: np.ndarray, C: float) -> tuple[np.ndarray, np.ndarray]:
        """Return calibrated probabilities of a machine: for training rows it has not seen, and for test rows."""
        n, classes = len(self.train), np.unique(self.y)
        unseen = np.zeros((n, len(classes)))
        for fit, rest in self.inner():
            unseen[rest] = _decisions(
                SVC(kernel="precomputed", C=C).fit(gram[:n][np.ix_(fit, fit)], self.y[fit]),
                gram[:n][np.ix_(rest, fit)],
                classes,
            )
        new = _decisions(SVC(kernel="precomputed", C=C).fit(gram[:n], self.y), gram[n:], classes)
        platt = LogisticRegression(C=1.0, max_iter=500).fit(unseen, self.y)
        return platt.predict_proba(unseen), platt.predict_proba(new)


def _decisions(svc: SVC, gram: np.ndarray, classes: np.ndarray) -> np.ndarray:
    values = svc.decision_function(gram)
    values = np.column_stack([-values, values]) if values.ndim == 1 else values
    full = np.full((len(gram), len(classes)), values.min())
    full[:, np.searchsorted(classes, svc.classes_)] = values
    return full


def singles(fold: Fold) -> dict[str, float]:
    """Each modality alone, as it comes with scikit-learn's C, and of unit energy."""
    plain = {f"{name} alone, C=1": fold.score(gram, 1.0) for name, gram in fold.plain.items()}
    unit = {f"{name} alone, scaled, C={C:g}": fold.score(gram, C) for name, gram in fold.unit.items() for C in CS}
    return plain | unit


def concatenation(fold: Fold) -> dict[str, float]:
    """Standardised columns and TF-IDF side by side; and blocks of unit energy."""
    unit = sum(fold.unit.values()) / len(fold.unit)
    plain = {"plain concatenation": fold.score(sum(fold.plain.values()), 1.0)}
    return plain | {f"unit blocks, C={C:g}": fold.score(unit, C) for C in CS}


def of_probabilities(fold: Fold) -> dict[str, float]:
    """The mean of calibrated probabilities, and a logistic regression stacked on them."""
    classes, truth = np.unique(fold.y), fold.data.y[fold.test]
    found = {}
    for C in CS:
        pairs = [fold.out_of_fold(gram, C) for gram in fold.unit.values()]
        mean = classes[np.mean([new for _, new in pairs], axis=0).argmax(axis=1)]
        stack = LogisticRegression(max_iter=500).fit(np.hstack([unseen for unseen, _ in pairs]), fold.y)
        stacked = stack.predict(np.hstack([new for _, new in pairs]))
        found[f"mean of probabilities, C={C:g}"] = float(np.mean(mean == truth))
        found[f"stacking, C={C:g}"] = float(np.mean(stacked == truth))
    return found


def tuned(fold: Fold) -> dict[str, float]:
    """Weights on a grid in steps of a quarter, and C, chosen by folds within the training rows."""
    n, found = len(fold.train), []
    inner = fold.inner()
    for shares in simplex_weights(list(fold.unit), 0.25):
        gram = sum(share * fold.unit[name] for name, share in shares.items())
        for C in CS:
            scores = []
            for fit, rest in inner:
                svc = SVC(kernel="precomputed", C=C).fit(gram[:n][np.ix_(fit, fit)], fold.y[fit])
                scores.append(np.mean(svc.predict(gram[:n][np.ix_(rest, fit)]) == fold.y[rest]))
            found.append((np.mean(scores), gram, C))
    _, gram, C = max(found, key=lambda one: one[0])
    return {"tuned weights": fold.score(gram, C)}


RIVALS = (singles, concatenation, of_probabilities, tuned)
NEVER_BELOW = ("plain concatenation", "mean of probabilities")


def regret(draw: Callable[[int], Data], repeats: int) -> Mapping[str, np.ndarray]:
    """Return for each rival and each default of ours the accuracy of each repeat."""
    scores: dict[str, list[float]] = {}
    for seed in range(repeats):
        data, of_folds = draw(seed), {}
        for train, test in data.folds(seed):
            fold = Fold(data, train, test)
            found = {name: score for rival in RIVALS for name, score in rival(fold).items()}
            for name, make in OURS.items():
                model = make(data.branches).fit(data.X.iloc[train], data.y[train])
                found[name] = float(np.mean(model.predict(data.X.iloc[test]) == data.y[test]))
            for name, score in found.items():
                of_folds.setdefault(name, []).append(score)
        for name, values in of_folds.items():
            scores.setdefault(name, []).append(float(np.mean(values)))
    return {name: np.array(values) for name, values in scores.items()}


def report(draws: Iterable[Callable[[int], Data]], repeats: int, only: str = "") -> None:
    """Print the regret on some data, each given as a function of the repeat, and its mean and worst."""
    print("| data | best by hand | | ours | accuracy | regret, points | above concatenation | above mean |")
    print("|" + " --- |" * 8)
    regrets: dict[str, list[float]] = {name: [] for name in OURS}
    for draw in draws:
        name = draw(0).name.replace("|", " or ")
        if only not in name:
            continue
        scores = regret(draw, repeats)
        best = max((name for name in scores if name not in OURS), key=lambda name: scores[name].mean())
        for ours in OURS:
            lost = 100 * (scores[best] - scores[ours])
            regrets[ours].append(float(lost.mean()))
            rivals = [max(scores[name].mean() for name in scores if name.startswith(kind)) for kind in NEVER_BELOW]
            above = [100 * (scores[ours].mean() - rival) for rival in rivals]
            error = lost.std(ddof=1) / np.sqrt(len(lost)) if len(lost) > 1 else np.nan
            interval = t.ppf(0.975, len(lost) - 1) * error  # of 95%
            print(
                f"| {name} | {best} | {scores[best].mean():.3f} | {ours} | {scores[ours].mean():.3f} "
                f"| {lost.mean():+.2f} ± {interval:.2f} | {above[0]:+.1f} | {above[1]:+.1f} |",
                flush=True,
            )
    for ours, values in regrets.items():
        print(f"\n{ours}: mean regret {np.mean(values):+.2f} points, worst {np.max(values):+.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_regret", description=__doc__)
    parser.add_argument("--path", type=Path, help="the folder of the Tux Paint stamps")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="only data with this in their names")
    given = parser.parse_args()
    report(datasets(given.path), given.repeats, given.only)


if __name__ == "__main__":
    main()
