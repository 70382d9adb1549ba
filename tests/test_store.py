"""The store: shared, bounded, and at worst of no use."""

import multiprocessing
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from PIL import Image

from mmsk._store import PAGE, ROW_OVERHEAD, SCHEMA, Store
from mmsk.cache import FeatureCache, resolve
from mmsk.image import HOG

BIG = 2**40


def key(number):
    return number.to_bytes(32, "big")


def vector(number):
    return np.full(50, number, dtype=np.float32)


def payload(number):
    return vector(number).tobytes()


def filled(folder, count=100):
    store = Store(folder, BIG)
    store.put_many({key(number): payload(number) for number in range(count)})
    return store


def test_what_was_put_is_found_by_another_process_and_in_a_later_run(tmp_path):
    filled(tmp_path).close()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(_get, (str(tmp_path), 7))
    assert found == payload(7)
    assert Store(tmp_path, BIG).get(key(1000)) is None


def _get(folder, number):
    return Store(folder, BIG).get(key(number))


def test_flipped_bits_are_never_believed(tmp_path):
    filled(tmp_path, 200).close()
    path = tmp_path / "features-2.sqlite3"
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a file that is no database any more is set aside
        for _ in range(150):
            content = bytearray(whole)
            content[rng.integers(len(content))] ^= 1 << rng.integers(8)
            path.write_bytes(content)
            store = Store(tmp_path, BIG)
            for number in range(0, 200, 7):
                found = store.get(key(number))
                assert found in (None, payload(number))
            store.close()


def test_a_damaged_file_is_set_aside_once_and_begun_anew(tmp_path):
    filled(tmp_path).close()
    (tmp_path / "features-2.sqlite3").write_bytes(b"nonsense" * 1000)
    store = Store(tmp_path, BIG)
    with pytest.warns(UserWarning, match="set aside"):
        assert store.get(key(1)) is None
    store.put_many({key(1): payload(1)})
    assert store.get(key(1)) == payload(1)
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


