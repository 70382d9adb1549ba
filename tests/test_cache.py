"""FeatureCache: bounded, shared by copies, empty in a pickle, read-only."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone

from mmsk.cache import ENTRY_OVERHEAD, FeatureCache, resolve

VECTOR = np.arange(4, dtype=np.float32)
ENTRY = VECTOR.nbytes + ENTRY_OVERHEAD


def test_what_is_put_is_got_and_cannot_be_changed():
    cache = FeatureCache()
    mine = VECTOR.copy()
    cache.put(b"a", mine)
    mine[:] = 9
    np.testing.assert_array_equal(cache.get(b"a"), VECTOR)
    with pytest.raises(ValueError, match="read-only"):
        cache.get(b"a")[0] = 1
    assert cache.get(b"b") is None


def test_the_least_recently_used_goes_first():
    cache = FeatureCache(max_memory=3 * ENTRY)
    for key in (b"a", b"b", b"c"):
        cache.put(key, VECTOR)
    cache.get(b"a")
    cache.put(b"d", VECTOR)
    assert [cache.get(key) is not None for key in (b"a", b"b", b"c", b"d")] == [True, False, True, True]


def test_the_bound_holds_whatever_is_put():
    cache = FeatureCache(max_memory=10 * ENTRY)
    rng = np.random.default_rng(0)
    for size in rng.integers(0, 200, size=500):
        cache.put(bytes([size % 50]), np.zeros(size, dtype=np.float32))
        held = sum(vector.nbytes + ENTRY_OVERHEAD for vector in cache._vectors.values())
        assert cache._used == held <= cache.max_memory


def test_a_vector_larger_than_the_bound_is_not_kept_and_drops_nothing():
    cache = FeatureCache(max_memory=2 * ENTRY)
    cache.put(b"a", VECTOR)
    cache.put(b"b", np.zeros(10_000, dtype=np.float32))
    assert cache.get(b"b") is None
    assert cache.get(b"a") is not None


def test_clear_forgets_everything():
    cache = FeatureCache(max_memory=ENTRY)
    cache.put(b"a", VECTOR)
    cache.clear()
    assert cache.get(b"a") is None
    cache.put(b"b", VECTOR)
    assert cache.get(b"b") is not None


def test_a_cache_without_memory_is_off():
    cache = FeatureCache(max_memory=0)
    assert not cache.enabled
    cache.put(b"a", VECTOR)
    assert cache.get(b"a") is None


def test_a_pickle_carries_no_vectors():
    cache = FeatureCache(max_memory=12_345)
    cache.put(b"a", VECTOR)
    loaded = pickle.loads(pickle.dumps(cache))
    assert loaded.get(b"a") is None
    assert loaded.max_memory == 12_345
    loaded.put(b"b", VECTOR)
    assert loaded.get(b"b") is not None


@pytest.mark.parametrize("copied", [clone, copy.copy, copy.deepcopy])
def test_copies_of_a_descriptor_share_its_cache(toy, copied):
    cache = FeatureCache()
    assert copied(toy.Bytes(cache=cache)).cache is cache


def test_the_bounds_that_nobody_has_set():
    assert FeatureCache().max_memory == 268_435_456
    assert FeatureCache().max_bytes == 5_368_709_120


def test_equality_is_by_parameters():
    assert FeatureCache(max_memory=5) == FeatureCache(max_memory=5)
    assert FeatureCache(max_memory=5) != FeatureCache(max_memory=6)
    assert FeatureCache() != FeatureCache("folder")
    assert FeatureCache() != 5


def test_none_is_the_cache_of_this_process_and_false_is_none():
    mine = FeatureCache()
    assert resolve(mine) is mine
    assert resolve(None) is resolve(True) is resolve(None)
    assert resolve(None).enabled
    assert not resolve(False).enabled


def test_threads_may_share_a_cache():
    cache = FeatureCache(max_memory=20 * ENTRY)

    def work(seed):
        wrong = 0
        for number in np.random.default_rng(seed).integers(0, 40, size=500):
            found = cache.get(bytes([number]))
            wrong += found is not None and found[0] != number
            cache.put(bytes([number]), np.full(4, number, dtype=np.float32))
        return wrong

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 0
    assert cache._used == len(cache._vectors) * ENTRY <= cache.max_memory


# On disk


def test_a_folder_is_shared_and_outlives_the_process(tmp_path):
    FeatureCache(tmp_path).put(b"a", VECTOR)
    for cache in (FeatureCache(tmp_path), FeatureCache(str(tmp_path), max_memory=0)):
        np.testing.assert_array_equal(cache.get(b"a"), VECTOR)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(cache)).get(b"a"), VECTOR)
    assert FeatureCache(tmp_path).get(b"b") is None


def test_a_folder_may_be_named_by_a_path_or_the_environment(tmp_path, monkeypatch):
    named = resolve(tmp_path)
    assert named is resolve(str(tmp_path))
    monkeypatch.setenv("MMSK_CACHE", str(tmp_path))
    assert resolve(None) is resolve(True) is named
    assert not resolve(False).enabled
    monkeypatch.setenv("MMSK_CACHE", "")
    assert resolve(None) is not named


def test_what_one_process_has_described_another_does_not(toy, described, tmp_path):
    found = toy.Bytes(cache=tmp_path).fit_transform([b"a", b"bc"])
    described.clear()
    np.testing.assert_array_equal(toy.Bytes(cache=FeatureCache(tmp_path)).fit_transform([b"a", b"bc"]), found)
    assert described == []


def test_its_text_says_where_it_is():
    assert repr(FeatureCache()) == "FeatureCache()"
    assert repr(FeatureCache("some/folder")) == "FeatureCache('some/folder')"


def test_a_payload_that_is_no_vector_is_absent(tmp_path):
    cache = FeatureCache(tmp_path, max_memory=0)
    cache.store.put_many({b"odd": b"12345", b"even": VECTOR.tobytes()})
    assert cache.get(b"odd") is None
    assert list(cache.get_many([b"odd", b"even"])) == [b"even"]


def test_a_folder_alone_is_enough_to_be_on(tmp_path):
    assert FeatureCache(tmp_path, max_memory=0).enabled


def test_digests_of_files_are_kept_by_what_the_files_are_known_by(tmp_path, monkeypatch):
    monkeypatch.setattr("mmsk._reference._remembered", {})
    keys = [(1, 2, 3, 4, 5), (1, 2, 3, 4, 6)]
    FeatureCache(tmp_path).put_many({}, {keys[0]: b"a" * 32})
    monkeypatch.setattr("mmsk._reference._remembered", {})
    cache = FeatureCache(tmp_path)
    assert cache.digests_of([*keys, None]) == {keys[0]: b"a" * 32}
    assert (cache.digest_of(keys[0]), cache.digest_of(keys[1]), cache.digest_of(None)) == (b"a" * 32, None, None)
    assert FeatureCache().digest_of(keys[0]) == b"a" * 32  # this process knows it now
    assert FeatureCache().digests_of([keys[1], None]) == {}
