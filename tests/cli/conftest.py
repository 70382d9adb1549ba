"""Small tables with real files, and a way to run a command in this process."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mmsk.cli import app
from mmsk.datasets import make_multimodal

ROWS = 36


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    """Return a folder of files, and a table of 36 rows in 3 classes that refers to them by relative paths."""
    folder = tmp_path_factory.mktemp("media")
    frame = make_multimodal(ROWS, 3, folder=folder, noise=0.2, missing={"audio": 0.1}, random_state=0).frame
    frame["label"] = np.array(["cat", "dog", "fox"])[frame["label"]]
    for column in ("image", "audio"):
        frame[column] = [None if path is None else Path(path).relative_to(folder) for path in frame[column]]
    frame["seller"] = np.arange(ROWS) // 3
    frame["price"] = np.random.default_rng(0).uniform(1, 9, ROWS).round(2)
    return folder, frame


@pytest.fixture
def table(media, tmp_path):
    """Return a function that writes the table, changed, and gives its path; `root` is where its paths start."""
    folder, frame = media

    def write(name="table.csv", **changes):
        changed = frame.copy()
        for column, cells in changes.items():
            changed[column] = changed[column].astype(object) if column in changed else None
            for row, cell in cells.items():
                changed.loc[row, column] = cell
        changed.to_csv(folder / f"{tmp_path.name}-{name}", index=False)
        return folder / f"{tmp_path.name}-{name}"

    return write


@pytest.fixture
def run():
    """Return a function that runs a command, and gives its exit code and its words on one line."""

    def invoke(*words, code=0):
        result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "160"})
        said = " ".join(result.output.replace("│", " ").split())
        assert result.exit_code == code, said
        assert "Traceback" not in said
        return said

    return invoke
