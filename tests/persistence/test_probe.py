"""The rows that a model is asked about are part of the file's format: other rows would fail each model of yesterday."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from mmsk.persistence._probe import FOLDED, MAKERS, MAX_WIDTH, ROWS, _plain

READER = SimpleNamespace(mean_=[10.0, -5.0], scale_=[2.0, 0.5], categories_=[["a"], ["red", "green", "blue"]])


def made(kind, place=0, reader=READER):
    one = SimpleNamespace(reader=reader, place=place, kind=kind)
    return MAKERS[kind](one, np.random.RandomState([7, 1]))


def test_texts():
    texts = made("text")
    assert len(texts) == ROWS
    assert texts[0] == "cat blue blue green three three three"
    assert {len(text.split()) for text in texts} <= set(range(3, 12))
    known = SimpleNamespace(vocabulary_={"b": 0, "a": 1})
    assert set(" ".join(made("text", reader=known)).split()) == {"a", "b"}


def test_pictures():
    pictures = made("image")
    assert [picture.shape for picture in pictures[:3]] == [(49, 120, 3), (123, 110, 3), (86, 108, 3)]
    assert {picture.dtype for picture in pictures} == {np.dtype(np.uint8)}
    assert [int(picture.sum()) for picture in pictures[:3]] == [2246095, 5152618, 3536034]


def test_sounds():
    sounds = made("audio")
    assert [len(samples) for samples, _ in sounds[:3]] == [13681, 20828, 17835]
    assert {(samples.dtype, rate) for samples, rate in sounds} == {(np.dtype(np.float32), 22050)}
    np.testing.assert_allclose(
        [samples[100] for samples, _ in sounds[:3]], [0.4755211, 0.4502201, 0.0494596], atol=1e-6
    )
    np.testing.assert_allclose([np.abs(samples).max() for samples, _ in sounds], 0.51, atol=0.01)


def test_numbers():
    drawn = np.array(made("number", reader=None))
    np.testing.assert_allclose(drawn[:3], [-0.6358715, -1.2343866, 1.7795178], atol=1e-6)
    for place in (0, 1):
        expected = READER.mean_[place] + READER.scale_[place] * drawn
        np.testing.assert_allclose(made("number", place), expected)
    np.testing.assert_allclose(made("number", place=2), drawn)


def test_categories():
    assert made("category", place=1) == ["red", "green", "red", "red", "blue", "blue", "blue", "blue"]
    assert made("category", place=0) == ["a"] * ROWS


@pytest.mark.parametrize("width", [1, MAX_WIDTH])
def test_answers_that_are_narrow_are_kept(width):
    answer = np.arange(3.0 * width).reshape(3, width)
    assert _plain(answer) == answer.tolist()
    assert _plain(sparse.csr_matrix(answer)) == answer.tolist()
    assert _plain(answer[:, 0]) == answer[:, 0].tolist()


def test_answers_that_are_wide_are_folded():
    answer = np.arange(2.0 * (MAX_WIDTH + 1)).reshape(2, MAX_WIDTH + 1)
    answer[1, 3] = np.nan
    folded = np.array(_plain(answer))
    assert folded.shape == (2, FOLDED + 1)
    np.testing.assert_array_equal(folded[:, -1], [0, 1])
    np.testing.assert_allclose(folded[0, :3], [-118.0, 1054.0, 574.0])
    assert np.linalg.matrix_rank(_plain(np.eye(MAX_WIDTH + 1))) == FOLDED
    assert _plain(np.full((2, 99), "a")) == [["a"] * 99] * 2
