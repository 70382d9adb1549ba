"""The one door for bytes: what is read, what is refused, what a digest tells apart."""

import os
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mmsk._reference import is_missing, label, object_array, read, stat_key
from mmsk.errors import MAX_REF, MediaError


def refusal(cell, max_bytes=100, root=None):
    with pytest.raises(MediaError) as caught:
        read(cell, max_bytes=max_bytes, root=root)
    return caught.value


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "item.bin"
    path.write_bytes(b"content")
    return path


# Missing cells


@pytest.mark.parametrize(
    "cell",
    [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), [], [None, np.nan], [[]]],
    ids=str,
)
def test_missing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["", b"", 0, 0.0, "nan", "None", [""], np.zeros(0), np.zeros(3) / 1, (), {}], ids=str)
def test_not_missing(cell):
    assert not is_missing(cell)


# What is read


def test_path_bytes_and_dicts_mean_the_same(file):
    cells = [str(file), file, b"content", bytearray(b"content"), memoryview(b"content"), np.str_(file)]
    cells += [{"path": str(file)}, {"path": file, "bytes": None}, {"path": "gone", "bytes": b"content"}]
    assert [read(cell, max_bytes=100) for cell in cells] == [b"content"] * len(cells)


def test_decoded_items_pass_as_they_are():
    array, picture = np.zeros((2, 2)), Image.new("L", (2, 2))
    assert read(array, max_bytes=1) is array
    assert read(picture, max_bytes=1) is picture


def test_dicts_of_arrays():
    samples, rate = read({"array": [0.0, 0.5], "sampling_rate": 8000, "path": None}, max_bytes=1)
    np.testing.assert_array_equal(samples, [0.0, 0.5])
    assert rate == 8000
    np.testing.assert_array_equal(read({"array": [[1, 2]]}, max_bytes=1), [[1, 2]])


def test_a_dict_without_content_says_what_belongs_into_it():
    error = refusal({"file": "cat.png"})
    assert error.kind == "wrong_type"
    assert "'bytes' (bytes), 'path' (str), or 'array'" in str(error)


@pytest.mark.parametrize("cell", [{"bytes": "item.bin"}, {"path": 3}, {"path": b"item.bin"}])
def test_a_dict_is_taken_at_its_word(file, monkeypatch, cell):
    """A str under "bytes" is no path."""
    monkeypatch.chdir(file.parent)
    assert refusal(cell).kind == "wrong_type"
    assert stat_key(cell, None) is None


def test_a_url_is_read_through_fsspec():
    with fsspec.open("memory://folder/item.bin", "wb") as target:
        target.write(b"remote")
    assert read("memory://folder/item.bin", max_bytes=6) == b"remote"
    assert refusal("memory://folder/item.bin", max_bytes=5).kind == "too_large"
    assert refusal("memory://folder/gone.bin").kind == "missing_file"
    assert refusal("nosuchprotocol://x").kind == "missing_file"
    assert refusal("memory://folder/item.bin", root="/tmp").kind == "outside_root"


def test_a_file_url_is_a_path(file):
    assert read(f"file://{file}", max_bytes=100) == b"content"


# What is refused


def test_a_missing_file(tmp_path):
    error = refusal(tmp_path / "gone.bin")
    assert error.kind == "missing_file"
    assert "no such file" in str(error)


def test_a_path_through_a_file(file):
    assert refusal(file / "below").kind == "missing_file"


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "a/" * 5000], ids=["null byte", "long name", "deep"])
@pytest.mark.parametrize("root", [None, "/tmp"])
def test_an_impossible_path(path, root):
    error = refusal(path, root=root)
    assert error.kind == "missing_file"
    assert stat_key(path, root) is None


