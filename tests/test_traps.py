"""Files made to take time, memory or other files get a named error, or their features; `make traps` takes the time."""

import pytest

from .traps.__main__ import MEGABYTES, run

N_TRAPS = 35


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return run(tmp_path_factory.mktemp("traps"))


def test_each_trap_gets_features_or_the_right_error(found):
    assert {line["name"]: line["outcome"] for line in found} == {line["name"]: line["expected"] for line in found}
    assert len(found) == N_TRAPS


def test_no_trap_takes_much_memory(found):
    assert {line["name"]: line["megabytes"] for line in found if line["megabytes"] > MEGABYTES} == {}
    assert max(line["megabytes"] for line in found) > 10  # it is measured


def test_no_trap_has_another_file_opened(found):
    assert {line["name"]: line["others"] for line in found if line["others"]} == {}
    assert all(line["itself"] for line in found)  # it is watched
