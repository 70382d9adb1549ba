"""``python -m benchmarks.quality_smarttab``: the stamps by mmsk and by smarttab, the same rows, columns and folds.

smarttab reads the same raw table and runs with its defaults, but for its report. Seconds are those of fit and predict,
of all threads and processes, since the two use cores differently: of the first fold, in which both start from the
files, with what they import and compile, and of a fold in the mean, the first one among them. After the first fold mmsk
knows the features of its files, as in any cross-validation; smarttab starts from the files in each.
Needs ``pip install 'smarttab[audio]==3.1.0'``.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks._searches import forget
from benchmarks.quality_stamps import COLUMNS, MODELS
from mmsk.datasets import fetch_stamps

__all__ = ["ROWS"]

#: Of the table: the modalities that may be read, and our model for them.
ROWS = {
    ("text",): "text alone",
    ("image",): "image alone (seven RBF kernels)",
    ("audio",): "audio alone (40 MFCC, RBF kernel)",
    ("text", "image", "audio"): "fusion_pipeline",
}
Result = tuple[float, float, float]  # accuracy, macro-F1, CPU seconds


def ours(model: str, X: pd.DataFrame, y: np.ndarray, asked: pd.DataFrame) -> np.ndarray:
    return np.asarray(MODELS[model]().fit(X, y).predict(asked))


def theirs(model: str, X: pd.DataFrame, y: np.ndarray, asked: pd.DataFrame) -> np.ndarray:
    import smarttab

    fitted = smarttab.fit(X.assign(label=y), target="label", report=False, verbose=0)
    return np.asarray(fitted.predict(asked)).ravel()


def judged(predict: Callable[[], np.ndarray], truth: np.ndarray) -> Result:
    """Return the scores of some predictions, and what they cost."""
    before = _cpu()
    predicted = predict()
    cost = _cpu() - before
    return accuracy_score(truth, predicted), f1_score(truth, predicted, average="macro"), cost


def _cpu() -> float:
    """Return the CPU seconds of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def folds(path: Path | None, least: int) -> Iterator[tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield (table, classes, training rows, test rows), of classes with at least so many rows."""
    stamps = fetch_stamps(path=path)
    kept = (stamps.target.groupby(stamps.target).transform("size") >= least).to_numpy()
    X, y = stamps.data[kept].reset_index(drop=True), stamps.target.to_numpy()[kept]
    groups = np.asarray(stamps.groups)[kept]
    for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(X, y, groups):
        yield X, y, train, test


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_smarttab", description=__doc__)
    parser.add_argument("--path", type=Path, help="the folder of the Tux Paint stamps")
    parser.add_argument("--folds", type=int, default=5, help="how many of the five")
    parser.add_argument("--only", default="", help="only one row, such as text+image+audio")
    given = parser.parse_args()
    os.chdir(tempfile.mkdtemp())  # smarttab writes beside itself
    heading = ["modalities", "folds", "", "accuracy", "macro-F1", "CPU seconds, first fold", "CPU seconds a fold"]
    print("| " + " | ".join(heading) + " |", "|" + " --- |" * len(heading), sep="\n")
    for names, model in ROWS.items():
        if given.only not in ("", "+".join(names)):
            continue
        columns = [COLUMNS[name] for name in names]
        for who, side in (("mmsk", ours), ("smarttab", theirs)):
            found: list[Result] = []
            forget()
            for X, y, train, test in list(folds(given.path, 10))[: given.folds]:
                table, asked = X.iloc[train][columns], X.iloc[test][columns]
                found.append(judged(lambda: side(model, table, y[train], asked), y[test]))  # noqa: B023
            accuracy, macro, cost = np.mean(found, axis=0)
            told = f"{accuracy:.3f} | {macro:.3f} | {found[0][2]:.1f} | {cost:.1f}"
            print(f"| {' + '.join(names)} | {len(found)} | {who} | {told} |", flush=True)


if __name__ == "__main__":
    main()
