"""How long the script takes for the search of B7 and B8, and what scores it reaches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks import handwritten
from benchmarks._data import Table
from benchmarks._options import Options
from benchmarks._searches import candidates

__all__ = ["Described", "script_seconds"]


def script_seconds(data: Table, options: Options) -> dict[str, Any]:
    """Return how long the script's search takes on one thread: cpu, wall, and how that was found out.

    It does the same work for each candidate, so one candidate on all folds and one refit are measured, and multiplied.
    In a full run nothing is multiplied. Measured once a run, for whichever claims ask.
    """
    kept = options.scratch / "script.json"
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return found
    weights = script_weights(options)
    if options.full:
        found = {"how": "run in full"}
        found |= _seconds(lambda: handwritten.search_weights(data.X, data.y, weights, data.folds))
    else:
        some = [_middle(weights)]
        folds = _seconds(lambda: handwritten.search_weights(data.X, data.y, some, data.folds, refit=False))
        model = handwritten.make_model().set_params(fusion__transformer_weights=some[0])
        refit = _seconds(lambda: model.fit(data.X.assign(caption=data.X["caption"].fillna("")), data.y))
        found = {"how": f"1 candidate x {len(data.folds)} folds, times {len(weights)}, + the refit"}
        found |= {clock: len(weights) * folds[clock] + refit[clock] for clock in folds}
    kept.write_text(json.dumps(found), "utf-8")
    return found


class Described:
    """The script's features of the whole table, described once: what a more patient author would search over."""

    def __init__(self, data: Table, options: Options) -> None:
        self.data = data
        self.weights = script_weights(options)
        self.raw: dict[str, np.ndarray] = {}
        self.seconds = _seconds(self._describe)

    def _describe(self) -> None:
        self.raw["image"] = handwritten.Pictures().transform(self.data.X["picture"])
        self.raw["audio"] = handwritten.Sounds().transform(self.data.X["speech"])

    def search_seconds(self) -> dict[str, float]:
        """Return how long it takes to describe once, and to search then; extrapolated from one candidate."""
        names = {name: [f"{name}{column}" for column in range(block.shape[1])] for name, block in self.raw.items()}
        blocks = [pd.DataFrame(block, columns=names[name]) for name, block in self.raw.items()]
        X = pd.concat([self.data.X[["caption"]].fillna("").reset_index(drop=True), *blocks], axis=1)
        scaled = [(name, StandardScaler(), columns) for name, columns in names.items()]
        fusion = ColumnTransformer([("text", TfidfVectorizer(), "caption"), *scaled])
        model = Pipeline([("fusion", fusion), ("classifier", SVC(kernel="linear"))])
        grid = {"fusion__transformer_weights": [_middle(self.weights)]}
        search = GridSearchCV(model, grid, cv=self.data.folds, refit=False, error_score="raise")
        one = _seconds(lambda: search.fit(X, self.data.y))
        times = len(self.weights) + 1 / len(self.data.folds)  # the refit is about one fold's work
        return {clock: self.seconds[clock] + times * one[clock] for clock in one}

    def scores(self) -> np.ndarray:
        """Return the mean score of each candidate: the script's own features, scalers and machine.

        The linear kernel is a matrix product here, which is the same machine and takes a fraction of the time.
        """
        captions = self.data.X["caption"].fillna("")
        scores = np.zeros((len(self.weights), len(self.data.folds)))
        for number, (train, test) in enumerate(self.data.folds):
            words = TfidfVectorizer().fit(captions.iloc[train])
            grams = {"text": (words.transform(captions) @ words.transform(captions.iloc[train]).T).toarray()}
            for name, raw in self.raw.items():
                block = StandardScaler().fit(raw[train]).transform(raw)
                grams[name] = block @ block[train].T
            for row, weights in enumerate(self.weights):
                mixed = sum(weights[name] ** 2 * gram for name, gram in grams.items())
                svc = SVC(kernel="precomputed").fit(mixed[train], self.data.y[train])
                scores[row, number] = svc.score(mixed[test], self.data.y[test])
        return np.asarray(scores.mean(axis=1))


def script_weights(options: Options) -> list[dict[str, float]]:
    """Return the same candidates as weights of features: a share of the kernel is the square of one."""
    return [{name: float(np.sqrt(share)) for name, share in shares.items()} for shares in candidates(options)]


def _middle(weights: list[dict[str, float]]) -> dict[str, float]:
    """Return the candidate that is timed for all: the first in which every modality counts, if there is one."""
    return next((one for one in weights if all(one.values())), weights[0])


def _seconds(function: Callable[[], Any]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    function()
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
