"""Documents: what a cell of a text column may hold."""

import builtins
import os

import numpy as np
import pandas as pd
import pytest

from mmsk import FunctionDescriptor
from mmsk._items import Item
from mmsk.cache import FeatureCache
from mmsk.errors import MediaBatchError, MediaError
from mmsk.text import Document


def length(text):
    return float(len(text))


def lengths(column, **params):
    return FunctionDescriptor(length, kind="text", names=["n"], version="1", **params).fit_transform(column)[:, 0]


def test_it_is_the_item_of_the_text_modality():
    assert Item.kinds["text"] is Document


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("abc", "abc"),
        (np.str_("abc"), "abc"),
        ("Grüße".encode(), "Grüße"),
        (bytearray(b"abc"), "abc"),
        (memoryview(b"abc"), "abc"),
        (b"\xef\xbb\xbfabc", "abc"),
        ("\ud800 lone", "\ud800 lone"),
        ("", ""),
    ],
)
def test_text_of(content, text):
    document = Document.open(content)
    assert document.text == text
    assert type(document.text) is str
    assert document.plain() == (text,)


@pytest.mark.parametrize("content", [1, 1.5, True, {"path": "a.txt"}, object(), np.zeros(2), ("a",)])
def test_anything_else_is_of_the_wrong_type(content):
    with pytest.raises(MediaError, match="expected str or bytes") as raised:
        Document(content)
    assert raised.value.kind == "wrong_type"


def test_bytes_that_are_not_utf8_are_named_with_the_place():
    with pytest.raises(MediaError, match=r"byte 0xfc at position 2 .* decode the text first") as raised:
        Document("grün".encode("latin-1"))
    assert raised.value.kind == "corrupt"
    assert isinstance(raised.value.__cause__, UnicodeDecodeError)


@pytest.mark.parametrize("content", ["aaaaa", b"aaaaa", "ééé"])
def test_the_size_is_that_in_utf8(content):
    size = len(content.encode() if isinstance(content, str) else content)
    assert Document(content, {"max_bytes": size}).text
    with pytest.raises(MediaError, match=f"{size} bytes, max_bytes={size - 1}") as raised:
        Document(content, {"max_bytes": size - 1})
    assert raised.value.kind == "too_large"


def test_the_default_limit_is_ten_megabytes():
    assert len(Document("a" * 10_000_000).text) == 10_000_000
    with pytest.raises(MediaError, match="10,000,001 bytes"):
        Document("a" * 10_000_001)


def test_a_text_column_never_touches_the_file_system(tmp_path, monkeypatch):
    path = tmp_path / "secret.txt"
    path.write_text("the content")

    def refuse(*args, **kwargs):
        raise AssertionError(f"the file system was asked for {args}")

    for module, name in [(os, "open"), (os, "stat"), (builtins, "open")]:
        monkeypatch.setattr(module, name, refuse)
    found = lengths([str(path), os.fsencode(path), "s3://bucket/key", "memory://x"])
    monkeypatch.undo()
    np.testing.assert_array_equal(found, [len(str(path)), len(str(path)), 15, 10])


@pytest.mark.parametrize("blank", [None, np.nan, pd.NA, pd.NaT, "", " \n\t\u3000", b"", b" \n", [], [None, ""], ()])
def test_a_blank_document_is_a_missing_one(blank):
    assert Document.references(blank) == []
    np.testing.assert_array_equal(lengths([blank, "ab"]), [np.nan, 2])


@pytest.mark.parametrize("cell", [["a", "bcd", None, " "], ("a", "bcd"), np.array(["a", "bcd"], dtype=object)])
def test_several_documents_in_a_cell_are_pooled(cell):
    np.testing.assert_array_equal(lengths([cell]), [2])
    np.testing.assert_array_equal(lengths([cell], pool="max"), [3])


def test_bad_documents_are_named_by_the_labels_of_their_rows():
    column = pd.Series(["text"] * 40, index=[f"id{row}" for row in range(40)], dtype=object)
    column["id3"], column["id30"] = 3, b"\xff"
    with pytest.raises(MediaBatchError) as raised:
        lengths(column)
    assert [(error.row, error.kind) for error in raised.value.errors] == [("id3", "wrong_type"), ("id30", "corrupt")]


def test_equal_texts_are_described_once(monkeypatch):
    described = []
    monkeypatch.setattr(Document, "plain", lambda self: (described.append(self.text) or self.text,))
    np.testing.assert_array_equal(lengths(["a text", b"a text", "a text"], cache=FeatureCache()), [6, 6, 6])
    assert described == ["a text"]
