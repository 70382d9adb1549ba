"""CategoryEncoder: a OneHotEncoder for columns as tables have them, whose missing cells are one category."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder

__all__ = ["CategoryEncoder"]

LEAST = 2  # present values from which on it is strange that none is known


class CategoryEncoder(OneHotEncoder):
    """OneHotEncoder that takes None, nan and pd.NA for the same missing value.

    scikit-learn's own fails on the pd.NA of pandas' string and boolean columns, and makes two categories of None and
    nan. And where unknown values are not refused, it warns of a column in which all are: numbers in `fit` and strings
    that spell them in `transform` have nothing in common. Parameters and attributes are those of
    :class:`sklearn.preprocessing.OneHotEncoder`.

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
        """Return a column for each category; see OneHotEncoder.

        Warns
        -----
        UserWarning
            For columns of which two values or more are present and none was seen in `fit`, unless unknown values are
            refused anyway.
        """
        made = super().transform(_with_none(X))
        if self.handle_unknown != "error":
            self._warn_of_strangers(X)
        return made

    def _warn_of_strangers(self, X: Any) -> None:
        """Warn, once for all columns, where not a single value is known."""
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X, dtype=object))
        names = getattr(self, "feature_names_in_", range(self.n_features_in_))
        strange = []
        for position, (name, known) in enumerate(zip(names, self.categories_, strict=True)):
            present = frame.iloc[:, position].dropna()
            if len(present) < LEAST:  # a row by itself costs no more than this
                continue
            values, seen = present.unique().tolist(), [one for one in known.tolist() if not pd.isna(one)]
            if seen and set(values).isdisjoint(seen):
                strange.append(
                    f"none of the values of column {name!r} was seen in fit: {_told(values)} here, {_told(seen)} there"
                )
        if strange:
            said = "; ".join(strange)
            warnings.warn(f"{said}; they count as unknown: give the types of fit", UserWarning, stacklevel=4)


def _told(values: Iterable[Any]) -> str:
    """Return the types of values, each with an example.

    >>> _told(["1", "2"])
    "str (as '1')"
    """
    examples: dict[str, Any] = {}
    for value in values:
        examples.setdefault(type(value).__name__, value)
    return " and ".join(f"{kind} (as {reprlib.repr(value)})" for kind, value in examples.items())


def _with_none(X: Any) -> Any:
    """Return a frame with None in its missing cells; anything else as it is."""
    if not isinstance(X, pd.DataFrame) or not X.isna().to_numpy().any():
        return X
    plain = X.astype(object)
    return plain.where(X.notna(), None)
