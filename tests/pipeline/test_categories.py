"""Categories as tables have them: missing cells of every kind are one category."""

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
