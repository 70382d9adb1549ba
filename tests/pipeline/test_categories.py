"""Categories as tables have them: missing cells of every kind are one category."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder

from mmsk import fusion_pipeline, infer_branches
from mmsk.pipeline import CategoryEncoder

COLOURS = ["red", "blue", "red", "green"] * 5
WITH_GAPS = [None if row % 4 == 1 else colour for row, colour in enumerate(COLOURS)]


def test_without_gaps_it_is_scikit_learns():
    frame = pd.DataFrame({"colour": COLOURS, "size": [1, 2] * 10})
    ours, theirs = CategoryEncoder(handle_unknown="ignore"), OneHotEncoder(handle_unknown="ignore")
    np.testing.assert_array_equal(ours.fit_transform(frame).toarray(), theirs.fit_transform(frame).toarray())
    np.testing.assert_array_equal(ours.transform(frame[::-1]).toarray(), theirs.transform(frame[::-1]).toarray())
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())
    cells = np.array(COLOURS, dtype=object)[:, None]
    np.testing.assert_array_equal(
        CategoryEncoder().fit_transform(cells).toarray(), OneHotEncoder().fit_transform(cells).toarray()
    )


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_missing_cells_are_one_category(dtype):
    frame = pd.DataFrame({"colour": pd.Series(WITH_GAPS, dtype=dtype)})
    encoder = CategoryEncoder().fit(frame)
    assert list(encoder.get_feature_names_out()) == ["colour_green", "colour_red", "colour_None"]
    gaps = pd.DataFrame({"colour": pd.Series([None, np.nan, pd.NA], dtype=object)})
    np.testing.assert_array_equal(encoder.transform(gaps).toarray(), [[0, 0, 1]] * 3)


def test_truth_values_with_gaps():
    frame = pd.DataFrame({"sold": pd.array([True, None, False], dtype="boolean")})
    np.testing.assert_array_equal(CategoryEncoder().fit_transform(frame).toarray(), [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


def test_a_converted_table_is_inferred_and_fitted():
    frame = pd.DataFrame({"colour": WITH_GAPS, "price": [None, *range(19)], "sold": [True, None] * 10}).convert_dtypes()
    labels = ["yes" if colour == "red" else "no" for colour in COLOURS]
    model = fusion_pipeline(infer_branches(frame, show=None)).fit(frame, labels)
    assert model.score(frame, labels) > 0.9


SEEN = pd.DataFrame({"size": [1, 2, 2, 1], "sold": [True, False, True, False], "colour": ["red", "blue", "red", None]})


@pytest.mark.parametrize("unknown", ["ignore", "infrequent_if_exist"])
def test_columns_of_which_no_value_is_known_are_told_with_their_types(unknown):
    encoder = CategoryEncoder(handle_unknown=unknown, sparse_output=False).fit(SEEN)
    strange = SEEN.assign(size=["1", "2", None, "1"], sold=["True", "False", "True", None])
    with pytest.warns(UserWarning, match="they count as unknown") as caught:
        made = encoder.transform(strange)
    assert len(caught) == 1
    said = str(caught[0].message)
    assert "none of the values of column 'size' was seen in fit: str (as '1') here, int (as 1) there;" in said
    assert "none of the values of column 'sold' was seen in fit: str (as 'True') here, bool (as False) there;" in said
    assert "colour" not in said
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(made[:, :4], 0)


def test_columns_of_an_array_are_told_by_position():
    encoder = CategoryEncoder(handle_unknown="ignore").fit(np.array([[1, 5], [2, 6]]))
    with pytest.warns(UserWarning, match=r"column 1 was seen in fit: str \(as '5'\) here, int \(as 5\) there"):
        encoder.transform(np.array([[1, "5"], [7, "6"]], dtype=object))


@pytest.mark.parametrize(
    "cells",
    [[1, 9, 9, 9], [9, None, None, None], [None] * 4, [1.0, 9.0, None, None], pd.Categorical([2, 8, 8, 8])],
    ids=str,
)
def test_a_single_stranger_and_a_column_with_a_known_value_pass(cells):
    encoder = CategoryEncoder(handle_unknown="ignore").fit(SEEN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoder.transform(SEEN.assign(size=cells))


def test_unknown_values_that_are_refused_are_not_told_twice():
    encoder = CategoryEncoder().fit(SEEN[["size"]])
    with pytest.raises(ValueError, match="unknown categories"):
        encoder.transform(pd.DataFrame({"size": ["1", "2"]}))
