"""CategoryEncoder: a OneHotEncoder for columns as tables have them, whose missing cells are one category."""

from __future__ import annotations

from typing import Any, Self

import pandas as pd
from sklearn.preprocessing import OneHotEncoder

__all__ = ["CategoryEncoder"]


class CategoryEncoder(OneHotEncoder):
    """OneHotEncoder that takes None, nan and pd.NA for the same missing value.

    scikit-learn's own fails on the pd.NA of pandas' string and boolean columns, and makes two categories of None and
    nan. Parameters and attributes are those of :class:`sklearn.preprocessing.OneHotEncoder`.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk.pipeline import CategoryEncoder
    >>> frame = pd.DataFrame({"colour": pd.array(["red", None, "blue"], dtype="string")})
    >>> encoder = CategoryEncoder(handle_unknown="ignore").fit(frame)
    >>> list(encoder.get_feature_names_out())
    ['colour_blue', 'colour_red', 'colour_None']
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the categories of each column; see OneHotEncoder."""
        super().fit(_with_none(X), y)
        return self

    def transform(self, X: Any) -> Any:
        """Return a column for each category; see OneHotEncoder."""
        return super().transform(_with_none(X))


def _with_none(X: Any) -> Any:
    """Return a frame with None in its missing cells; anything else as it is."""
    if not isinstance(X, pd.DataFrame) or not X.isna().to_numpy().any():
        return X
    plain = X.astype(object)
    return plain.where(X.notna(), None)
