import os

import pandas as pd
import pytest

from mmsk.cli._files import replacing, write_frame


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.suffix == ".csv"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_half_a_file_vanishes_and_the_old_one_stays(tmp_path, error):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def write():
        with replacing(path) as temporary:
            temporary.write_text("ne")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "target.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
    with replacing(tmp_path / "link.csv") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text() == "new"


def test_what_is_no_regular_file_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_frame(pd.DataFrame({"a": [1]}), pipe, index_label="row")
    assert os.read(reader, 100) == b"row,a\n0,1\n"
    os.close(reader)
    assert pipe.is_fifo()


def test_the_index_is_the_first_column(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    write_frame(frame, tmp_path / "f.csv", index_label="row")
    write_frame(frame, tmp_path / "f.parquet", index_label="row")
    assert (tmp_path / "f.csv").read_text() == "row,a\nx,1\ny,2\n"
    assert list(pd.read_parquet(tmp_path / "f.parquet").columns) == ["row", "a"]
