"""Arrays, sparse matrices and trees of strangers: what holds objects or points outside of itself is refused."""

import copy
import hashlib
import json
import zipfile

import numpy as np
import pytest
import skops.io
from scipy import sparse

from mmsk.persistence._archive import array_problem
from mmsk.persistence._manifest import describe

from ._strangers import Evil, npy, npz, refused

OBJECTS = npy(np.array([Evil()], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    "files",
    [
        {"1.npy": OBJECTS},
        {"1.npz": npz(data=OBJECTS)},
        {"1.npy": npy(np.zeros(3))[:-8]},
        {"1.npy": npy(np.zeros(3)).replace(b"(3,)", b"(9,)")},
        {"1.npy": npy(np.zeros(3)).replace(b"'<f8'", b"'|O8'")},
        {"1.npy": b"cos\nsystem\n(S'touch pwned'\ntR."},
        {"1.npy": b""},
        {"1.npz": npz(**{"../data": npy(np.eye(2))})},
        {"1.npz": npz(**{f"a{'b' * number}": b"" for number in range(20)})},
    ],
    ids=["objects", "objects in a sparse matrix", "short", "long", "renamed", "a pickle", "empty", "path", "many"],
)
def test_arrays_that_are_none(files, forge, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(forge(files=files), watch)


def test_trees_that_point_outside(small, tmp_path, watch):
    for field, value in {"left_child": 10_000, "right_child": -7, "feature": 99}.items():
        model = copy.deepcopy(small[0])
        state = model[-1].estimators_[0].tree_.__getstate__()
        state["nodes"][field][0] = value
        model[-1].estimators_[0].tree_.__setstate__(state)
        bypass(model, tmp_path / "m.mmsk")
        refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


def test_a_tree_that_walks_in_a_circle(small, tmp_path, watch):
    model = copy.deepcopy(small[0])
    tree = model[-1].estimators_[1].tree_
    state = tree.__getstate__()
    state["nodes"]["left_child"][0] = 0
    tree.__setstate__(state)
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


@pytest.mark.parametrize("field", ["left", "right", "feature_idx"])
def test_histogram_trees_that_point_outside(field, models, tmp_path, watch):
    model = models["hist boosting"]()
    model[-1]._predictors[0][0].nodes[field][0] = 9_999
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


def test_sparse_matrices_that_point_outside(small, tmp_path, watch):
    model = copy.deepcopy(small[0])
    model.words_ = sparse.csr_array(np.eye(3))
    model.words_.indices[1] = 1000
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "sparse matrix")


def bypass(model, path):
    """Write a model that `save` would refuse."""
    payload = skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED)
    told = {**describe(model), "probe": {"reason": "none"}, "payload": {"sha256": hashlib.sha256(payload).hexdigest()}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(told))
        archive.writestr("model.skops", payload)


def test_a_changed_byte_of_an_array_header_is_seen():
    good = npy(np.zeros((2, 3)))
    assert array_problem(good, len(good)) == ""
    assert array_problem(good, len(good) + 1) != ""
    assert array_problem(npy(np.array(["a", "b"])), 136) == ""
    assert "size" in array_problem(good.replace(b"(2, 3)", b"(-2,3)"), len(good))
