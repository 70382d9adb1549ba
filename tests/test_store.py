"""The store: what was used last stays for as long as there is room, and a later run finds it."""

import os
import pickle
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from mmsk._store import PAGE, ROW_OVERHEAD, Store
from mmsk.cache import FeatureCache, resolve
from mmsk.image import HOG

from ._store_data import BIG, filled, key, payload, vector


def test_it_is_readable_by_its_owner_only(tmp_path):
    filled(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_the_size_is_kept_by_deleting_what_was_not_used_for_the_longest_time(tmp_path, monkeypatch):
    store = filled(tmp_path, 400)
    later = time.time() + 10 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    recent = range(0, 400, 10)
    for number in recent:
        store.get(key(number))
    store.close()
    size = store.path.stat().st_size
    small = Store(tmp_path, size // 4)
    assert all(small.get(key(number)) is not None for number in recent)
    assert small.info()["rows"] < 200
    assert small.path.stat().st_size < size / 2


def test_what_was_used_is_written_down_when_a_store_is_closed(tmp_path, monkeypatch):
    store = filled(tmp_path, 3)
    later = time.time() + 10 * 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    store.get(key(1))
    store.close()
    with sqlite3.connect(store.path) as connection:
        days = dict(connection.execute("select key, used from items").fetchall())
    connection.close()
    assert days[key(1)] == later // 86_400 > days[key(0)] == days[key(2)]


def test_a_store_that_nobody_holds_any_more_is_closed(tmp_path, monkeypatch):
    opened, connect = [], sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **options: opened.append(connect(*args, **options)) or opened[-1]
    )
    for number in range(3):
        FeatureCache(tmp_path, max_memory=0).put(key(number), vector(number))
    assert len(opened) == 3
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("select 1")
    assert Store(tmp_path, BIG).info()["rows"] == 3


@pytest.mark.parametrize("held", [True, False])
def test_what_was_used_is_written_down_without_a_close_too(tmp_path, held):
    filled(tmp_path, 3).close()
    with sqlite3.connect(Store(tmp_path, BIG).path) as connection:
        connection.execute("update items set used = 5")
        connection.commit()
        if held:  # until the process ends
            code = f"from mmsk._store import Store; store = Store({str(tmp_path)!r}, 2**40); store.get({key(1)!r})"
            subprocess.run([sys.executable, "-c", code], check=True)
        else:
            Store(tmp_path, BIG).get(key(1))
        days = dict(connection.execute("select key, used from items").fetchall())
    connection.close()
    assert days[key(0)] == days[key(2)] == 5 < days[key(1)]


def test_more_keys_than_a_query_takes(tmp_path):
    store = filled(tmp_path, 1_201)
    found = store.get_many([key(number) for number in range(1_300)])
    assert found == {key(number): payload(number) for number in range(1_201)}
    assert store.get_many([]) == {}


def test_prune_keeps_as_much_as_there_is_room_for(tmp_path):
    rows = 400
    store = filled(tmp_path, rows)
    each = len(payload(0)) + ROW_OVERHEAD
    assert store.prune(store.info()["bytes"]) == 0
    assert store.prune(100 * each) == rows - 100
    assert store.info()["rows"] == 100
    store.clear()
    assert store.info()["rows"] == 0
    assert store.info()["bytes"] < 4 * PAGE


def test_a_cache_pickles_as_where_it_is(tmp_path):
    cache = FeatureCache(tmp_path, max_memory=0)
    cache.put(key(3), vector(3))
    thawed = pickle.loads(pickle.dumps(cache))
    np.testing.assert_array_equal(thawed.get(key(3)), vector(3))
    assert len(pickle.dumps(cache)) < 1000


def test_a_folder_as_parameter_and_in_the_environment_mean_the_same_cache(tmp_path, monkeypatch):
    assert resolve(str(tmp_path)) is resolve(tmp_path)
    monkeypatch.setenv("MMSK_CACHE", str(tmp_path))
    assert resolve(None) is resolve(tmp_path)


def test_descriptors_find_their_vectors_in_a_later_run(tmp_path, monkeypatch):
    pictures = [np.full((20, 20), number, dtype=np.uint8) for number in range(5)]
    expected = HOG(cache=FeatureCache(tmp_path)).fit_transform(pictures)
    monkeypatch.setattr(HOG, "_describe", lambda self, item: 1 / 0)
    np.testing.assert_array_equal(HOG(cache=FeatureCache(tmp_path)).fit_transform(pictures), expected)


@pytest.fixture
def later_run(monkeypatch):
    """Return a function that forgets what only a process knows; a file written just now counts as settled."""
    monkeypatch.setattr("mmsk._reference.SETTLED_NS", 0)
    monkeypatch.setattr("mmsk._reference._remembered", {})
    return lambda: monkeypatch.setattr("mmsk._reference._remembered", {})


def test_an_unchanged_file_is_not_read_in_a_later_run_and_a_replaced_one_is(tmp_path, monkeypatch, later_run):
    path = tmp_path / "picture.png"
    Image.fromarray(np.arange(400, dtype=np.uint8).reshape(20, 20)).save(path)
    expected = HOG(cache=FeatureCache(tmp_path)).fit_transform([path])
    later_run()
    with monkeypatch.context() as patch:
        patch.setattr("mmsk._items.read", lambda *args, **kwargs: 1 / 0)
        np.testing.assert_array_equal(HOG(cache=FeatureCache(tmp_path)).fit_transform([path]), expected)
    later_run()
    before = path.stat()
    Image.fromarray(np.arange(400, dtype=np.uint8).reshape(20, 20).T).save(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = HOG(cache=FeatureCache(tmp_path)).fit_transform([path])
    np.testing.assert_array_equal(found, HOG(cache=False).fit_transform([path]))
    assert not np.array_equal(found, expected)


def test_change_times_of_whole_seconds_do_not_vouch_for_a_file_in_later_runs(tmp_path, later_run):
    cache = FeatureCache(tmp_path)
    cache.put_many({}, {(1, 2, 3, 4, 5_000_000_000): b"a" * 32, (1, 2, 3, 4, 5_000_000_001): b"b" * 32})
    later_run()
    assert cache.digest_of((1, 2, 3, 4, 5_000_000_000)) is None
    assert cache.digest_of((1, 2, 3, 4, 5_000_000_001)) == b"b" * 32
