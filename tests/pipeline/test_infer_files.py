"""Columns of paths without an ending: what the files are is read from them, where there are any."""

import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image

from mmsk import fusion_pipeline, infer_branches, infer_kinds
from mmsk.pipeline import _contents

N = 12


def encoded(kind, number):
    file = io.BytesIO()
    if kind == "audio":
        soundfile.write(file, np.sin(np.arange(4000) * (number + 1) / 50), 8000, format="WAV")
    elif kind == "image":
        Image.new("RGB", (16, 16), (9 * number, 0, 0)).save(file, "PNG")
    else:
        file.write(b"%PDF-1.7" + bytes(number) if number else b"")
    return file.getvalue()


@pytest.fixture
def store(tmp_path):
    """Return a function that writes files of some kinds, named by a number, and returns their paths."""

    def write(*kinds):
        paths = []
        for number in range(N):
            path = tmp_path / "my store" / f"{number % 3:02}" / f"{number:04}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encoded(kinds[number % len(kinds)], number))
            paths.append(str(path))
        return paths

    return write


def kind_of(cells):
    return infer_kinds(pd.DataFrame({"file": pd.Series(cells, dtype=object)})).loc["file"]


FORMS = {
    "text": lambda path: path,
    "path": Path,
    "arrow": lambda path: {"path": path, "bytes": None},
    "list": lambda path: [path, path],
    "relative": os.path.relpath,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["image", "audio"])
def test_files_without_an_ending_are_looked_into(kind, form, store):
    paths = [FORMS[form](path) for path in store(kind)]
    assert kind_of(paths)["kind"] == kind
    assert "12 of the 12 files that were looked at begin as" in kind_of(paths)["why"]
    assert kind_of([None, *paths])["why"].endswith(", 8% missing")


def test_the_branch_of_such_a_column_reads_it(store):
    frame = pd.DataFrame({"photo": store("image")})
    branches = infer_branches(frame, show=None)
    assert [(name, column) for name, _, column in branches] == [("image", "photo")]
    labels = np.arange(N) > 5
    assert fusion_pipeline(branches).fit(frame, labels).score(frame, labels) == 1


def test_a_few_files_may_be_lost_or_broken(store):
    paths = store("image")
    os.remove(paths[3])
    Path(paths[7]).write_bytes(b"")
    assert kind_of(paths)["kind"] == "image"


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["pdf"], r"0 of 12 begin as pictures do, and 0 as sounds; one begins with b'"),
        (["image", "audio"], "6 of 12 begin as pictures do, and 6 as sounds;"),
    ],
)
def test_files_of_no_kind_are_left_out_and_warned_of(kinds, told, store):
    frame = pd.DataFrame({"file": store(*kinds), "price": np.linspace(1, 2, N)})
    assert infer_kinds(frame).loc["file", "kind"] == "left out"
    with pytest.warns(UserWarning, match=rf"^column 'file' is left out: .*{told}.*or drop the column$") as warned:
        branches = infer_branches(frame, show=None)
    assert warned[0].filename == __file__
    assert [name for name, _, _ in branches] == ["number"]


def test_an_ending_that_says_nothing_does_no_harm(store, tmp_path):
    paths = [os.rename(path, f"{path}.bin") or f"{path}.bin" for path in store("image")]
    assert kind_of(paths)["kind"] == "image"


def test_paths_of_nothing_stay_what_they_were(tmp_path):
    assert kind_of([str(tmp_path / f"{number:04}") for number in range(N)])["kind"] == "text"
    assert kind_of([str(tmp_path / f"{number:04}.pdf") for number in range(N)])["kind"] == "left out"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_folders_and_pipes_are_no_files(make, tmp_path):
    paths = [str(tmp_path / f"{number:04}") for number in range(N)]
    for path in paths:
        make(path)
    assert kind_of(paths)["kind"] == "text"


TEXTS = {
    "sentences": (lambda number: f"a picture of the number {number}", 0),
    "one word": (lambda number: f"word{number}", 3),
    "slashes": (lambda number: f"either this and/or that, {number}", 3),
    "lines": (lambda number: f"this/\nthat{number}", 0),
    "long": (lambda number: "a/b" * 400 + str(number), 0),
    "links": (lambda number: f"file:///etc/passwd {number}", 0),
    "null bytes": (lambda number: f"a\0/b{number}", 3),
    "nothing": (lambda number: "", 0),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_file_system_is_hardly_asked_about_texts(name, monkeypatch):
    text, most = TEXTS[name]
    asked = []
    look = _contents.first_bytes
    monkeypatch.setattr(_contents, "first_bytes", lambda path, count: asked.append(path) or look(path, count))
    assert kind_of([text(number) for number in range(N)])["kind"] in ("text", "category")
    assert len(asked) <= most


def test_of_many_cells_a_few_are_looked_at(store, monkeypatch):
    asked = []
    look = _contents.first_bytes
    monkeypatch.setattr(_contents, "first_bytes", lambda path, count: asked.append(count) or look(path, count))
    assert kind_of(store("audio") * 100)["kind"] == "audio"
    assert len(asked) == 20
    assert max(asked) <= 64
