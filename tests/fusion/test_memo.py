"""The memo and its keys: what is recalled is what would have been computed."""

import gc
import os
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from mmsk.fusion import KernelFusionClassifier, linear_gram, memo
from mmsk.fusion._blocks import fit_blocks
from mmsk.fusion._digests import content_key, fingerprint, rows_digest
from mmsk.fusion._memo import Memo, _size, repeatable
from mmsk.image import HOG
from mmsk.text import Tfidf

COLUMN = pd.Series(["a cat", "a dog", None], name="caption")
LABELS = np.array(["cat", "dog", "cat"])


def test_an_entry_ends_with_the_object_it_was_made_of():
    table, block = Memo(), np.zeros(3)
    key = ("sum", id(block))
    assert table.recall(key, lambda: 1, anchors=(block,)) == 1
    assert table.recall(key, lambda: 2, anchors=(block,)) == 1
    other = np.ones(3)  # as if it had been given the id of the first
    assert table.recall(key, lambda: 3, anchors=(other,)) == 3
    del other
    gc.collect()
    assert table.recall(key, lambda: 4, anchors=(block,)) == 4


def test_an_entry_does_not_keep_its_object_alive():
    class Watched:
        gone = False

        def __del__(self):
            Watched.gone = True

    table, watched = Memo(), Watched()
    table.recall(("made of", id(watched)), lambda: 1, anchors=(watched,))
    del watched
    gc.collect()
    assert Watched.gone


def test_what_cannot_be_measured_is_not_kept():
    table = Memo()
    assert table.recall("key", lambda: open(os.devnull)).close() is None  # noqa: SIM115  # what cannot be measured
    assert not table.knows("key")
    assert table.recall("key", lambda: 2) == 2
    assert table.knows("key")


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (SVC(), True),
        (SVC(kernel=linear_gram), True),
        (SVC(kernel=lambda left, right: left @ right.T), False),
        (LogisticRegression(), True),
        (LogisticRegression(solver="saga"), False),
        (LogisticRegression(solver="saga", random_state=0), True),
        (RandomForestClassifier(), False),
        (make_pipeline(PCA(), SVC()), False),
        (FunctionTransformer(linear_gram), True),
        (FunctionTransformer(partial(np.power, 2)), False),
    ],
)
def test_repeatable(estimator, expected):
    assert repeatable(estimator) is expected


def test_a_class_defined_anew_is_another_one():
    def define():
        class Model(BaseEstimator):
            pass

        Model.__qualname__ = "Model"
        Model.__module__ = "__main__"
        globals()["Model"] = Model
        return Model()

    first, second = fingerprint(define()), fingerprint(define())
    assert first is None or first != second


@pytest.mark.parametrize(
    "changed",
    [
        lambda key: key("fit", SVC(C=2.0), COLUMN, LABELS, None),
        lambda key: key("fit", SVC(), COLUMN[::-1], LABELS, None),
        lambda key: key("fit", SVC(), COLUMN.rename("title"), LABELS, None),
        lambda key: key("fit", SVC(), COLUMN, np.roll(LABELS, 1), None),
        lambda key: key("fit", SVC(), COLUMN, LABELS, np.ones(3)),
        lambda key: key("predict", SVC(), COLUMN, LABELS, None),
    ],
)
def test_whatever_changes_a_result_changes_its_key(changed):
    key = content_key("fit", SVC(), COLUMN, LABELS, None)
    assert key is not None
    assert key == content_key("fit", SVC(), COLUMN.copy(), list(LABELS), None)
    assert changed(content_key) != key


def test_there_is_no_key_for_what_cannot_be_told_apart():
    assert content_key("fit", RandomForestClassifier(), COLUMN, LABELS) is None
    assert content_key("fit", SVC(), None, LABELS) is None
    assert content_key("fit", SVC(), pd.Series([object(), object(), None]), LABELS) is None
    assert content_key("fit", SVC(), COLUMN, pd.to_datetime(["2020", "2021", "2022"]).astype(object)) is None


def test_kinds_of_missing_cells_are_told_apart_as_an_encoder_does():
    cells = [pd.Series(["a", nothing, "b"], dtype=object) for nothing in (None, np.nan, pd.NA, "", ())]
    assert len({rows_digest(SVC(), column) for column in cells}) == len(cells)


def test_levels_of_a_category_are_part_of_a_column():
    plain = pd.Series(pd.Categorical(["a", "b"]))
    assert rows_digest(SVC(), plain) != rows_digest(SVC(), plain.cat.add_categories("c"))


@pytest.mark.parametrize("nest", [make_pipeline, lambda hog: FeatureUnion([("hog", make_pipeline(hog, PCA()))])])
def test_a_file_that_changes_is_seen_however_deep_its_descriptor(nest, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"1")
    column = pd.Series([str(path)])
    before = rows_digest(nest(HOG()), column)
    path.write_bytes(b"22")
    assert rows_digest(nest(HOG()), column) != before
    assert rows_digest(nest(HOG()), pd.Series(["https://example.org/picture.png"])) is None


def test_a_fitted_branch_names_the_columns_of_its_own_table():
    memo.clear()
    first = pd.DataFrame({"caption": COLUMN, "price": [1.0, 2.0, 3.0]})
    second = first[["caption"]].assign(width=1.0, height=2.0)
    fusion = ColumnTransformer([("text", Tfidf(), "caption")])
    fitted = {frame.shape[1]: fit_blocks(fusion, frame, LABELS)["text"][0] for frame in (first, second)}
    assert fitted[2].feature_names_in_.tolist() == ["caption", "price"]
    assert fitted[3].feature_names_in_.tolist() == ["caption", "width", "height"]
    assert fit_blocks(fusion, second.assign(width=9.0), LABELS)["text"][0] is fitted[3]  # which does not read it


class Reader(TransformerMixin, BaseEstimator):
    """Somebody's own transformer, which reads files."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.array([[float(Path(path).read_text())] for path in X.iloc[:, 0]])


def test_texts_that_a_foreign_class_reads_may_be_files_that_change(tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(4)]
    frame, y = pd.DataFrame({"file": map(str, paths)}), np.array(["a", "a", "b", "b"])

    def write(numbers):
        for path, number in zip(paths, numbers, strict=True):
            path.write_text(str(number))

    model = KernelFusionClassifier(ColumnTransformer([("file", Reader(), ["file"])]))
    write([1, 2, 3, 4])
    fitted = clone(model).fit(frame, y)
    before = fitted.decision_function(frame)
    write([4, 3, 2, 1])
    np.testing.assert_allclose(fitted.decision_function(frame), before[::-1])
    write([1, 7, 8, 9])
    refitted = clone(model).fit(frame, y).decision_function(frame)
    memo.clear()
    np.testing.assert_array_equal(refitted, clone(model).fit(frame, y).decision_function(frame))
    assert np.abs(refitted - before).max() > 0.1
    assert rows_digest(Reader(), frame.assign(file=1.0)) is not None
    assert rows_digest(make_pipeline(Tfidf(), Reader()), frame) is not None  # the files are read by Tfidf


def test_memory_of_what_belongs_to_objects_that_are_gone_is_freed():
    table, block = Memo(), np.zeros(3)
    table.recall(("matrix", id(block)), lambda: np.zeros(10_000), anchors=(block,))
    del block
    gc.collect()
    table.recall("small", lambda: np.zeros(1))
    assert table._used == 8


def test_an_object_is_measured_without_a_copy():
    value = {"matrix": np.zeros(2**21)}
    tracemalloc.start()
    size = _size(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 2**24 <= size < 2**24 + 1000
    assert peak < 2**20
