"""A column of texts, some of them missing, that the promises of Tfidf are tested on."""

import numpy as np
import pandas as pd
from scipy import sparse

TEXTS = ["a black cat", "a white cat", None, "the black dog", "the white dog", "我爱猫", "", "déjà vu"] * 3
FRAME = pd.DataFrame({"caption": TEXTS, "number": np.arange(24.0)}, index=[f"row{row}" for row in range(24)])
Y = np.arange(24) % 8 < 4


def same(first, second):
    """Assert that two matrices are equal to the last bit."""
    first, second = (one.toarray() if sparse.issparse(one) else np.asarray(one) for one in (first, second))
    np.testing.assert_array_equal(first, second)
