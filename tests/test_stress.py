"""A store that is shared, killed, flipped, filled up, moved: small versions of `make crash` and `make store`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .stress.covering import covering
from .stress.crash import LOST, summary
from .stress.store import SCENARIOS, is_wrong

ROOT = Path(__file__).resolve().parents[1]


def run(module, *arguments):
    """Run a script in a process that has no threads, and can be forked."""
    command = [sys.executable, "-m", f"tests.stress.{module}", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=250)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_fifty_kills_leave_nothing_wrong_and_cost_little():
    report = run("crash", "50")
    assert not any(report["wrong"].values()), report
    assert report["kills"] == 50
    assert report["in the midst of work"] > 20
    assert report["lost at most"] <= LOST


@pytest.fixture(scope="module")
def scenarios():
    return run("store", "--small")


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_value_is_wrong_and_every_fit_comes_to_its_end(scenarios, name):
    assert not is_wrong(scenarios[name]), scenarios[name]


@pytest.mark.parametrize("name", ["wrong", "damaged", "lost", "warnings", "failures"])
def test_what_kills_do_wrong_is_counted(name):
    fine = {"mode": "alone", "begun": 3, "known": 9, "lost": LOST, "wrong": 0, "damaged": 0, "warnings": []}
    fine["failures"] = []
    assert not any(summary([fine])["wrong"].values())
    bad = {**fine, name: ["no"] if isinstance(fine[name], list) else fine[name] + 1}
    assert sum(map(bool, summary([fine, bad])["wrong"].values())) == 1


SOURCE = """A = 1
def f(
    a=A,
):
    if a and (
        a > 2
    ):
        return [
            1,
        ]
    try:
        return 1
    except ValueError:
        return 2
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [(1, "all"), (3, "all"), (5, "quick slow"), (6, "quick slow"), (9, "slow"), (12, "quick"), (13, ""), (14, "")],
)
def test_mutants_meet_the_tests_that_run_their_statement(line, expected, tmp_path):
    file = tmp_path / "f.py"
    file.write_text(SOURCE)
    lines = {
        "1": [""],
        "2": [""],
        "5": ["slow", "quick"],
        "6": ["slow"],
        "8": ["slow"],
        "11": ["quick"],
        "12": ["quick"],
    }
    seen = {"seconds": {"slow": 2.0, "other": 1.0, "quick": 0.1}, "lines": {str(file): lines}}
    assert covering(seen, file, line) == ("quick other slow" if expected == "all" else expected).split()
