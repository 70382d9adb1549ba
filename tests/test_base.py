"""What becomes of bad items, and of a descriptor's own mistakes."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from mmsk import _engine
from mmsk.errors import MediaBatchError, MediaError, MmskError

BLOBS = [bytes([number, number + 1, 200 - number][: 1 + number % 3]) for number in range(40)]
EXPECTED = np.array([[np.mean(list(blob)), len(blob)] for blob in BLOBS], dtype=np.float32)


def test_all_bad_items_are_named_in_the_order_of_the_rows(toy, tmp_path):
    cells = pd.Series([BLOBS[0], b"bad", str(tmp_path / "gone.bin"), BLOBS[1], 3, b""], index=list("uvwxyz"))
    with pytest.raises(MediaBatchError, match="on_error='missing'") as caught:
        toy.Bytes().fit_transform(cells)
    found = [(error.row, error.kind) for error in caught.value.errors]
    assert found == [("v", "corrupt"), ("w", "missing_file"), ("y", "wrong_type"), ("z", "empty")]
    assert caught.value.errors[1].ref == str(tmp_path / "gone.bin")
    assert caught.value.n_rows == 6


def test_a_bad_item_is_named_with_workers_as_without(toy, monkeypatch):
    monkeypatch.setattr(_engine, "CHUNK", 3)
    cells = [b"bad" if number % 5 == 0 else blob for number, blob in enumerate(BLOBS)]
    messages = []
    for backend in ["sequential", "threading", "loky"]:
        with parallel_config(backend=backend, n_jobs=2), pytest.raises(MediaBatchError) as caught:
            toy.Bytes().fit_transform(cells)
        messages.append(str(caught.value))
    assert messages[0] == messages[1] == messages[2]


def test_bad_items_become_missing_and_are_reported(toy):
    descriptor = toy.Bytes(on_error="missing", max_missing=0.5)
    found = descriptor.fit_transform(pd.Series([BLOBS[0], b"bad", BLOBS[1], 3]))
    np.testing.assert_array_equal(found[[0, 2]], EXPECTED[:2])
    assert np.isnan(found[[1, 3]]).all()
    assert [bad["row"] for bad in descriptor.report_] == [1, 3]
    assert descriptor.report_[0] == {"row": 1, "ref": "<3 bytes>", "kind": "corrupt", "detail": "it says so itself"}
    assert descriptor.n_bad_ == 2
    descriptor.transform(BLOBS)
    assert (descriptor.report_, descriptor.n_bad_) == ([], 0)


def test_too_many_bad_items_are_refused(toy):
    with pytest.raises(MediaBatchError, match=r"50% of the rows are bad, more than max_missing=0.1.*root"):
        toy.Bytes(on_error="missing").fit_transform([BLOBS[0], b"bad"] * 4)
    toy.Bytes(on_error="missing", max_missing=0.5).fit_transform([BLOBS[0], b"bad"] * 4)


def test_rows_are_counted_even_if_their_labels_are_the_same(toy):
    cells = pd.Series([BLOBS[0], b"bad"] * 4, index=[0] * 8)
    with pytest.raises(MediaBatchError, match="50% of the rows are bad"):
        toy.Bytes(on_error="missing").fit_transform(cells)


def test_a_row_with_several_bad_items_counts_once(toy):
    cells = [[b"bad"] * 10, *BLOBS]
    descriptor = toy.Bytes(on_error="missing", max_missing=0.05)
    assert np.isnan(descriptor.fit_transform(cells)[0]).all()
    assert descriptor.n_bad_ == 10


def test_the_good_items_of_a_cell_outlive_a_bad_one(toy):
    descriptor = toy.Bytes(on_error="missing")
    np.testing.assert_array_equal(descriptor.fit_transform([[BLOBS[1], b"bad"], BLOBS[0]]), EXPECTED[[1, 0]])
    assert descriptor.report_[0]["row"] == 0
    with pytest.raises(MediaBatchError, match="1 bad item in 2 rows"):
        toy.Bytes().fit_transform([[BLOBS[1], b"bad"], BLOBS[0]])


def test_what_is_reported_is_bounded_and_what_is_bad_counted(toy):
    descriptor = toy.Bytes(on_error="missing", max_missing=1)
    descriptor.fit_transform([b"bad"] * 1500)
    assert (len(descriptor.report_), descriptor.n_bad_) == (1000, 1500)


@pytest.mark.parametrize("on_error", ["raise", "missing"])
@pytest.mark.parametrize("backend", ["sequential", "loky"])
def test_a_mistake_of_the_descriptors_is_never_a_bad_item(toy, monkeypatch, backend, on_error):
    monkeypatch.setattr(_engine, "CHUNK", 3)
    cells = pd.Series([*BLOBS[:10], b"bug"], index=list("abcdefghijk"))
    message = r"row k: <3 bytes>: cannot be described \(ZeroDivisionError: a mistake"
    with parallel_config(backend=backend, n_jobs=2), pytest.raises(MmskError, match=message) as caught:
        toy.Bytes(on_error=on_error).fit_transform(cells)
    assert not isinstance(caught.value, MediaError)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (np.array([1.0, np.nan]), "nonfinite"),
        (np.array([1.0, np.inf]), "nonfinite"),
        (np.array([1.0, np.nan], dtype=np.float32), "nonfinite"),
        (np.array([1.0, 1e300]), "nonfinite"),
        (np.zeros(3), r"returned shape \(3,\), expected \(2,\)"),
        (np.zeros((1, 2)), r"returned shape \(1, 2\), expected \(2,\)"),
        (None, r"returned shape \(\), expected \(2,\)"),
        (["a", "b"], "cannot be described"),
    ],
)
def test_an_answer_that_is_no_vector_is_refused(toy, monkeypatch, answer, kind):
    monkeypatch.setattr(toy.Bytes, "_describe", lambda self, item: answer)
    with pytest.raises(MmskError, match=f"(?s)row 0.*{kind}"):
        toy.Bytes(cache=False).fit_transform(BLOBS[:2])
