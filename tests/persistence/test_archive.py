"""Zip files, by their limits: what is just allowed, and what is one too much."""

import io
import struct
import zipfile

import numpy as np
import pytest

from mmsk.errors import ModelError, UntrustedModelError
from mmsk.persistence import _archive
from mmsk.persistence._archive import FREE_BYTES, MAX_RATIO, Archive, array_problem


def packed(entries, method=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream


def opened(entries, **options):
    return Archive(packed(entries), "m.mmsk", r"[a-z0-9.]+", **options)


def npy(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def test_entries_are_read_whole():
    content = bytes(range(256)) * 5000
    archive = opened({"a.bin": content, "b.bin": b""})
    assert archive.read("a.bin", len(content)) == content
    assert archive.read("b.bin", 0) == b""
    assert len(list(archive.chunks("a.bin"))) > 1


def test_an_entry_may_be_as_large_as_is_said_and_no_larger():
    archive = opened({"a.bin": bytes(100)})
    assert len(archive.read("a.bin", 100)) == 100
    with pytest.raises(UntrustedModelError, match=r"a\.bin has 100 bytes, at most 99 are read"):
        archive.read("a.bin", 99)


def test_an_entry_that_is_not_there():
    with pytest.raises(ModelError, match=r"it has no b\.bin"):
        opened({"a.bin": b""}).read("b.bin", 10)


def test_as_many_entries_as_are_said_and_no_more():
    entries = {f"{number}.bin": b"" for number in range(5)}
    assert len(opened(entries, max_entries=5).entries) == 5
    with pytest.raises(UntrustedModelError, match=r"5 entries listed in \d+ bytes; there may be 4"):
        opened(entries, max_entries=4)


def test_a_table_of_contents_may_be_as_long_as_its_entries_need(monkeypatch):
    stream = packed({"a.bin": b""})
    length = 46 + len("a.bin")
    monkeypatch.setattr(_archive, "ENTRY_BYTES", length)
    Archive(stream, "m", r".*", max_entries=1)
    monkeypatch.setattr(_archive, "ENTRY_BYTES", length - 1)
    with pytest.raises(UntrustedModelError, match="1 entries listed"):
        Archive(stream, "m", r".*", max_entries=1)


def test_room():
    entries = {"a.bin": bytes(60), "b.bin": bytes(40)}
    assert opened(entries, room=100).room == 0
    with pytest.raises(UntrustedModelError, match="would unpack to 100"):
        opened(entries, room=99)
    small = packed(entries)
    assert Archive(small, "m", r".*").room == FREE_BYTES - 100
    content = np.random.default_rng(0).bytes(FREE_BYTES // MAX_RATIO + 1000)
    large = packed({"a.bin": content})
    assert Archive(large, "m", r".*").room == MAX_RATIO * len(large.getvalue()) - len(content)


def test_there_is_room_for_no_more_than_a_zip_file_can_hold():
    content = bytes(45_000_000)  # a hundred times as much would be more
    assert Archive(packed({"a.bin": content}), "m", r".*").room == 4 * 2**30 - 2**20 - len(content)


def test_the_archives_within_share_the_room():
    inner = packed({"data.npy": npy(np.zeros(50))}).getvalue()
    size = len(npy(np.zeros(50)))
    entries = {"1.npz": inner, "2.npz": inner}
    names = r"[0-9]\.npz"
    fits = Archive(packed(entries), "m", names, room=2 * len(inner) + 2 * size)
    with zipfile.ZipFile(io.BytesIO(), "w") as target:
        fits.copy(target)
    assert fits.room == 0
    short = Archive(packed(entries), "m", names, room=2 * len(inner) + 2 * size - 1)
    with zipfile.ZipFile(io.BytesIO(), "w") as target, pytest.raises(UntrustedModelError, match=r"m: 2\.npz"):
        short.copy(target)


def test_a_copy_has_the_same_entries_stored():
    entries = {"schema.json": b'{"a": 1}', "1.npy": npy(np.eye(3)), "2.bin": b"xyz"}
    entries["3.npz"] = packed({"data.npy": npy(np.eye(2))}, zipfile.ZIP_DEFLATED).getvalue()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        opened(entries).copy(target, {"2.bin": b"other"})
    with zipfile.ZipFile(stream) as copied:
        assert copied.namelist() == list(entries)
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in copied.infolist())
        assert copied.read("schema.json") == b'{"a": 1}'
        assert copied.read("2.bin") == b"other"
        np.testing.assert_array_equal(np.load(io.BytesIO(copied.read("1.npy"))), np.eye(3))
        with np.load(io.BytesIO(copied.read("3.npz"))) as matrix:
            np.testing.assert_array_equal(matrix["data"], np.eye(2))


def test_a_name_that_ends_sooner_for_those_who_stop_at_a_null_byte():
    content = packed({"a.bin|.py": b"hello"}).getvalue()
    Archive(io.BytesIO(content), "m", r"a\.bin(\|\.py)?")
    with pytest.raises(UntrustedModelError, match="an entry is named"):
        Archive(io.BytesIO(content.replace(b"|", b"\0")), "m", r"a\.bin(\|\.py)?")


class Pipe(io.BytesIO):
    """A stream that cannot go back, into which zip files are written in a form of their own."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError


def test_how_a_file_was_written_does_not_matter_but_encrypted_ones_are_refused():
    stream = Pipe()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("ä.bin", b"hello")
    content = bytearray(stream.getvalue())
    found = Archive(io.BytesIO(content), "m", r".*")
    assert found.entries["ä.bin"].flag_bits == 0x808  # sizes behind the data, and a name in UTF-8
    assert found.read("ä.bin", 5) == b"hello"
    content[content.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(UntrustedModelError, match=r"bin is encrypted"):
        Archive(io.BytesIO(content), "m", r".*")


def test_a_changed_byte_is_damage():
    content = bytearray(packed({"a.bin": b"hello hello"}).getvalue())
    content[content.index(b"hello")] ^= 1
    with pytest.raises(ModelError, match="damaged") as caught:
        Archive(io.BytesIO(content), "m", r".*").read("a.bin", 100)
    assert type(caught.value) is ModelError


@pytest.mark.parametrize(("field", "value"), [(4, 1), (6, 1), (8, 9), (20, 1)])
def test_an_end_record_of_another_form(field, value):
    """Disks, another disk for the table, other counts, a comment."""
    content = bytearray(packed({"a.bin": b"hello"}).getvalue())
    content[len(content) - 22 + field : len(content) - 20 + field] = struct.pack("<H", value)
    with pytest.raises(UntrustedModelError, match="of a form that models do not have"):
        Archive(io.BytesIO(content), "m", r".*")


@pytest.mark.parametrize("by", [-1, 1])
def test_parts_that_do_not_add_up(by):
    content = bytearray(packed({"a.bin": b"hello"}).getvalue())
    place = len(content) - 22 + 16
    [start] = struct.unpack("<L", content[place : place + 4])
    content[place : place + 4] = struct.pack("<L", start + by)
    with pytest.raises(UntrustedModelError, match="do not add up"):
        Archive(io.BytesIO(content), "m", r".*")


@pytest.mark.parametrize(
    "values",
    [np.eye(3), np.zeros(0), np.array(5.0), np.array(["a", "bc"]), np.zeros((2, 0, 3)), np.asfortranarray(np.eye(4))],
    ids=["matrix", "empty", "number", "text", "none", "columns first"],
)
def test_arrays_that_are_fine(values):
    content = npy(values)
    assert array_problem(content, len(content)) == ""


def test_arrays_with_records_are_fine():
    content = npy(np.zeros(3, dtype=[("left", "<i8"), ("threshold", "<f8")]))
    assert array_problem(content, len(content)) == ""
    assert "only a pickle" in array_problem(npy_header("[('a', '|O')]", "(1,)"), 100)


def npy_header(dtype, shape):
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize("shape", ["(10**9,)", "(-1,)", "('a',)", "5", "(2.5,)", "(99999999999999999999,)"])
def test_arrays_of_odd_shapes(shape):
    assert array_problem(npy_header("'<f8'", shape), 10_000) != ""


def test_an_array_may_be_no_longer_or_shorter():
    header = npy_header("'<f8'", "(2,)")
    assert array_problem(header, len(header) + 16) == ""
    for size in (15, 17):
        assert "another size" in array_problem(header, len(header) + size)
