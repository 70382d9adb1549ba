"""Mutated pictures and sounds: features or a named error, never a crash, another exception or a number that is none.

`make fuzz` does the same to many more, and looks at the time that each item takes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .fuzzing.__main__ import main, read_log, summary
from .fuzzing.mutate import reseal
from .fuzzing.seeds import seeds
from .fuzzing.worker import describe, describers, make_item

ROOT = Path(__file__).resolve().parents[1]


def test_two_thousand_mutated_files():
    command = [sys.executable, "-m", "tests.fuzzing", "2000"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=250)
    report = json.loads(done.stdout)
    report["wrong"].pop("slow")  # the machine may have other work to do
    assert not any(report["wrong"].values()), report
    assert report["items"] == 2_000
    assert report["outcomes"]["features"] > 300  # mutations that reach the descriptors
    assert {"corrupt", "truncated", "unknown_format", "too_large"} <= set(report["outcomes"])


def test_every_seed_is_fine_before_it_is_mutated():
    unions = describers()
    assert len(seeds()) >= 23
    assert {name: describe(unions[kind], content) for name, (kind, content) in seeds().items()} == dict.fromkeys(
        seeds(), "features"
    )


def test_sums_are_made_as_the_formats_want_them():
    for name, (_, content) in seeds().items():
        assert reseal(content) == content, name
        if content.startswith((b"\x89PNG", b"OggS")):
            assert reseal(content[:-1] + b"?" + content[-1:]) != content


def test_an_item_follows_from_its_number():
    assert make_item(0, 5, seeds()) == make_item(0, 5, seeds())
    assert len({make_item(seed, 5, seeds()) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ([0, "", 0.0, "crash -11: ", 0], "crashes"),
        ([0, "", 0.0, "hang", 0], "crashes"),
        ([0, "GIF", 0.1, "exception ValueError: no", 300], "exceptions"),
        ([0, "GIF", 0.1, "warning UserWarning: no", 300], "warnings"),
        ([0, "GIF", 0.1, "nonfinite row", 300], "nonfinite"),
        ([0, "GIF", 2.1, "features", 300], "slow"),
        ([0, "GIF", 0.1, "corrupt", 513], "large"),
    ],
)
def test_what_is_wrong_is_counted(line, name):
    fine = [[1, "GIF", 0.1, "features", 512], [2, "GIF", 0.1, "corrupt", 512]]
    assert not any(summary(fine)["wrong"].values())
    assert {key for key, count in summary([*fine, line])["wrong"].items() if count} == {name}


def test_a_run_goes_on_where_it_was_broken_off(tmp_path, monkeypatch, capsys):
    log = tmp_path / "lines.jsonl"
    log.write_text("".join(json.dumps([number, "GIF", 0.1, "features", 9]) + "\n" for number in range(5)) + '[5, "G')
    assert len(read_log(log)) == 5
    monkeypatch.setattr(sys, "argv", ["fuzz", "5", "--log", str(log)])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["items"] == 5
