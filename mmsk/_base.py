"""ItemDescriptor: the one base class of everything that turns an item into a vector.

Strategy: a descriptor of an item is a pure function of the item's content and the descriptor's parameters. A subclass
writes just that, ``_describe(item) -> 1-D array``; the forms of a column, reading, missing items, names, dtype,
parallelism, cache and errors are the same for all of them and live here and in `_engine.py`, once.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import starmap
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mmsk._engine import Column, describe_column, failure
from mmsk._isolate import run_isolated
from mmsk._items import Item, as_cells
from mmsk._params import BOOL, N_JOBS, PATH_OR_NONE, SHARE, VERBOSE, fit_context, one_of
from mmsk.cache import FeatureCache, resolve
from mmsk.errors import MediaError, judge

__all__ = ["ItemDescriptor"]

MAX_REPORT = 1000  # bad items that `report_` lists
PROBES = 20  # items that are tried when the length of a vector has to be found out


class ItemDescriptor(TransformerMixin, BaseEstimator):
    """Base class of the descriptors: a column of items in, a matrix with a row for each out.

    A subclass sets `_item_class` (what a cell is opened as), writes an ``__init__`` that stores its parameters and
    passes the shared ones on, `_parameter_constraints`, and `_describe`. It may name its features in `_feature_names`
    (otherwise they are numbered, and the first item is described in `fit` to count them), and refuse combinations of
    parameters in `_check_parameters`. A class of yours is not cached until it states its `_schema`, a number that you
    raise whenever the same parameters give another vector than before: nobody else can tell that its code has changed.

    Parameters
    ----------
    pool : {"mean", "max"}, default="mean"
        How the vectors of several items in one cell (a list) become one.
    on_error : {"raise", "missing"}, default="raise"
        What a bad item does: "raise" looks at all rows and then raises one `MediaBatchError` that lists every bad one;
        "missing" makes its row missing and lists it in `report_`.
    max_missing : float, default=0.1
        Share of bad rows above which on_error="missing" raises after all: a wrong folder should not pass for bad luck.
    limits : dict, default=None
        Limits of reading and decoding that differ from the defaults, as in ``{"max_pixels": 10**8, "root": "photos"}``.
    cache : FeatureCache, str, Path, bool or None, default=None
        Where vectors are kept: a folder = on disk, shared by processes; None = in the folder that the environment
        variable MMSK_CACHE names, else in this process's memory; False = nowhere.
    n_jobs : int, default=None
        Workers, through joblib and any of its backends.
    verbose : bool or int, default=False
        Whether to show a progress bar.
    isolate : bool, default=False
        Whether to decode and describe in worker processes (`n_jobs` of them, on this machine), one item at a time. An
        item that crashes its worker or takes more than 2 GiB of memory is then a bad item of kind "killed", and one
        that takes more than 30 s of kind "timeout"; all others are kept. Workers start anew for each `transform` that
        has something to describe, which takes a second or two. They are no sandbox.

    Attributes
    ----------
    names_ : list of str
        Names of the features.
    report_ : list of dict
        Row, ref, kind and detail of the bad items of the last `transform`, the first 1,000 of them.
    n_bad_ : int
        How many bad items the last `transform` met.
    """

    _item_class: ClassVar[type[Item]]
    _schema: ClassVar[int] = 1  # part of the cache key
    _libraries: ClassVar[tuple[str, ...]] = ("numpy",)  # distributions whose version may change a vector
    __single_column_transformer__ = True  # skrub then hands over one column at a time

    _shared_constraints: ClassVar[dict[str, Any]] = {
        "pool": one_of("mean", "max"),
        "on_error": one_of("raise", "missing"),
        "max_missing": SHARE,
        "limits": [dict, None],
        "cache": [FeatureCache, *PATH_OR_NONE, *BOOL],
        "n_jobs": N_JOBS,
        "verbose": VERBOSE,
        "isolate": BOOL,
    }
    _parameter_constraints: ClassVar[dict[str, Any]] = {**_shared_constraints}

    def __init__(
        self,
        *,
        pool: str = "mean",
        on_error: str = "raise",
        max_missing: float = 0.1,
        limits: Mapping[str, Any] | None = None,
        cache: FeatureCache | bool | None = None,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        isolate: bool = False,
    ) -> None:
        self.pool = pool
        self.on_error = on_error
        self.max_missing = max_missing
        self.limits = limits
        self.cache = cache
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.isolate = isolate

    # What a subclass writes ------------------------------------------------------------------------------------------

    def _describe(self, item: Any) -> np.ndarray:
        """Return the vector of one item: no I/O, no randomness, no state."""
        raise AssertionError(f"{type(self).__name__} has to define _describe(item)")

    def _feature_names(self) -> list[str] | None:
        """Return the names of the features, from the parameters alone; None where only an item can tell."""
        return None

    def _check_parameters(self) -> None:
        """Refuse parameters that do not go together; each alone has been checked."""

    # What scikit-learn calls -----------------------------------------------------------------------------------------

    @fit_context(prefer_skip_nested_validation=False)  # the members of a union are checked as well
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and name the features; nothing is learned from the items.

        Parameters
        ----------
        X : list, 1-D array, array of shape (n_rows, 1), Series, or frame of one column
            The items.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a column without rows, more than one column, or parameters that do not go together.
        """
        cells, _ = as_cells(X)
        if not len(cells):
            raise ValueError(f"{type(self).__name__} got a column with 0 rows (0 samples), at least 1 is required")
        self._fit_parts(cells)
        self.n_features_in_ = 1
        self._n_features_out = len(self.names_)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Describe each item.

        Parameters
        ----------
        X : list, 1-D array, array of shape (n_rows, 1), Series, or frame of one column
            The items.

        Returns
        -------
        ndarray of shape (n_rows, n_features), dtype=float32
            A row of nan for a missing item.

        Raises
        ------
        MediaBatchError
            For bad items under on_error="raise", or for too many of them under "missing".
        """
        check_is_fitted(self)
        cells, rows = as_cells(X)
        matrix, errors = describe_column(self._column(), cells, rows, self.n_jobs, self.verbose)
        self._judge(errors, len(cells))
        return matrix

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the features; `input_features` is ignored."""
        check_is_fitted(self)
        return np.asarray(self.names_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    # What DescriptorUnion has otherwise ------------------------------------------------------------------------------

    def _fit_parts(self, cells: np.ndarray) -> None:
        """Set `names_`."""
        self._check_parameters()
        self._item_class.merge_limits(self.limits)
        names = self._feature_names()
        self.names_ = self._numbered_names(self._probe(cells)) if names is None else names

    def _parts(self) -> Sequence[ItemDescriptor]:
        """Return the fitted descriptors whose vectors make a row."""
        return [self]

    # The rest --------------------------------------------------------------------------------------------------------

    def _column(self) -> Column:
        limits = self._item_class.merge_limits(self.limits)
        return Column(self._parts(), self._item_class, limits, self.pool, resolve(self.cache), self._isolated())

    def _isolated(self) -> bool:
        return bool(getattr(self, "isolate", False))  # a class of a user's may not have the parameter

    def _judge(self, errors: Sequence[MediaError], n_rows: int) -> None:
        """Report the bad items, and raise if there should be none or there are too many."""
        self.report_ = [error.as_dict() for error in errors[:MAX_REPORT]]
        self.n_bad_ = len(errors)
        judge(errors, n_rows, on_error=self.on_error, max_missing=self.max_missing)

    def _probe(self, cells: np.ndarray) -> int:
        """Return the length of the vector of the first item that can be described."""
        limits = self._item_class.merge_limits(self.limits)
        present = [reference for cell in cells for reference in self._item_class.references(cell)]
        describe, tasks = functools.partial(_width, self, limits), [(reference,) for reference in present[:PROBES]]
        widths = run_isolated(describe, tasks, 1) if self._isolated() else starmap(describe, tasks)
        for width in widths:
            if isinstance(width, int):
                return width
        tried = f"none of the first {PROBES} items" if present else "no item"
        raise ValueError(f"{type(self).__name__} cannot count its features: {tried} can be described; give names=")

    def _numbered_names(self, length: int) -> list[str]:
        return [f"{type(self).__name__.lower()}_{position}" for position in range(length)]

    def _cache_key(self) -> bytes | None:
        """Return what names this descriptor in a cache: class, schema, parameters, libraries; None = do not cache."""
        of_ours = type(self).__module__.startswith("mmsk.")
        if not of_ours and "_schema" not in vars(type(self)):
            return None
        params = self.get_params(deep=False)
        output = {name: value for name, value in params.items() if name not in self._shared_constraints}
        where = f"{type(self).__module__}.{type(self).__qualname__} {self._schema}"
        try:
            described = json.dumps([where, output, _versions(self._libraries)], sort_keys=True, default=_canonical)
        except Exception:  # a lambda, say: it cannot be told from another
            return None
        return hashlib.sha256(described.encode()).digest()


def _width(descriptor: ItemDescriptor, limits: Mapping[str, Any], reference: Any) -> int | MediaError:
    """Return the length of an item's vector, or what is wrong with the item."""
    try:
        return len(np.atleast_1d(descriptor._describe(descriptor._item_class.open(reference, limits))))
    except MediaError as error:
        return error
    except Exception as error:
        raise failure(error, reference) from error


def _canonical(value: Any) -> Any:
    """Return what stands for a parameter which JSON has no form for; its repr may be abbreviated, or an address."""
    return value.item() if isinstance(value, np.generic) else joblib.hash(value)


@functools.cache
def _versions(distributions: tuple[str, ...]) -> list[str]:
    found = []
    for name in distributions:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return found
