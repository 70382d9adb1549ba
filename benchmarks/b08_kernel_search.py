"""B8: the same search with KernelFusionClassifier, against the script and against the floor.

Strategy: the floor is what no such search can do without: describe each item once, multiply one Gram matrix a
modality and fold, and let the SVM solve and predict each candidate. Scaling, selecting rows, mixing kernels and
scoring are in the search, not in the floor.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from sklearn.svm import SVC

from benchmarks._data import Table, branches, table
from benchmarks._harness import Row, Timing, check_close, faster, measure, within
from benchmarks._options import Options
from benchmarks._script import script_seconds
from benchmarks._searches import candidates, forget, kernel_search

CLAIM = "the same search with KernelFusionClassifier"
TARGET = ">= 100x; <= 1.5x the floor"


def rows(options: Options) -> list[Row]:
    data = table(options)
    searches: list[Any] = []
    floors: list[Floor] = []

    def search() -> None:
        forget()
        searches[:] = [kernel_search(data, options)]

    def floor() -> None:
        forget()
        floors.append(Floor(data, options))

    # a floor is timed inside, since it has to prepare what it does not count
    timings = measure({"mmsk": search, "floor": floor}, repeats=options.pick(3, 1), warm=False)
    # rows in which nothing that counts is present have a rule of their own; each row has a caption
    told = [bool(shares["text"]) for shares in candidates(options)]
    scores = searches[0].cv_results_["mean_test_score"], floors[0].scores.mean(axis=1)
    check_close("scores", *(one[told] for one in scores), 0.002)
    script = script_seconds(data, options)
    timings["other"] = Timing([script["cpu"]], [script["wall"]])
    size = f"{len(candidates(options))} weights x {len(data.folds)} folds + refit, KernelFusionClassifier"
    score = round(float(searches[0].best_score_), 4)
    against = {"mmsk": timings["mmsk"], "other": timings["other"]}
    what = f"{size} / the script ({script['how']}); best score {score:.3f}"
    found = [faster("B8", what, against, at_least=100, best_score=score, script=script["how"])]
    parts = {name: round(float(np.median([floor.parts[name] for floor in floors])), 4) for name in floors[0].parts}
    against["other"] = Timing([sum(floor.parts.values()) for floor in floors], [])
    told = ", ".join(f"{name} {seconds:.2g} s" for name, seconds in parts.items())
    return [*found, within("B8", f"{size} / the floor ({told})", against, at_most=1.5, parts=parts)]


class Floor:
    """The search by hand: processor seconds of its unavoidable parts, and its scores."""

    def __init__(self, data: Table, options: Options) -> None:
        self.parts = {"features": 0.0, "Gram matrices": 0.0, "solves": 0.0}
        self.candidates = candidates(options)
        self.scores = np.zeros((len(self.candidates), len(data.folds)))
        self.describe(data)
        everything = np.arange(len(data.y))
        for number, (train, test) in enumerate([*data.folds, (everything, everything[:0])]):
            grams = {name: self.gram(name, data, train, test) for name in self.raw}
            refit = not len(test)
            tried = self.candidates[:1] if refit else self.candidates
            for row, shares in enumerate(tried):
                score = self.solve(shares, grams, data.y, train, test)
                if not refit:
                    self.scores[row, number] = score

    def describe(self, data: Table) -> None:
        """Describe the columns of media; words are learned from the training rows of each fold, and counted there."""
        from mmsk import fusion_transformer

        pipelines = {name: (branch, column) for name, branch, column in fusion_transformer(branches()).transformers}
        self.branches = pipelines
        self.raw: dict[str, Any] = {}
        for name, (branch, column) in pipelines.items():
            describe = branch.named_steps["describe"]
            self.raw[name] = None if name == "text" else self.timed("features", describe.fit_transform, data.X[column])

    def gram(self, name: str, data: Table, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Return the normalised kernel of all rows of a fold with its training rows."""
        from mmsk.fusion import linear_gram

        branch, column = self.branches[name]
        if name == "text":
            describe = branch.named_steps["describe"]
            left = self.timed("features", describe.fit_transform, data.X[column].iloc[train])
            right = self.timed("features", describe.transform, data.X[column].iloc[test]) if len(test) else left[:0]
        else:
            left, right = self.raw[name][train], self.raw[name][test]
        scale = branch.named_steps["scale"].fit(left)
        block = scale.transform(left)
        matrix = self.timed("Gram matrices", linear_gram, block, block)
        if len(test):
            new = self.timed("Gram matrices", linear_gram, scale.transform(right), block)
            matrix = np.concatenate([matrix, new])
        present = np.diagonal(matrix) > 0
        return np.asarray(matrix / np.diagonal(matrix)[present].mean())

    def solve(self, shares: Any, grams: Any, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
        mixed = sum(share * grams[name] for name, share in shares.items())
        rows = len(train)
        svc = self.timed("solves", SVC(kernel="precomputed", C=2.0).fit, mixed[:rows], y[train])
        return float(np.mean(self.timed("solves", svc.predict, mixed[rows:]) == y[test])) if len(test) else 0.0

    def timed(self, part: str, function: Any, *args: Any) -> Any:
        start = time.process_time()
        result = function(*args)
        self.parts[part] += time.process_time() - start
        return result
