"""The store that is damaged, in the way or another's: never believed, set aside, and at worst of no use."""

import os
import sqlite3
import warnings

import numpy as np
import pytest

from mmsk._store import SCHEMA, Store
from mmsk.cache import FeatureCache
from mmsk.image import HOG

from ._store_data import BIG, filled, key, payload


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


def test_what_is_known_of_a_store_that_nobody_has_begun(tmp_path):
    store = Store(tmp_path / "file" / "store", 7)
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="is not used"):
        assert store.info() == {"path": str(store.path), "rows": 0, "bytes": 0, "max_bytes": 7}
    assert (store.verify(), store.prune(0)) == (0, 0)
    store.clear()
    store.close()


def test_another_users_store_is_not_believed(tmp_path, monkeypatch):
    filled(tmp_path).close()
    monkeypatch.setattr(os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    store = Store(tmp_path, BIG)
    with pytest.warns(UserWarning, match="belongs to another user"):
        assert store.get(key(1)) is None


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


def test_verify_counts_and_deletes_what_is_damaged(tmp_path):
    store = filled(tmp_path, 10)
    with sqlite3.connect(store.path) as connection:
        connection.execute("update items set crc = crc + 1 where key in (?, ?)", (key(3), key(4)))
    connection.close()
    assert store.get(key(3)) is None
    assert (store.verify(), store.verify(), store.info()["rows"]) == (2, 0, 8)
