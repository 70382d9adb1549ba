"""B7: GridSearchCV over 15 weights on 5 folds and a refit, against the script, on the same folds.

Strategy: the script takes the best part of an hour, so it is extrapolated from one candidate unless ``--full`` is
given. With two jobs it is granted that two cores halve its time. One row more compares with a script that describes
everything once and then searches, which needs an author who knows that this is no leak, and a matrix for each modality.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks._data import Table, table
from benchmarks._harness import Row, Timing, UnequalError, check_close, faster, measure
from benchmarks._options import Options
from benchmarks._script import Described, script_seconds
from benchmarks._searches import candidates, forget, pipeline_search

CLAIM = "weight search, fusion_pipeline + SVC, the stamps"
TARGET = ">= 15x; >= 25x with 2 jobs and a warm store"


def rows(options: Options) -> list[Row]:
    data = table(options)
    found: list[Any] = []

    def search() -> None:
        forget()
        found[:] = [pipeline_search(data, options)]

    before = measure({"mmsk": search}, repeats=options.pick(2, 1), warm=False)["mmsk"]
    script = script_seconds(data, options)
    once = Described(data, options)
    scores = _compared_scores(found[0], once, options)
    by_hand = once.search_seconds()
    after = measure({"mmsk": search}, repeats=1, warm=False)["mmsk"]  # the machine may have changed in between
    mine = Timing(before.cpu + after.cpu, before.wall + after.wall)

    size = f"{len(candidates(options))} weights x {len(data.folds)} folds + refit"
    told = f"best score {scores['best_score']:.3f} / {scores['best_score_of_the_script']:.3f}"
    plain = {"mmsk": mine, "other": Timing([script["cpu"]], [script["wall"]])}
    patient = {"mmsk": mine, "other": Timing([by_hand["cpu"]], [by_hand["wall"]])}
    what = f"{size}, 1 job, no configuration / the script ({script['how']}); {told}"
    return [
        faster("B7", what, plain, at_least=15, script=script["how"], **scores),
        _two_jobs(data, options, script, found[0], size),
        faster("B7", f"{size}, 1 job / a script that describes everything once, then searches", patient),
    ]


def _two_jobs(data: Table, options: Options, script: dict[str, Any], first: Any, size: str) -> Row:
    folder = str(options.scratch / "b07-store")
    again = pipeline_search(data, options, n_jobs=2, cache=folder)  # fills the store, starts the workers
    check_close("scores", again.cv_results_["mean_test_score"], first.cv_results_["mean_test_score"], 1e-9)
    search: Callable[[], Any] = lambda: pipeline_search(data, options, n_jobs=2, cache=folder)
    timings = measure({"mmsk": search}, repeats=options.pick(3, 1), least=0, warm=False)
    timings["other"] = Timing([script["cpu"] / 2], [script["wall"] / 2])
    what = f"{size}, 2 jobs, a warm store / half of the script's time, as if two cores halved it"
    return faster("B7", what, timings, at_least=25, clock="wall", script=script["how"])


def _compared_scores(search: Any, script: Described, options: Options) -> dict[str, float]:
    """Return the best mean scores of mmsk and of the script, and refuse if ours is below."""
    ours, theirs = float(search.best_score_), float(script.scores().max())
    if ours < theirs and not options.tiny:  # two dozen rows tell nothing
        raise UnequalError(f"best score {ours:.3f}, the script's is {theirs:.3f}")
    return {"best_score": round(ours, 4), "best_score_of_the_script": round(theirs, 4)}