def test_a_link_loop(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(tmp_path / "loop").kind == "missing_file"
    assert refusal("loop", root=tmp_path).kind == "missing_file"


def test_a_directory(tmp_path):
    error = refusal(tmp_path)
    assert error.kind == "not_regular"
    assert "directory" in str(error)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_fifo_does_not_hang(tmp_path, form):
    os.mkfifo(tmp_path / "fifo")
    assert refusal(form.format(tmp_path / "fifo")).kind == "not_regular"


def test_a_device(tmp_path):
    assert refusal("/dev/zero").kind == "not_regular"


def test_a_socket(tmp_path, monkeypatch):
    import socket

    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refusal("socket").kind in {"missing_file", "not_regular"}  # it cannot even be opened on Linux


@pytest.mark.parametrize("form", [bytes, str, dict])
def test_an_empty_item(tmp_path, form):
    path = tmp_path / "empty.bin"
    path.touch()
    cell = {bytes: b"", str: str(path), dict: {"path": str(path), "bytes": b""}}[form]
    error = refusal(cell)
    assert error.kind == "empty"
    assert "0 bytes" in str(error)


def test_empty_bytes_do_not_fall_back_to_the_file(file):
    """Neither when they are read nor when the file is looked up: both have to name the same content."""
    cell = {"path": str(file), "bytes": b""}
    assert refusal(cell).kind == "empty"
    assert stat_key(cell, None) is None


@pytest.mark.parametrize("form", [lambda file: file.read_bytes(), str])
def test_the_limit_of_bytes(file, form):
    assert read(form(file), max_bytes=7) == b"content"
    error = refusal(form(file), max_bytes=6)
    assert error.kind == "too_large"
    assert "7 bytes" in str(error)
    assert "max_bytes=6" in str(error)


def test_a_file_that_lies_about_its_size_is_read_whole_or_ends_at_the_limit():
    assert os.stat("/proc/version").st_size == 0
    assert read("/proc/version", max_bytes=10_000) == Path("/proc/version").read_bytes()
    assert refusal("/proc/version", max_bytes=10).kind == "too_large"


# The root folder


def test_relative_paths_start_at_the_root(file, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    assert read("item.bin", max_bytes=100, root=tmp_path) == b"content"
    assert read(str(file), max_bytes=100, root=tmp_path) == b"content"
    assert stat_key("item.bin", tmp_path) == stat_key(file, None)


def test_nothing_outside_the_root_is_read(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "root-of-others"
    root.mkdir()
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "link").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    for path in ["../root-of-others/secret", str(outside / "secret"), "link", "folder/secret"]:
        assert refusal(path, root=root).kind == "outside_root", path
        assert stat_key(path, root) is None


def test_links_inside_the_root_are_followed(file, tmp_path):
    (tmp_path / "link").symlink_to(file)
    assert read("link", max_bytes=100, root=tmp_path) == b"content"
    assert read("sub/../item.bin", max_bytes=100, root=tmp_path) == b"content"


def test_the_root_itself_may_be_a_link(file, tmp_path):
    (tmp_path / "alias").symlink_to(tmp_path)
    assert read("item.bin", max_bytes=100, root=tmp_path / "alias") == b"content"


# Labels and arrays


def test_labels_are_short_and_say_what_it_is():
    assert label("x" * 1000) == "x" * (MAX_REF - 1) + "…"
    assert label({"path": "cat.png", "bytes": b"1"}) == "cat.png"
    assert label({"bytes": b"1"}) == "<dict with bytes>"
    assert label((np.zeros(5), 8000)) == "<tuple of <array of shape (5,), float64>, 8000>"
    assert label(object()) == "<object>"
    assert label(np.float64(3)) == "3.0"
    assert label("") == "''"


def test_long_paths_are_not_cut():
    paths = ["a", "b" * 500]
    array = object_array(paths)
    assert array.dtype == object
    assert list(array) == paths


def test_arrays_of_one_shape_are_not_stacked():
    assert object_array([np.zeros((2, 2))] * 3).shape == (3,)
    assert object_array([("a", 1), ("b", 2)]).shape == (2,)
    assert object_array([]).shape == (0,)
