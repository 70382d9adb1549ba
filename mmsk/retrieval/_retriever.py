"""CrossModalRetriever: R(q, D) = {d : sim(q, d) > theta}, whatever modalities q and d are known by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._params import COUNT, POSITIVE, Interval, Real, StrOptions, fit_context
from mmsk.fusion import SharedSpace
from mmsk.fusion._blocks import FUSION, shown_modalities
from mmsk.retrieval._measures import measures
from mmsk.retrieval._ranking import best_rows, unit_rows
from mmsk.retrieval._words import best_words, only_words

__all__ = ["CrossModalRetriever"]


class CrossModalRetriever(BaseEstimator):
    """Find the rows of a table that belong to a text, a picture, a sound, or several of these.

    Rows are compared by the cosine of their coordinates in a `SharedSpace`, which is learned from a table in which
    modalities are seen together. What is indexed are the rows of that table, or of another one (see `index`).

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns; its branches are the modalities.
    theta : float, default=None
        Similarity that a result has to exceed, -1 to 1. None: no such limit.
    n_results : int, default=10
        Results a query, at most.
    n_components, regularization, kernel
        As in `SharedSpace`.

    Attributes
    ----------
    space_ : SharedSpace
        The fitted space.
    index_ : ndarray of shape (n_rows,)
        The labels of the rows that are indexed.
    indexed_ : list of str
        The modalities that these rows are known by.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import fusion_transformer
    >>> from mmsk.retrieval import CrossModalRetriever
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["red fox", "grey goose"] * 3, "weight": [6.0, 3.0, 6.5, 3.2, 5.8, None]})
    >>> fusion = fusion_transformer([("text", Tfidf(), "title"), ("number", "passthrough", "weight")])
    >>> retriever = CrossModalRetriever(fusion, n_results=1).fit(X)
    >>> retriever.query(pd.DataFrame({"title": ["a goose"]}), target="number").drop(columns="score")
       query  rank  row
    0      0     1    1
    >>> retriever.annotate(pd.DataFrame({"weight": [6.1]}), "text", n_words=2)["word"].tolist()
    ['fox', 'red']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "fusion": FUSION,
        "theta": [Interval(Real, -1, 1, closed="both"), None],
        "n_results": COUNT,
        "n_components": COUNT,
        "regularization": POSITIVE,
        "kernel": [StrOptions({"auto", "linear", "rbf"}), dict],
    }

    def __init__(
        self,
        fusion: ColumnTransformer,
        *,
        theta: float | None = None,
        n_results: int = 10,
        n_components: int = 200,
        regularization: float = 1.0,
        kernel: str | Mapping[str, str] = "auto",
    ) -> None:
        self.fusion = fusion
        self.theta = theta
        self.n_results = n_results
        self.n_components = n_components
        self.regularization = regularization
        self.kernel = kernel

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn the shared space, and index the rows.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,), default=None
            Given to the branches, which may be supervised.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            For an X that is no DataFrame.
        ValueError
            See `SharedSpace`.
        """
        refuse_array(X)
        space = SharedSpace(self.fusion, self.n_components, regularization=self.regularization, kernel=self.kernel)
        self.space_ = space.fit(X, y)
        self.n_features_in_ = X.shape[1]
        return self.index(X)

    def index(self, X: pd.DataFrame) -> Self:
        """Index rows in place of those indexed before; the space stays as it is.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            With the columns of one modality at least.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            For an X that is no DataFrame.
        ValueError
            For a frame with the columns of no modality.
        """
        names = self._modalities_of(X)
        self.indexed_ = names
        self.index_ = X.index.to_numpy()
        self._units = {name: self._unit(X, [name]) for name in names}
        self._whole = self._unit(X, names)
        return self

    def query(
        self, X: pd.DataFrame, *, target: str | None = None, source: str | Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the indexed rows that are most similar to each row of a frame.

        Parameters
        ----------
        X : DataFrame of shape (n_queries, n_columns)
            With the columns of one modality at least; in each row, what is present is used.
        target : str, default=None
            What indexed rows are known by: ``source="text", target="image"`` finds pictures for a text, whatever is
            written about the pictures. Rows that lack it are no results. None: all that is present.
        source : str or sequence of str, default=None
            What queries are known by. None: all modalities whose columns the frame has.

        Returns
        -------
        DataFrame
            A line for each result: ``query`` (label of the query's row), ``rank`` (from 1), ``row`` (label of the
            indexed row), ``score`` (cosine similarity). None for a query with nothing present.

        Raises
        ------
        TypeError
            For an X that is no DataFrame.
        ValueError
            For modalities that are not in the space, or not in the frame or the index.
        """
        queries = self._unit(X, self._sources(X, source))
        if not (target is None or target in self._units):
            raise ValueError(f"the index has no modality {target!r}; there are {self.indexed_}")
        units = self._whole if target is None else self._units[target]
        query, rank, row, score = best_rows(queries, units, self.n_results, self.theta)
        return pd.DataFrame({"query": X.index[query], "rank": rank, "row": self.index_[row], "score": score})

    def evaluate(
        self,
        X: pd.DataFrame,
        y: Any = None,
        *,
        source: str | None = None,
        target: str | None = None,
        k: int = 10,
    ) -> pd.DataFrame:
        """Measure how well the two sides of the same rows find each other, among the rows of a frame.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            Rows that the space was not learned from. The index is left alone.
        y : array-like of shape (n_rows,), default=None
            Labels, for the mean average precision.
        source, target : str, default=None
            Modalities. None: each that the frame has.
        k : int, default=10
            Results that are looked at.

        Returns
        -------
        DataFrame with a row for each (source, target)
            ``n`` rows have both. ``recall``: the share of them whose other side is among the first `k` results;
            ``chance``: k / n; ``times_chance``: their ratio; ``mrr``: mean of 1 / rank; ``median_rank``. With labels
            ``map``: mean average precision where all rows of the same label are right, and ``map_chance``, that of rows
            in a random order. Of equally similar rows each order counts alike (but the median is that of mean ranks).

        Raises
        ------
        TypeError
            For an X that is no DataFrame.
        ValueError
            For modalities that are not in the space or not in the frame, for two that no row has both of, and k < 1.
        """
        if k < 1:
            raise ValueError(f"k has to be at least 1, got {k}")
        names = self._modalities_of(X)
        pairs = [(a, b) for a, b in permutations(names, 2) if source in (None, a) and target in (None, b)]
        if not pairs:
            raise ValueError(f"no pair of source={source!r} and target={target!r}; the frame has {names}")
        labels = None if y is None else np.asarray(y)
        check_consistent_length(X, labels)
        units = {name: self._unit(X, [name]) for name in names}
        if apart := [pair for pair in pairs if not (units[pair[0]].any(axis=1) & units[pair[1]].any(axis=1)).any()]:
            raise ValueError("no row has both {} and {}; choose source and target".format(*apart[0]))
        found = [measures(units[a], units[b], labels, k) for a, b in pairs]
        return pd.DataFrame(found, index=pd.MultiIndex.from_tuples(pairs, names=["source", "target"]))

    def score(self, X: pd.DataFrame, y: Any = None) -> float:
        """Return the mean reciprocal rank of the right row, the mean over all pairs of modalities; see `evaluate`."""
        return float(self.evaluate(X)["mrr"].mean())

    def annotate(
        self,
        X: pd.DataFrame,
        modality: str | None = None,
        *,
        source: str | Sequence[str] | None = None,
        n_words: int = 5,
    ) -> pd.DataFrame:
        """Return the words that rows make one expect.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
            Of pictures, say.
        modality : str, default=None
            The branch whose words are meant: of a `Tfidf`, or of a vectorizer of scikit-learn. None: the only one.
        source : str or sequence of str, default=None
            What rows are known by. None: all modalities whose columns the frame has, but this one.
        n_words : int, default=5
            Words a row.

        Returns
        -------
        DataFrame
            A line for each word: ``row`` (label), ``rank`` (from 1), ``word``, ``weight`` (the one that is expected in
            the text's block, see `SharedSpace.inverse_transform`). None for a row with nothing present.

        Raises
        ------
        TypeError
            For an X that is no DataFrame.
        ValueError
            For a modality without words, where there are several with words and none is named, and as in `query`.
        """
        names = self._modalities_of(X)
        modality = only_words(self.space_) if modality is None else modality
        sources = self._sources(X, [name for name in names if name != modality] if source is None else source)
        coordinates = self.space_.project(X, sources)
        row, rank, word, weight = best_words(self.space_, coordinates, modality, n_words)
        return pd.DataFrame({"row": X.index[row], "rank": rank, "word": word, "weight": weight})

    def _unit(self, X: pd.DataFrame, modalities: Sequence[str]) -> np.ndarray:
        """Return the directions of rows in the shared space, from some modalities; 0 where none of them is present."""
        return unit_rows(self.space_.project(X, modalities))

    def _sources(self, X: pd.DataFrame, source: str | Sequence[str] | None) -> Sequence[str]:
        """Return the modalities that queries are known by."""
        shown = self._modalities_of(X)
        sources = shown if source is None else [source] if isinstance(source, str) else source
        if not sources or set(sources) - set(shown):
            raise ValueError(f"source has to be among {shown}, which the frame has; got {list(sources)}")
        return sources

    def _modalities_of(self, X: pd.DataFrame) -> list[str]:
        """Return the modalities whose columns a frame has, or say that it has none."""
        check_is_fitted(self)
        refuse_array(X)
        return shown_modalities(self.space_.branches_, X)


def refuse_array(X: Any) -> None:
    """Raise a TypeError for anything but a DataFrame: only by the names of its columns is it known what a cell is."""
    if not isinstance(X, pd.DataFrame):
        advice = "one text is pd.DataFrame({'caption': [text]})"
        raise TypeError(f"a DataFrame is needed, got {type(X).__name__}; {advice}")
