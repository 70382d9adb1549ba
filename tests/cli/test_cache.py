"""`mmsk cache`: a store is looked at, checked, shrunk and emptied."""

import numpy as np
import pytest
from typer.testing import CliRunner

from mmsk.cache import FeatureCache
from mmsk.cli._app import app


@pytest.fixture
def store(tmp_path):
    cache = FeatureCache(tmp_path / "store")
    cache.put_many({bytes([number]) * 32: np.ones(1000, dtype=np.float32) for number in range(200)})
    cache.store.close()
    return tmp_path / "store"


def run(*arguments):
    return CliRunner().invoke(app, ["cache", *map(str, arguments)])


def test_info_counts(store):
    result = run("info", "--folder", store)
    assert result.exit_code == 0
    assert "200 entries" in result.stdout


def test_verify_deletes_what_is_damaged(store):
    content = bytearray((store / "features-2.sqlite3").read_bytes())
    place = content.index(np.ones(1000, dtype=np.float32).tobytes()[:400])
    content[place + 2] ^= 1
    (store / "features-2.sqlite3").write_bytes(content)
    result = run("verify", "--folder", store)
    assert "1 damaged" in result.stdout
    assert "199 entries" in result.stdout


def test_prune_keeps_the_size(store):
    assert run("prune", "--folder", store, "--max-mb", 0).exit_code == 0
    assert "0 entries" in run("info", "--folder", store).stdout


def test_clear_empties(store):
    assert "0 entries" in run("clear", "--folder", store).stdout


def test_the_environment_names_the_store(store, monkeypatch):
    monkeypatch.setenv("MMSK_CACHE", str(store))
    assert "200 entries" in run("info").stdout


def test_no_store_is_an_error_and_makes_none(tmp_path, monkeypatch):
    monkeypatch.delenv("MMSK_CACHE", raising=False)
    assert run("info").exit_code == 1
    assert run("clear", "--folder", tmp_path / "nowhere").exit_code == 1
    assert not (tmp_path / "nowhere").exists()
