"""A few of the many: `make fuzz-models` mutates 20,000 files, `make bombs` measures what refusals take."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*words):
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_mutated_file_becomes_another_model():
    done = run("tests.persistence.fuzz", "300", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"wrong": 0' in done.stdout
    assert '"ModelError"' in done.stdout