def test_a_folder_that_cannot_be_used_warns_once_and_the_fit_goes_on(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = FeatureCache(tmp_path / "file" / "store")
    pictures = [np.full((20, 20), number, dtype=np.uint8) for number in range(3)]
    with pytest.warns(UserWarning, match="is not used"):
        found = HOG(cache=cache).fit_transform(pictures)
    HOG(cache=cache).fit_transform([*pictures, np.eye(20, dtype=bool)])  # a second warning would be an error
    np.testing.assert_array_equal(found, HOG(cache=False).fit_transform(pictures))


def test_another_users_store_is_not_believed(tmp_path, monkeypatch):
    filled(tmp_path).close()
    monkeypatch.setattr(os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    store = Store(tmp_path, BIG)
    with pytest.warns(UserWarning, match="belongs to another user"):
        assert store.get(key(1)) is None


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


def test_processes_share_one_store(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(str(tmp_path), start)) for start in (0, 50, 100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    store = Store(tmp_path, BIG)
    for number in range(200):
        assert store.get(key(number)) == payload(number)


def _fill(folder, start):
    store = Store(folder, BIG)
    for number in range(start, start + 100):
        store.put_many({key(number): payload(number)})


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_a_killed_writer_leaves_nothing_wrong_behind(tmp_path):
    rng = np.random.default_rng(0)
    context = multiprocessing.get_context("spawn")
    for _ in range(4):
        worker = context.Process(target=_fill, args=(str(tmp_path), 0))
        worker.start()
        time.sleep(rng.uniform(0.6, 1.2))
        worker.kill()
        worker.join(60)
        store = Store(tmp_path, BIG)
        for number in range(200):
            found = store.get(key(number))
            assert found in (None, payload(number))
        assert store.verify() == 0
        store.close()


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


def test_two_processes_at_the_same_work_share_it(tmp_path):
    """Each describes the rows in an order of its own, so that one finds most of what the other has done."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        counts = pool.map(_describe_slowly, [str(tmp_path)] * 2, chunksize=1)
    assert 100 <= sum(counts) <= 125


class SlowHOG(HOG):
    """HOG that counts its work, and takes long enough for two processes to meet at it."""

    _schema = 1
    described = 0

    def _describe(self, item):
        SlowHOG.described += 1
        time.sleep(0.02)
        return super()._describe(item)


def _describe_slowly(folder):
    SlowHOG.described = 0
    pictures = [np.full((4, 4), number, dtype=np.uint8) for number in range(100)]
    SlowHOG(cache=FeatureCache(folder)).fit_transform(pictures)
    return SlowHOG.described


def table(folder, columns="key blob, payload blob, crc integer, used integer", rows=()):
    """Make a store's file by hand, with rows that no store would write."""
    folder.mkdir(exist_ok=True)
    connection = sqlite3.connect(Store(folder, BIG).path)
    connection.execute(f"create table items ({columns})")
    for row in rows:
        connection.execute(f"insert into items values ({row})")
    connection.execute(f"pragma user_version = {SCHEMA}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("columns", ["keq blob, payload blob, crc integer, used integer", "key blob"])
def test_a_table_without_its_columns_is_set_aside(tmp_path, columns):
    table(tmp_path, columns)
    store = Store(tmp_path, BIG)
    with pytest.warns(UserWarning, match="no such column.* set aside"):
        assert store.get(key(1)) is None
    store.put_many({key(1): payload(1)})
    assert store.get(key(1)) == payload(1)


def test_rows_that_are_no_rows_are_absent_and_can_be_deleted(tmp_path):
    named = f"x'{key(1).hex()}'"
    for number, odd in enumerate(
        [f"{named}, null, -1, 1", f"{named}, 'text', 5, 'x'", f"{named}, 7, null, 1", "'text', x'00', 1, 1"]
    ):
        table(tmp_path / str(number), rows=[odd])
        assert Store(tmp_path / str(number), BIG).get(key(1)) is None
        assert Store(tmp_path / str(number), BIG).verify() == 1
        table(tmp_path / f"pruned {number}", rows=[odd, *[f"x'{n:064x}', zeroblob(9000), 1, 1" for n in range(9)]])
        small = Store(tmp_path / f"pruned {number}", 40_000)
        assert small.get(key(1)) is None
        assert 0 < small.info()["rows"] < 9


def test_a_key_that_is_no_text_either_costs_the_store_not_the_fit(tmp_path):
    table(tmp_path, rows=["cast(x'ff' as text), x'00', 1, 1"])
    with pytest.warns(UserWarning, match="set aside"):
        assert Store(tmp_path, BIG).verify() == 0


def test_two_versions_of_the_store_use_one_folder(tmp_path, monkeypatch):
    ours, theirs = Store(tmp_path, BIG), Store(tmp_path, BIG)
    monkeypatch.setattr("mmsk._store.FILE", f"features-{SCHEMA + 1}.sqlite3")
    monkeypatch.setattr("mmsk._store.SCHEMA", SCHEMA + 1)
    theirs.put_many({key(1): payload(2)})
    monkeypatch.undo()
    ours.put_many({key(1): payload(1)})
    assert theirs.get(key(1)) == payload(2)
    assert ours.get(key(1)) == payload(1)
    assert list(tmp_path.glob("*.damaged-*")) == []


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


def test_an_interrupt_in_the_midst_of_writing_leaves_nothing_half_written_or_locked(tmp_path, monkeypatch):
    store = filled(tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_write_touched", lambda self, connection: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.put_many({key(5): payload(5)})
    assert store.get(key(5)) is None
    other = Store(tmp_path, BIG)
    other.put_many({key(6): payload(6)})
    store.put_many({key(7): payload(7)})
    assert other.get_many([key(number) for number in range(9)]).keys() == {key(0), key(6), key(7)}


def test_more_keys_than_a_query_takes(tmp_path):
    store = filled(tmp_path, 1_201)
    found = store.get_many([key(number) for number in range(1_300)])
    assert found == {key(number): payload(number) for number in range(1_201)}
    assert store.get_many([]) == {}


def test_what_is_known_of_a_store_that_nobody_has_begun(tmp_path):
    store = Store(tmp_path / "file" / "store", 7)
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="is not used"):
        assert store.info() == {"path": str(store.path), "rows": 0, "bytes": 0, "max_bytes": 7}
    assert (store.verify(), store.prune(0)) == (0, 0)
    store.clear()
    store.close()


def test_verify_counts_and_deletes_what_is_damaged(tmp_path):
    store = filled(tmp_path, 10)
    with sqlite3.connect(store.path) as connection:
        connection.execute("update items set crc = crc + 1 where key in (?, ?)", (key(3), key(4)))
    connection.close()
    assert store.get(key(3)) is None
    assert (store.verify(), store.verify(), store.info()["rows"]) == (2, 0, 8)


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
