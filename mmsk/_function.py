"""FunctionDescriptor: a user's own function, or a pretrained embedding, as a descriptor like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import joblib
import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._items import Item
from mmsk._params import CALLABLE, STR_OR_NONE, InvalidParameterError, one_of
from mmsk.cache import FeatureCache

__all__ = ["FunctionDescriptor"]


class FunctionDescriptor(ItemDescriptor):
    """Describe each item by a function of yours.

    Parameters
    ----------
    func : callable
        Takes what the kind says and returns a 1-D array, of the same length for each item, or a number. To be saved
        and sent to workers it has to be importable: a function of a module, or an instance of a class of one; no
        lambda.
    kind : {"image", "audio", "text"}
        What `func` is given: "image" = a uint8 array of shape (height, width, 3), upright, alpha composited on white;
        "audio" = a float32 array of shape (n_samples,) in [-1, 1] and its sampling rate in Hz, as two arguments;
        "text" = a str.
    names : list of str, default=None
        Unique names of the features. None: they are counted by describing the first item in `fit`.
    version : str, default=None
        Names what the function does now; change it whenever the code changes. Vectors are cached under it, the
        function's name and its state (the arguments of a partial, the attributes of an instance). None: they are not
        cached, since nobody can tell whether two functions of the same name compute the same; a lambda never is.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Raises
    ------
    MmskError
        In `transform`, when the function fails or changes the length of its answer: row, item and the function's own
        error are named, and this is never taken for a missing item.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk import FunctionDescriptor
    >>> red = np.zeros((4, 4, 3), dtype=np.uint8)
    >>> red[..., 0] = 255
    >>> FunctionDescriptor(np.mean, kind="image", names=["brightness"]).fit_transform([red])
    array([[85.]], dtype=float32)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "func": CALLABLE,
        "kind": one_of("image", "audio", "text"),
        "names": [list, None],
        "version": STR_OR_NONE,
    }

    def __init__(
        self,
        func: Callable[..., Any],
        kind: str,
        *,
        names: Sequence[str] | None = None,
        version: str | None = None,
        pool: str = "mean",
        on_error: str = "raise",
        max_missing: float = 0.1,
        limits: Mapping[str, Any] | None = None,
        cache: FeatureCache | bool | None = None,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        isolate: bool = False,
    ) -> None:
        super().__init__(
            pool=pool,
            on_error=on_error,
            max_missing=max_missing,
            limits=limits,
            cache=cache,
            n_jobs=n_jobs,
            verbose=verbose,
            isolate=isolate,
        )
        self.func = func
        self.kind = kind
        self.names = names
        self.version = version

    @property
    def _item_class(self) -> type[Item]:  # type: ignore[override]  # chosen by a parameter, not by the class
        return Item.of_kind(self.kind)

    def _check_parameters(self) -> None:
        names = self.names
        fine = names is None or (
            names and all(isinstance(name, str) for name in names) and len(names) == len(set(names))
        )
        if not fine:
            raise InvalidParameterError(f"names must be unique strings, at least one, got {names!r}")

    def _describe(self, item: Any) -> np.ndarray:
        return np.atleast_1d(self.func(*item.plain()))

    def _feature_names(self) -> list[str] | None:
        return None if self.names is None else list(self.names)

    def _numbered_names(self, length: int) -> list[str]:
        return [f"{self._func_name()}_{position}" for position in range(length)]

    def _func_name(self) -> str:
        return getattr(self.func, "__name__", type(self.func).__name__).strip("<>")

    def _cache_key(self) -> bytes | None:
        if self.version is None:
            return None
        try:
            named = joblib.hash(self.func)  # with its state: two partials of one function are two functions
        except Exception:  # a lambda, say: it cannot be told from another
            return None
        return hashlib.sha256(f"{named} {self.kind} {self.version}".encode()).digest()
