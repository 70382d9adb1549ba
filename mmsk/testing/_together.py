"""A descriptor among scikit-learn's own: frames, pipelines, unions, searches, routing of metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.tree import DecisionTreeClassifier

from mmsk._base import ItemDescriptor
from mmsk._union import DescriptorUnion
from mmsk.testing._expect import demand, demand_same_bits, series, vectors


def check_pandas_output(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """With set_output(transform="pandas") a frame comes out, with the index that went in and the features' names."""
    frame = series(items).to_frame()
    copy = clone(descriptor).set_output(transform="pandas").fit(frame)
    found, names = copy.transform(frame), list(copy.get_feature_names_out())
    demand(descriptor, hasattr(found, "columns"), "set_output(transform='pandas') makes frames", type(found))
    demand(descriptor, list(found.index) == list(frame.index), "a frame keeps the index", list(found.index))
    demand(descriptor, list(found.columns) == names, "the columns of a frame are the features", list(found.columns))
    expected = vectors(descriptor, items)
    demand_same_bits(descriptor, found.to_numpy(), expected, "a frame holds the same vectors")
    for cells in (frame["item"], list(items)):
        wanted = "lists and Series become frames as well"
        demand_same_bits(descriptor, copy.transform(cells).to_numpy(), expected, wanted)


def check_column_transformer(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """In a ColumnTransformer, "photo" and ["photo"] mean the same column."""
    frame = series(items, "photo").to_frame().assign(number=range(len(items)))
    expected = np.hstack([vectors(descriptor, items), np.arange(len(items))[:, None]])
    for column in ("photo", ["photo"]):
        columns = [("item", clone(descriptor), column), ("rest", "passthrough", ["number"])]
        transformer = ColumnTransformer(columns)
        found = transformer.fit_transform(frame)
        demand_same_bits(descriptor, found, expected, f"a ColumnTransformer hands over {column!r}, and gets the same")
        names = [f"item__{name}" for name in clone(descriptor).fit(items).get_feature_names_out()]
        found_names = list(transformer.get_feature_names_out())
        demand(descriptor, found_names == [*names, "rest__number"], "names pass a ColumnTransformer", found_names)


def check_feature_union(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """In scikit-learn's FeatureUnion the blocks lie side by side."""
    union = FeatureUnion([("left", clone(descriptor)), ("right", clone(descriptor))])
    expected = np.hstack([vectors(descriptor, items)] * 2)
    demand_same_bits(descriptor, union.fit_transform(items), expected, "a FeatureUnion lays blocks side by side")


def check_descriptor_union(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """In a DescriptorUnion the blocks are what they are alone, under names that are told apart."""
    members = descriptor.descriptors if isinstance(descriptor, DescriptorUnion) else [("one", descriptor)]
    union = DescriptorUnion([*((f"left_{name}", one) for name, one in members), *members])
    shared = {name: getattr(descriptor, name) for name in ItemDescriptor._shared_constraints}
    found = vectors(union, items, **{**shared, "cache": False})
    expected = np.hstack([vectors(descriptor, items, cache=False)] * 2)
    demand_same_bits(descriptor, found, expected, "a DescriptorUnion changes no bits of its members")
    names = list(clone(union).fit(items).get_feature_names_out())
    demand(descriptor, len(set(names)) == len(names), "a DescriptorUnion tells its members' names apart")


def check_grid_search(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A search over a descriptor's parameter inside a pipeline runs, and its best estimator predicts."""
    rows = [[item, items[0]] for item in items] * 2
    frame, y = series(rows).to_frame(), np.arange(len(rows)) % 2
    search = GridSearchCV(_pipeline(descriptor), {"columns__item__pool": ["mean", "max"]}, cv=2, error_score="raise")
    search.fit(frame, y)
    demand(
        descriptor, np.isfinite(search.cv_results_["mean_test_score"]).all(), "each candidate of a search has a score"
    )
    again = search.best_estimator_.predict(frame)
    demand(descriptor, list(search.predict(frame)) == list(again), "the best estimator predicts")


def check_metadata_routing(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """With metadata routing on, weights pass by the descriptor on their way to the classifier."""
    frame, y = series(items).to_frame(), np.arange(len(items)) % 2
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = _pipeline(descriptor)
        pipeline.set_params(tree=pipeline["tree"].set_fit_request(sample_weight=True))
        pipeline.fit(frame, y, sample_weight=(y == 0).astype(float))
        found = pipeline.predict(frame)
    demand(descriptor, not found.any(), "sample weights reach the classifier when metadata is routed", found)


def _pipeline(descriptor: ItemDescriptor) -> Pipeline:
    columns = ColumnTransformer([("item", clone(descriptor), "item")])
    return Pipeline([("columns", columns), ("tree", DecisionTreeClassifier(random_state=0))])
