"""Zip files of strangers: names that lead elsewhere, links, and what is too large, too many or too deep."""

import io
import struct
import zipfile

import numpy as np
import pytest

from mmsk.errors import ModelError
from mmsk.persistence import load, save
from mmsk.persistence._archive import Archive
from mmsk.text import Tfidf

from ._strangers import npy, refused, text, with_attribute

ENTRIES = [
    "../evil.npy",
    "/etc/passwd",
    "a/b.npy",
    "..\\evil.npy",
    "C:evil.npy",
    "evil.py",
    "1.npy\0.py",
    "schema.json ",
]


@pytest.mark.parametrize("name", ENTRIES)
def test_names_that_lead_elsewhere(name, forge, watch):
    refused(forge(inner=lambda archive: archive.writestr(name, b"x")), watch)
    refused(forge(outer=lambda archive: archive.writestr(name, b"x")), watch)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name(forge, watch):
    refused(forge(inner=lambda archive: archive.writestr("schema.json", b"{}")), watch, "two entries")
    refused(forge(outer=lambda archive: archive.writestr("model.skops", b"x")), watch, "2|two entries")


@pytest.mark.parametrize("mode", [0o120777, 0o060666, 0o010666, 0o040777])
def test_links_devices_and_folders(mode, forge, watch):
    info = zipfile.ZipInfo("1.npy")
    info.external_attr = mode << 16
    refused(forge(inner=lambda archive: archive.writestr(info, b"/etc/passwd")), watch, "link or a device")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(method, forge, watch):
    refused(forge(inner=lambda archive: archive.writestr("1.npy", npy(np.eye(2)), method)), watch, "unusual")


def deep(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


def test_depth(forge, watch, saved, tmp_path):
    refused(forge(files={"schema.json": deep(5000)}), watch, "5,000 levels deep")
    refused(forge(files={"schema.json": deep(150)}), watch, "protocol")  # deep, and still read
    refused(forge(with_attribute({**text("a"), "content": "[" * 10**5})), watch, "more than 200 levels deep")
    refused(forge(with_attribute({**text("a"), "content": "[" * 201 + "]" * 201})), watch, "more than 200 levels deep")
    with zipfile.ZipFile(tmp_path / "m.mmsk", "w") as archive:
        archive.writestr("manifest.json", deep(5000))
        archive.writestr("model.skops", b"")
    refused(tmp_path / "m.mmsk", watch, "5,000 levels deep")


def test_values_that_are_just_deep_enough(forge):
    model = load(forge(with_attribute({**text("a"), "content": "[" * 200 + "]" * 200})))
    value, depth = model.more_, 1
    while value:
        (value,) = value
        depth += 1
    assert depth == 200


def test_brackets_in_strings_are_not_depth(tmp_path):
    odd = ["[[{{", 'a"[[[[', '\\"[[', "]]" * 300, "{" * 3000]
    save(Tfidf(token_pattern=r"\S+", strip_markup=False).fit(odd), tmp_path / "m.mmsk")
    assert load(tmp_path / "m.mmsk").transform(odd).nnz > 0


def test_bombs(forge, watch, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.mmsk", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 60_000_000)
        archive.writestr("model.skops", b"")
    refused(tmp_path / "b.mmsk", watch, "would unpack to")
    refused(forge(files={"1.npy": bytes(60_000_000)}), watch, "would unpack to")
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", bytes(60_000_000))
    refused(forge(files={"1.npz": squeezed.getvalue()}), watch, "would unpack to")


def test_a_bomb_that_lies_about_its_size_is_cut_off(forge, watch, saved):
    """The table of contents says 10 bytes, what is there unpacks to 50 MB."""
    path = forge(files={"1.npy": bytes(50_000_000)[:1_000_000]})
    with zipfile.ZipFile(path) as archive:
        payload = bytearray(archive.read("model.skops"))
    place = payload.rindex(b"1.npy") - 46
    assert payload[place : place + 4] == b"PK\1\2"
    payload[place + 24 : place + 28] = struct.pack("<L", 10)
    inner = Archive(io.BytesIO(payload), "m", r".*")
    with pytest.raises(ModelError):
        inner.read("1.npy", 100)


def test_manifests_of_4_mib_and_schemas_of_256_mib_are_read_and_no_larger_ones(forge, watch):
    """They are as small as ever, but for the size that the table of contents tells."""

    def manifest(size):
        return forge(outer=lambda archive: setattr(archive.getinfo("manifest.json"), "file_size", size))

    def schema(size):
        def change(archive):
            archive.writestr("2.bin", np.random.default_rng(0).bytes(3_000_000))  # 100 times of it is room enough
            archive.getinfo("schema.json").file_size = size

        return forge(inner=change)

    refused(manifest(2**22 + 1), watch, r"manifest\.json has 4,194,305 bytes, at most 4,194,304 are read")
    refused(schema(2**28 + 1), watch, r"schema\.json has 268,435,457 bytes, at most 268,435,456 are read")
    for path in (manifest(2**22), schema(2**28)):
        with pytest.raises(ModelError, match=r"(manifest|schema)\.json is shorter than it should be"):
            load(path)


def test_a_million_entries_are_refused_by_the_end_record(tmp_path, watch):
    directory = b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(60_000)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, len(directory), 4, 0)
    (tmp_path / "m.mmsk").write_bytes(b"PK\3\4" + directory + end)
    refused(tmp_path / "m.mmsk", watch, "60,000 entries listed")
    lying = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(directory) * 3, 4, 0)
    (tmp_path / "m.mmsk").write_bytes(b"PK\3\4" + directory * 3 + lying)
    refused(tmp_path / "m.mmsk", watch, "2 entries listed in 8,")


def test_comments_and_large_file_extensions_are_refused(saved, tmp_path, watch):
    path = tmp_path / "m.mmsk"
    for comment in (b"h", b"hello PK\5\6", bytes(2**16 - 1)):
        path.write_bytes(saved)
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = comment
        refused(path, watch, "something follows the end")
    path.write_bytes(saved[:-22] + b"PK\6\7" + bytes(16) + saved[-22:])
    refused(path, watch, "of a form")
    path.write_bytes(b"more" + saved)
    refused(path, watch, "do not add up")
