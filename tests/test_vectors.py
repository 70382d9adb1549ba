"""Columns whose cells are vectors: stacked, missing where they are missing, refused where they are something else."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mmsk import (
    KernelFusionClassifier,
    LateFusionClassifier,
    PresentRows,
    Vectors,
    fusion_pipeline,
    fusion_transformer,
    infer_branches,
    infer_kinds,
    load,
    save,
)
from mmsk.fusion import modality_models
from mmsk.text import Tfidf

RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(40, 6))
LABELS = np.where(MATRIX[:, 0] + MATRIX[:, 1] > 0, "yes", "no")
FRAME = pd.DataFrame({"embedding": list(MATRIX), "note": ["a word", "another one", "third"] * 13 + ["last"]})
HOLES = FRAME.assign(embedding=[None if row % 10 == 3 else cell for row, cell in enumerate(FRAME["embedding"])])


@pytest.mark.parametrize("form", [list, tuple, np.asarray, lambda vector: np.asarray(vector, dtype=np.float32)])
def test_vectors_become_rows(form):
    column = pd.Series([form(vector) for vector in MATRIX.tolist()])
    found = Vectors().fit_transform(column)
    assert found.dtype == (np.float32 if getattr(column[0], "dtype", None) == np.float32 else np.float64)
    np.testing.assert_allclose(found, MATRIX, rtol=1e-6)
    np.testing.assert_array_equal(found, Vectors().fit(list(column)).transform(list(column)))


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, []], ids=repr)
def test_a_missing_vector_is_a_row_of_nan(gap):
    found = Vectors().fit_transform(pd.Series([gap, [1, 2], [3, None]], dtype=object))
    np.testing.assert_array_equal(found, [[np.nan, np.nan], [1, 2], [3, np.nan]])
    assert np.isnan(Vectors().fit([[1.0, 2.0]]).transform([gap])).all()


@pytest.mark.parametrize(
    "cell",
    [
        [1.0],
        [1.0, 2.0, 3.0],
        "1, 2",
        [[1.0, 2.0], [3.0, 4.0]],
        np.ones((2, 2)),
        ["a", "b"],
        [1.0, np.inf],
        3,
        [[1], [2, 3]],
    ],
)
def test_what_is_no_vector_is_named_by_its_row(cell):
    column = pd.Series([[1.0, 2.0], cell], index=["good", "bad"], dtype=object)
    with pytest.raises(ValueError, match=r"(?s)1 cells are no vectors of 2 finite numbers:.*row bad"):
        Vectors().fit(column)
    with pytest.raises(ValueError, match="row bad"):
        Vectors().fit([[1.0, 2.0]]).transform(column)


def test_the_length_is_that_of_most_vectors():
    with pytest.raises(ValueError, match=r"1 cells are no vectors of 2 finite numbers:\s+row 0"):
        Vectors().fit([[1.0, 2.0, 3.0], [1.0, 2.0], [3.0, 4.0]])


def test_lists_of_several_lengths_are_left_out():
    kinds = infer_kinds(pd.DataFrame({"tokens": [[1, 2], [3, 4, 5], [6, 7]]}))
    assert kinds.loc["tokens", "kind"] == "left out"
    assert "2 to 3 numbers" in kinds.loc["tokens", "why"]


def test_a_column_without_a_vector_is_refused():
    with pytest.raises(ValueError, match=r"no cell of the column holds a vector.*row 1: text"):
        Vectors().fit(pd.Series([None, "text"]))
    with pytest.raises(ValueError, match="0 rows"):
        Vectors().fit(pd.Series([], dtype=object))


def test_of_a_column_whose_cells_are_all_missing_nothing_is_learned():
    vectors = Vectors()
    with pytest.warns(UserWarning, match="all 2 cells are missing"):
        assert np.isnan(vectors.fit_transform(pd.Series([None, None]))).tolist() == [[True]] * 2
    assert np.isnan(vectors.transform(pd.Series([[1.0, 2.0], None]))).tolist() == [[True]] * 2
    assert vectors.get_feature_names_out().tolist() == ["0"]


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_of_one_row_or_column_are_vectors(shape, dtype):
    cells = [vector.reshape(shape).astype(dtype) for vector in MATRIX]
    frame = pd.DataFrame({"embedding": cells})
    assert infer_kinds(frame).loc["embedding", "kind"] == "vector"
    assert "6 numbers" in infer_kinds(frame).loc["embedding", "why"]
    found = Vectors().fit_transform(frame["embedding"])
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, MATRIX.astype(dtype))


def test_a_list_that_holds_one_vector_is_that_vector():
    cells = [[vector.tolist()] for vector in MATRIX[:20]] + [[vector] for vector in MATRIX[20:]]
    frame = pd.DataFrame({"embedding": cells})
    assert infer_kinds(frame).loc["embedding", "kind"] == "vector"
    np.testing.assert_array_equal(Vectors().fit_transform(frame["embedding"]), MATRIX)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (np.zeros((2, 9)), "image"),
        (np.zeros((9, 2), dtype=np.uint8), "image"),
        (np.zeros((1, 9), dtype=np.uint8), "vector"),
        (np.zeros((1, 1)), "left out"),
        (np.zeros((1, 9), dtype=object), "left out"),
    ],
)
def test_only_arrays_of_several_rows_are_pictures(cell, kind):
    assert infer_kinds(pd.DataFrame({"cells": [cell] * 3})).loc["cells", "kind"] == kind


def test_vectors_are_inferred_and_fused_like_columns_of_numbers():
    assert infer_kinds(HOLES)["kind"].to_dict() == {"embedding": "vector", "note": "category"}
    branches = infer_branches(HOLES, show=None)
    assert [(name, column) for name, _, column in branches] == [("category", ["note"]), ("vector", "embedding")]
    spread = HOLES.drop(columns="embedding").join(
        pd.DataFrame(MATRIX, columns=[f"e{i}" for i in range(6)]).where(HOLES["embedding"].notna(), np.nan)
    )
    numbers = [branches[0], ("vector", "passthrough", [f"e{i}" for i in range(6)])]
    for make in (fusion_pipeline, lambda given: KernelFusionClassifier(fusion_transformer(given))):
        found = make(branches).fit(HOLES, LABELS).decision_function(HOLES)
        np.testing.assert_allclose(found, make(numbers).fit(spread, LABELS).decision_function(spread))


def test_vectors_in_late_fusion_behind_a_pca_and_in_a_file(tmp_path):
    reduced = make_pipeline(Vectors(), PresentRows(PCA(3)))
    fusion = fusion_transformer([("vector", reduced, "embedding"), ("text", Tfidf(), "note")])
    model = LateFusionClassifier(modality_models(fusion, LogisticRegression()), combine="mean").fit(HOLES, LABELS)
    save(model, tmp_path / "model.mmsk")
    np.testing.assert_array_equal(load(tmp_path / "model.mmsk").predict_proba(HOLES), model.predict_proba(HOLES))


@pytest.mark.parametrize(
    "write",
    [
        lambda vector: str(vector.tolist()),
        lambda vector: str(list(vector)),  # "[np.float64(0.1), ...]"
        lambda vector: np.array2string(vector, precision=20, max_line_width=20),  # spaces and line breaks
        lambda vector: str([vector.tolist()]),
        lambda vector: np.array2string(vector[None], precision=20, separator=","),
    ],
)
@pytest.mark.parametrize("dtype", [object, "str"])
def test_vectors_as_a_csv_file_has_them(write, dtype):
    frame = pd.DataFrame({"embedding": pd.Series([None, *map(write, MATRIX)], dtype=dtype)})
    kinds = infer_kinds(frame)
    assert kinds.loc["embedding"].tolist() == ["vector", "100% of the present cells are 6 numbers, 2% missing"]
    np.testing.assert_array_equal(Vectors().fit_transform(frame), [[np.nan] * 6, *MATRIX])
    np.testing.assert_array_equal(Vectors().fit(list(MATRIX)).transform(frame["embedding"])[1:], MATRIX)


@pytest.mark.parametrize(
    "cell",
    [
        *("[1]", "[]", "[1, nan]", "[1, null]", "[1, 1e999]", "[1 2, 3]", "[1,,2]", "[1_0, 2]", "[0x1, 2]", "[1, 2"),
        *("[1, 2]]", "[1, 2], [3, 4]", "[[1, 2], [3, 4]]", "[1, 2] [sic]", "[٣, ٤]", "[np.float64(1), exit(2)]"),
        *("[...]", "[a ... b]", "[e, e]", "[-, +]", "[" * 100_000, "[" + " " * 100_000),
    ],
    ids=lambda cell: cell[:20],
)
def test_text_in_brackets_is_no_vector(cell):
    assert infer_kinds(pd.DataFrame({"words": [cell, cell + "!"]})).loc["words", "kind"] == "text"
    with pytest.raises(ValueError, match=r"1 cells are no vectors of 2 finite numbers:\s+row 1: \["):
        Vectors().fit(["[1, 2]", cell])


@pytest.mark.parametrize("separator", [" ", ", "])
def test_a_vector_that_numpy_cut_short_is_refused_by_name(separator):
    cells = [np.array2string(np.full(2000, number), separator=separator) for number in (0.1, 0.2)]
    assert "..." in cells[0]
    kinds = infer_kinds(pd.DataFrame({"embedding": cells}))
    assert kinds.loc["embedding", "kind"] == "left out"
    assert "cut short" in kinds.loc["embedding", "why"]
    with pytest.warns(UserWarning, match=r"column 'embedding' is left out: .* cut short.*; write vector.tolist\(\)"):
        infer_branches(pd.DataFrame({"embedding": cells, "price": [1.5, 2.5]}), show=None)
    with pytest.raises(ValueError, match=r"no cell of the column holds a vector.*row 0: .* is cut short: '...'"):
        Vectors().fit(cells)
    with pytest.raises(ValueError, match=r"1 cells are no vectors of 2 .*\s+row 1: .* is cut short: '...'"):
        Vectors().fit(["[1, 2]", cells[0]])


def test_strings_of_several_lengths_are_left_out():
    assert infer_kinds(pd.DataFrame({"tokens": ["[1, 2]", "[3, 4, 5]"]})).loc["tokens", "kind"] == "left out"


def test_a_list_of_numpys_whole_numbers_is_read():
    np.testing.assert_array_equal(Vectors().fit_transform([str(list(np.arange(3)))]), [[0, 1, 2]])
