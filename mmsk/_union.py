"""DescriptorUnion: several descriptors of one column, each item opened and decoded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone

from mmsk._base import ItemDescriptor
from mmsk._params import BaseComposition
from mmsk.cache import FeatureCache

__all__ = ["DescriptorUnion", "name_descriptors"]


class DescriptorUnion(ItemDescriptor, BaseComposition):
    """Several descriptors of one column side by side; each item is decoded once, and so is its spectrogram.

    What a plain FeatureUnion computes as well, at the price of a decode for each member. Parameters of the members are
    reached by their names, as in ``union.set_params(hog__orientations=6)``. The members' own `pool`, `on_error`,
    `max_missing`, `limits`, `cache`, `n_jobs`, `verbose` and `isolate` are not used: the union's are.

    Parameters
    ----------
    descriptors : list of (str, ItemDescriptor)
        Names and descriptors, all of the same kind of item.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Attributes
    ----------
    descriptors_ : list of (str, ItemDescriptor)
        The fitted clones.

    Raises
    ------
    ValueError
        In `fit`, for an empty list, for members of different kinds, and for a member that is no ItemDescriptor (a
        Pipeline, say, which belongs into a FeatureUnion).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk import DescriptorUnion
    >>> from mmsk.image import HOG, ColorHistogram
    >>> pictures = [np.zeros((80, 80, 3), dtype=np.uint8)]
    >>> union = DescriptorUnion([("hog", HOG()), ("color", ColorHistogram())])
    >>> union.fit_transform(pictures).shape[1] == 1764 + len(ColorHistogram().fit(pictures).names_)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {**ItemDescriptor._shared_constraints, "descriptors": [list]}

    def __init__(
        self,
        descriptors: Sequence[tuple[str, ItemDescriptor]],
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
        self.descriptors = descriptors

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, the members' own under ``name__parameter`` if `deep`."""
        params: dict[str, Any] = self._get_params("descriptors", deep=deep)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the union, of a member (``name__parameter``), or a member itself (``name``)."""
        self._set_params("descriptors", **params)
        return self

    @property
    def _item_class(self) -> type:  # type: ignore[override]  # the members know, the class does not
        return self.descriptors[0][1]._item_class

    def _fit_parts(self, cells: np.ndarray) -> None:
        self._check_parameters()
        self.descriptors_ = [(name, clone(descriptor)) for name, descriptor in self.descriptors]
        for _, descriptor in self.descriptors_:
            shared = {"limits": self.limits, "isolate": self.isolate}
            known = descriptor.get_params(deep=False)
            descriptor.set_params(**{name: value for name, value in shared.items() if name in known}).fit(cells)
        self.names_ = self._joined_names()

    def _parts(self) -> list[ItemDescriptor]:
        return [descriptor for _, descriptor in self.descriptors_]

    def _check_parameters(self) -> None:
        if not self.descriptors:
            raise ValueError("DescriptorUnion needs at least one descriptor")
        if not all(isinstance(member, tuple) and len(member) == 2 for member in self.descriptors):
            raise ValueError("DescriptorUnion takes (name, descriptor) pairs, as in [('hog', HOG()), ('lbp', LBP())]")
        self._validate_names([name for name, _ in self.descriptors])
        for name, descriptor in self.descriptors:
            if not isinstance(descriptor, ItemDescriptor) or isinstance(descriptor, DescriptorUnion):
                what = type(descriptor).__name__
                raise ValueError(f"{name!r} is a {what}; a DescriptorUnion takes descriptors, a FeatureUnion the rest")
        kinds = {descriptor._item_class.kind: name for name, descriptor in self.descriptors}
        if len(kinds) > 1:
            found = ", ".join(f"{name!r}: {kind}" for kind, name in kinds.items())
            raise ValueError(f"the members of a DescriptorUnion describe one kind of item, got {found}")

    def _joined_names(self) -> list[str]:
        """Return the members' names, with the member's own before them where two share a class or a feature's name."""
        classes = Counter(type(descriptor) for descriptor in self._parts())
        features = Counter(feature for descriptor in self._parts() for feature in descriptor.names_)
        joined = []
        for name, descriptor in self.descriptors_:
            shared = classes[type(descriptor)] > 1 or any(features[feature] > 1 for feature in descriptor.names_)
            joined += [f"{name}__{feature}" if shared else feature for feature in descriptor.names_]
        return joined


def name_descriptors(descriptors: Sequence[Any]) -> list[tuple[str, Any]]:
    """Name descriptors as scikit-learn's `make_union` does: by class, numbered where a class comes twice.

    >>> from mmsk.image import HOG, LBP
    >>> [name for name, _ in name_descriptors([HOG(), LBP(), HOG()])]
    ['hog-1', 'lbp', 'hog-2']
    """
    if all(isinstance(one, tuple) for one in descriptors):
        return list(descriptors)
    names = [type(descriptor).__name__.lower() for descriptor in descriptors]
    total, seen = Counter(names), Counter[str]()
    named = []
    for name, descriptor in zip(names, descriptors, strict=True):
        seen[name] += 1
        named.append((f"{name}-{seen[name]}" if total[name] > 1 else name, descriptor))
    return named
