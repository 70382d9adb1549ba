"""Files that are no model of ours, or no longer a whole one: pickles are not opened, and errors say which it is."""

import os
import pickle
import zipfile

import joblib
import numpy as np
import pytest

from mmsk.errors import MmskError, ModelError, UntrustedModelError
from mmsk.persistence import load, read_manifest, save
from mmsk.text import Tfidf

from ._strangers import Evil, refused

PICKLES = {
    "pickle": lambda path: path.write_bytes(pickle.dumps(Evil())),
    "pickle 0": lambda path: path.write_bytes(pickle.dumps(Evil(), protocol=0)),
    "pickle 1": lambda path: path.write_bytes(pickle.dumps([Evil()], protocol=1)),
    "pickle 2": lambda path: path.write_bytes(pickle.dumps(Evil(), protocol=2)),
    **{
        f"joblib {way}": lambda path, way=way: joblib.dump(Evil(), path, compress=(way, 3))
        for way in ("zlib", "gzip", "bz2", "lzma", "xz")
    },
    "joblib": lambda path: joblib.dump([Evil(), np.eye(30)], path),
}


@pytest.mark.parametrize("way", PICKLES)
def test_pickles_are_named_and_not_opened(way, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PICKLES[way](tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, r"pickle.*so it was not opened.*joblib\.load.*mmsk\.save")
    with pytest.raises(UntrustedModelError, match="pickle"):
        read_manifest(tmp_path / "m.mmsk")


@pytest.mark.parametrize("left", [-1, -22, -23, -140, 5_000, 100, 30])
def test_a_file_that_was_cut_off_is_damaged_and_no_more(left, saved, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(saved[:left])
    with pytest.raises(ModelError, match="does not end as a zip file does") as caught:
        load(tmp_path / "m.mmsk")
    assert not isinstance(caught.value, UntrustedModelError)


NO_MODELS = [b"", b"P", b"PK\3\4", b"not a model", b"(a)\n", b"(a/", b"\x89PNG\r\n\x1a\n", b"PK\5\6" + bytes(18)]


@pytest.mark.parametrize("content", NO_MODELS)
def test_what_is_no_model_says_so(content, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(content)
    with pytest.raises(ModelError, match=r"not a model of mmsk"):
        load(tmp_path / "m.mmsk")


def test_folders_pipes_and_nothing(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ModelError, match="not a regular file"):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.mmsk")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere; make it first"):
        save(Tfidf(), tmp_path / "nowhere" / "m.mmsk")
    with pytest.raises(ModelError, match="not a regular file"):
        save(Tfidf(), tmp_path)


def test_a_manifest_without_its_fields_is_damaged(forge):
    for change in (
        lambda told: told.pop("probe"),
        lambda told: told.update(versions=[]),
        lambda told: told.update(format="1"),
    ):
        with pytest.raises(ModelError, match="its manifest has no"):
            load(forge(manifest=change))
    with pytest.raises(ModelError, match="versions that are no text"):
        load(forge(manifest=lambda told: told["versions"].update(numpy=1)))
    with pytest.raises(ModelError, match="another SHA-256"):
        load(forge(manifest=lambda told: told["payload"].update(sha256="00")))


@pytest.mark.parametrize("content", [b"[]", b"1", b"", b'{"a": ', b"\xff"])
def test_a_manifest_that_is_no_object_is_damaged(content, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.mmsk", "w") as archive:
        archive.writestr("manifest.json", content)
        archive.writestr("model.skops", b"")
    with pytest.raises(ModelError, match=r"manifest\.json is no JSON"):
        load(tmp_path / "m.mmsk")


def test_all_errors_are_value_errors_of_mmsk():
    assert issubclass(ModelError, MmskError)
    assert issubclass(UntrustedModelError, ModelError)
