"""Errors survive pickling and say which row, which item, what came and what to do."""

import copy
import pickle
import traceback

import numpy as np
import pytest
from pandas import Timestamp

from mmsk.errors import (
    KINDS,
    MAX_REF,
    MAX_SHOWN,
    MediaBatchError,
    MediaError,
    MmskError,
    ModelError,
    ModelVersionError,
    UntrustedModelError,
)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_says_what_to_do(kind):
    error = MediaError(kind, "row-7", "cat.png", "what was found")
    assert str(error) == f"row row-7: cat.png: {kind}: what was found; {KINDS[kind]}"


def test_parts_that_are_not_known_are_left_out():
    assert str(MediaError("empty")) == f"empty; {KINDS['empty']}"
    assert str(MediaError("empty", 0)).startswith("row 0: empty;")


def test_the_list_of_kinds_is_closed():
    with pytest.raises(ValueError, match="unknown kind 'odd', expected one of missing_file, "):
        MediaError("odd")


def test_errors_are_value_errors():
    assert issubclass(MmskError, ValueError)
    assert issubclass(MediaError, MmskError)
    assert issubclass(MediaBatchError, MmskError)


@pytest.mark.parametrize("send", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_errors_survive_pickling(send):
    one = MediaError("corrupt", "row-2", "cat.png", "a broken chunk")
    batch = MediaBatchError([one, MediaError("empty", 3)], 10, "Do this.")
    assert str(send(one)) == str(one)
    assert send(one).as_dict() == {"row": "row-2", "ref": "cat.png", "kind": "corrupt", "detail": "a broken chunk"}
    assert str(send(batch)) == str(batch)
    assert [error.as_dict() for error in send(batch).errors] == [error.as_dict() for error in batch.errors]
    assert (send(batch).n_rows, send(batch).hint) == (10, "Do this.")


@pytest.mark.parametrize("send", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize(
    "error",
    [
        ModelError("m.mmsk", "damaged"),
        UntrustedModelError("m.mmsk", "refused"),
        UntrustedModelError("m.mmsk", "not trusted", ["posix.system"]),
        ModelVersionError("m.mmsk", "it says something else", {"numpy": "1.0", "scipy": "1.1"}, {"numpy": "2.0"}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_of_models_survive_pickling(send, error):
    sent = send(error)
    assert type(sent) is type(error)
    assert vars(sent) == vars(error)
    assert str(sent) == str(error)
    assert isinstance(sent, ModelError)
    assert isinstance(sent, MmskError)


def test_a_version_error_names_what_has_changed():
    saved, here = {"python": "3.11", "numpy": "1.0", "scipy": "1.1"}, {"python": "3.11", "numpy": "2.0"}
    assert str(ModelVersionError("m.mmsk", "odd", saved, here)) == (
        "m.mmsk: odd. It was saved with numpy 1.0, scipy 1.1; here are numpy 2.0, scipy (not installed): "
        "install those versions, or train and save the model again"
    )
    assert "with python 3.11" in str(ModelVersionError("m.mmsk", "odd", {"python": "3.11"}, {"python": "3.11"}))


def test_many_untrusted_names_are_counted():
    error = UntrustedModelError("m.mmsk", "not trusted", [f"a.b{number}" for number in range(MAX_SHOWN + 5)])
    assert "and 5 more" in str(error)
    assert len(error.names) == MAX_SHOWN + 5
    assert len(str(UntrustedModelError("m.mmsk", "not trusted", ["x" * 10**6]))) < 500


def test_a_line_of_a_report_is_plain():
    """Whatever the label of a row is, skops and JSON can keep the line."""
    lines = [
        MediaError("empty", row).as_dict()["row"] for row in (3, "a", np.int64(3), ("a", 2), Timestamp("2020-01-01"))
    ]
    assert lines == [3, "a", "3", "('a', 2)", "2020-01-01 00:00:00"]
    assert {type(line) for line in lines} == {int, str}


def test_a_long_reference_is_shortened():
    error = MediaError("empty", ref="x" * 1000)
    assert len(error.ref) == MAX_REF
    assert error.ref.endswith("x…")


def test_a_place_is_filled_in_and_the_cause_kept():
    cause = OSError("disk")
    error = MediaError("corrupt", detail="unreadable")
    error.__cause__ = cause
    located = error.located("cat.png", 4)
    assert (located.ref, located.row, located.__cause__) == ("cat.png", 4, cause)
    assert located.located("other.png", 5).ref == "cat.png"


def test_a_batch_lists_the_first_and_counts_the_rest():
    errors = [MediaError("empty", row) for row in range(MAX_SHOWN + 5)]
    lines = str(MediaBatchError(errors, 100, "Do this.")).splitlines()
    assert lines[0] == f"{MAX_SHOWN + 5} bad items in 100 rows:"
    assert lines[1].startswith("  row 0: empty")
    assert lines[-2] == "  ... and 5 more (the attribute `errors` has them all)"
    assert lines[-1] == "Do this."
    assert len(lines) == MAX_SHOWN + 3


def test_a_batch_of_one_is_an_item():
    assert str(MediaBatchError([MediaError("empty", 0)], 1)).startswith("1 bad item in 1 rows:\n  row 0: empty")


def test_an_error_prints_as_it_reads():
    error = MediaError("empty", 3, "cat.png")
    assert traceback.format_exception_only(error) == [f"mmsk.errors.MediaError: {error}\n"]
