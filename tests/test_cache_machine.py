"""The cache answers as dictionaries would, whatever happens to it: `make machine` takes more steps."""

from .stress.machine import run


def test_random_steps_of_several_handles():
    assert run(800, per_run=30, derandomize=True) >= 800
