"""read_table: formats, what is missing, where paths start, and what it refuses."""

import gzip
import json
import sys

import numpy as np
import pandas as pd
import pytest

from mmsk._reference import is_missing
from mmsk.datasets import read_table


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("name", "separator"), [("t.csv", ","), ("t.tsv", "\t"), ("T.CSV", ",")])
def test_separated_values_are_read_with_their_types(tmp_path, name, separator):
    rows = [["caption", "price", "sold", "label"], ['"A red, round one"', "1.5", "2", "x"], ["Two", "3", "4", "y"]]
    frame = read_table(write(tmp_path, name, "\n".join(separator.join(row) for row in rows)))
    assert frame["caption"].tolist() == ["A red, round one", "Two"]
    assert frame["price"].tolist() == [1.5, 3.0]
    assert frame["sold"].dtype == np.int64
    assert list(frame.columns) == rows[0]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert list(read_table(write(tmp_path, "t.csv", b"\xef\xbb\xbfcaption,label\na,b\n")).columns) == [
        "caption",
        "label",
    ]


def test_words_for_nothing_are_text_among_text_and_missing_among_numbers(tmp_path):
    content = "caption,age,mixed\nNone,3,NA\nNA,NA,\n,,NA\nnan,5,NA\n"
    frame = read_table(write(tmp_path, "t.csv", content))
    assert frame["caption"].drop(2).tolist() == ["None", "NA", "nan"]
    assert [is_missing(cell) for cell in frame["caption"]] == [False, False, True, False]
    np.testing.assert_array_equal(frame["age"], [3, np.nan, np.nan, 5])
    assert frame["mixed"].drop(1).tolist() == ["NA"] * 3  # no number among them, so nothing says that they are numbers


