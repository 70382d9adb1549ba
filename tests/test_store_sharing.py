"""The store that several processes, runs and versions share, and a writer that is killed or interrupted."""

import multiprocessing
import signal
import time

import numpy as np
import pytest

from mmsk._store import SCHEMA, Store
from mmsk.cache import FeatureCache
from mmsk.image import HOG

from ._store_data import BIG, filled, key, payload


def test_what_was_put_is_found_by_another_process_and_in_a_later_run(tmp_path):
    filled(tmp_path).close()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(_get, (str(tmp_path), 7))
    assert found == payload(7)
    assert Store(tmp_path, BIG).get(key(1000)) is None


def _get(folder, number):
    return Store(folder, BIG).get(key(number))


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