def test_an_index_written_by_pandas_is_an_index_again(tmp_path):
    frame = pd.DataFrame({"caption": ["a", "b"], "label": ["x", "y"]}, index=[7, 9])
    frame.to_csv(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv"), frame)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", "caption,label\n", "has no rows"),
        ("t.csv", "a,b,a\n1,2,3\n", "two columns are named 'a'"),
        ("t.csv", "a,,c\n1,2,3\n", "column 2 has no name"),
        ("t.csv", "a;b\n1;2\n", "must be separated by ','"),
        ("t.csv", "cat.png,cat\ndog.png,dog\n", "'cat.png' is a file"),
        ("t.csv", "a,b\n1,2\n1,2,3\n", "do not fit the names"),
        ("t.csv", "a,b\n1,2,3\n1,2,3\n", "do not fit the names"),
        ("t.csv", 'a,b\n1,"2\n', "do not fit the names"),
        ("t.csv", b"a,b\n1,\xe9t\xe9\n", "is not UTF-8"),
        ("t.csv.gz", b"a,b\n1,2\n", "is damaged"),
        ("t.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 100, mtime=0)[:-9], "is damaged"),
        ("t.xlsx", "a,b\n", "unknown ending '.xlsx', expected .csv"),
        ("t", "a,b\n", "unknown ending ''"),
        ("t.jsonl", '{"a": 1}\n{"a": 2\n', "line 2 is no JSON"),
        ("t.jsonl", '{"a": 1}\n[2]\n', r"must be an object .* got \[2\]"),
        ("t.json", "[]", "has no rows"),
        ("t.parquet", "PAR1 not really", "cannot be read as Parquet"),
    ],
)
def test_a_bad_table_is_one_clear_error(tmp_path, name, content, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_table(write(tmp_path, name, content))
    assert str(tmp_path) in str(caught.value)


def test_what_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such table: .*absent\.csv"):
        read_table(tmp_path / "absent.csv")


def test_json_lines_keep_strings_lists_and_line_separators_inside_strings(tmp_path):
    rows = [{"id": "007", "date": "2020-01-01", "photos": ["a.png", "b.png"]}, {"id": "x\u2028y", "score": 0.5}]
    for name in ("a.png", "b.png"):
        write(tmp_path, name, "")
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for name, content in [
        ("t.jsonl", lines),
        ("t.ndjson", lines + "\n\n"),
        ("t.json", json.dumps(rows)),
        ("t.jsonl.gz", gzip.compress(lines.encode(), mtime=0)),
    ]:
        frame = read_table(write(tmp_path, name, content))
        assert frame["id"].tolist() == ["007", "x\u2028y"]
        assert frame["date"][0] == "2020-01-01"
        assert frame["photos"][0] == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
        assert frame["photos"][1] is None
        np.testing.assert_array_equal(frame["score"], [np.nan, 0.5])


def test_a_packed_table_is_read(tmp_path):
    path = write(tmp_path, "t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0))
    assert read_table(path).to_dict("list") == {"a": [1], "b": [2]}


def test_parquet_keeps_stored_pictures_resolves_paths_and_gives_lists(tmp_path):
    write(tmp_path, "a.png", "")
    write(tmp_path, "b.png", "")
    frame = pd.DataFrame(
        {
            "stored": [{"bytes": b"123", "path": "a.png"}, {"bytes": b"45", "path": None}],
            "linked": [{"bytes": None, "path": "a.png"}, {"bytes": None, "path": "b.png"}],
            "photos": [["a.png", "b.png"], ["b.png"]],
            "vector": [np.array([0.5, 1.0]), np.array([2.0, 3.0])],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet")
    assert read["stored"].tolist() == frame["stored"].tolist()
    assert read["linked"][0] == {"bytes": None, "path": str(tmp_path / "a.png")}
    assert read["photos"].tolist() == [[str(tmp_path / "a.png"), str(tmp_path / "b.png")], [str(tmp_path / "b.png")]]
    np.testing.assert_array_equal(read["vector"][0], [0.5, 1.0])


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install 'mmsk\[parquet\]'"):
        read_table(write(tmp_path, "t.parquet", "PAR1"))


def test_relative_paths_start_at_the_table(tmp_path, monkeypatch):
    write(tmp_path, "data/photos/1.PNG", "")
    write(tmp_path, "elsewhere/2.png", "")
    absolute = str(tmp_path / "elsewhere" / "2.png")
    rows = ["photo,label", "photos/1.PNG,a", f"{absolute},b", ",a", "https://somewhere/3.png,b"]
    table = write(tmp_path, "data/t.csv", "\n".join(rows))
    monkeypatch.chdir(tmp_path / "elsewhere")
    expected = [str(tmp_path / "data" / "photos" / "1.PNG"), absolute, None, "https://somewhere/3.png"]
    assert read_table(table)["photo"].tolist() == expected
    assert read_table("../data/t.csv")["photo"].map(is_missing).tolist() == [False, False, True, False]


def test_a_root_replaces_the_folder_of_the_table(tmp_path):
    write(tmp_path, "media/1.png", "")
    table = write(tmp_path, "tables/t.csv", "photo,label\n1.png,a\n")
    assert read_table(table, root=tmp_path / "media")["photo"].tolist() == [str(tmp_path / "media" / "1.png")]


def test_absent_files_are_counted_and_shown(tmp_path):
    write(tmp_path, "0.png", "")
    rows = "".join(f"{number}.png,{number}.wav\n" for number in range(6))
    with pytest.warns(UserWarning, match="do not exist") as caught:
        frame = read_table(write(tmp_path, "t.csv", "photo,clip\n" + rows))
    first, second = (str(warning.message) for warning in caught)
    assert first.startswith(f"column 'photo': 5 of 6 files do not exist: {tmp_path / '1.png'}, {tmp_path / '2.png'}, ")
    assert second.startswith("column 'clip': 6 of 6 files do not exist")
    assert caught[0].filename == __file__
    assert frame["photo"][5] == str(tmp_path / "5.png")


def test_captions_that_mention_a_file_are_no_paths(tmp_path):
    content = "caption\nsee cat.png\nA cat on a mat.\nA dog in a fog.\n"
    assert read_table(write(tmp_path, "t.csv", content))["caption"][0] == "see cat.png"


def test_media_columns_may_be_named(tmp_path):
    write(tmp_path, "photos/1", "")
    table = write(tmp_path, "t.csv", "photo,label\nphotos/1,a\n")
    assert read_table(table)["photo"][0] == "photos/1"
    for media in ("photo", ["photo"]):
        assert read_table(table, media=media)["photo"][0] == str(tmp_path / "photos" / "1")
    with pytest.raises(ValueError, match="no column 'phto' in the table; there are photo, label"):
        read_table(table, media="phto")


def test_a_tree_of_pictures_has_a_row_for_each_file(tmp_path):
    for name in ("cat/1.png", "cat/1.jpg", "cat/deep/2.PNG", "dog/1.png", ".git/x.png", "dog/.hidden.png"):
        write(tmp_path, name, "")
    frame = read_table(tmp_path)
    assert list(frame.columns) == ["picture", "label"]
    assert frame["label"].tolist() == ["cat", "cat", "cat", "dog"]
    names = ["cat/1.jpg", "cat/1.png", "cat/deep/2.PNG", "dog/1.png"]
    assert frame["picture"].tolist() == [str(tmp_path / name) for name in names]


def test_a_tree_of_several_kinds_joins_files_of_one_name(tmp_path):
    for name in ("cat/1.png", "cat/1.wav", "dog/1.wav"):
        write(tmp_path, name, "")
    write(tmp_path, "cat/1.txt", " A cat.\n")
    frame = read_table(tmp_path)
    assert frame.to_dict("list") == {
        "picture": [str(tmp_path / "cat/1.png"), None],
        "sound": [str(tmp_path / "cat/1.wav"), str(tmp_path / "dog/1.wav")],
        "text": ["A cat.", None],
        "label": ["cat", "dog"],
    }
    write(tmp_path, "cat/1.jpg", "")
    with pytest.raises(ValueError, match=r"would share a row: .*cat/1\.\*"):
        read_table(tmp_path)


def test_a_tree_says_which_files_it_left_out(tmp_path):
    for name in ("cat/1.png", "cat/2.heic", "dog/3.heic", "dog/LICENSE"):
        write(tmp_path, name, "")
    with pytest.warns(UserWarning, match=r"left out for their ending: \.heic \(2\), no ending \(1\)") as caught:
        assert len(read_table(tmp_path)) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["1.png", "2.png"], "no folders in it"),
        (["train/cat/1.png", "test/cat/2.png"], "test, train: parts of a data set"),
        (["cat/1.docx"], "no picture, sound or text"),
    ],
)
def test_a_folder_that_is_no_tree_of_classes_is_refused(tmp_path, names, message):
    for name in names:
        write(tmp_path, name, "")
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path)


def test_text_in_a_tree_must_be_utf8(tmp_path):
    write(tmp_path, "cat/1.txt", b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"1\.txt is not UTF-8"):
        read_table(tmp_path)
