"""read_table: a table of texts, numbers and paths from a CSV, JSON lines or Parquet file, or a folder per class."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mmsk.datasets._folder_tree import read_tree
from mmsk.datasets._media_columns import resolve_media
from mmsk.datasets._readers import READ, ending

__all__ = ["read_table"]


def read_table(
    path: str | os.PathLike[str],
    *,
    media: str | Sequence[str] | None = None,
    root: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    r"""Read a table whose columns hold text, numbers, and paths of pictures or sounds.

    Parameters
    ----------
    path : str or Path
        A file, known by its ending, or a folder:

        - ``.csv``, ``.tsv``: UTF-8, separated by commas or tabs, names in the first line. Numbers are parsed (an id
          "007" becomes 7). An empty cell is missing; "NA", "None", "null" and the like are text, unless all other cells
          of the column are numbers. A first column without a name, which is how pandas writes its index, becomes the
          index.
        - ``.jsonl``, ``.ndjson``, ``.json``: an object a line, or one list of objects. A cell may be a list.
        - ``.parquet``: needs ``pip install 'mmsk[parquet]'``. Pictures stored as {"bytes", "path"} stay dicts.
        - a folder that holds a folder for each class: see Notes.

        CSV and JSON may be packed by gzip (``.csv.gz``).
    media : str or sequence of str, default=None
        The columns that hold paths. None: those in which more than half of the cells end like a picture, a sound or a
        video (".png", ".wav", ...).
    root : str or Path, default=None
        The folder where relative paths of a table start. None: the table's own folder.

    Returns
    -------
    DataFrame
        The table. The cells of media columns are absolute paths, URLs, dicts or lists of these, None where missing.

    Raises
    ------
    OSError
        When there is no such file or folder.
    ValueError
        For an unknown ending, a table without rows or names, or with one name twice, cells that do not fit the names,
        text that is not UTF-8, and a `media` column that the table does not have.
    ImportError
        For Parquet without pyarrow.

    Warns
    -----
    UserWarning
        Once for each media column some of whose files do not exist, and for files of a tree that are left out.

    Notes
    -----
    A tree ``pets/cat/1.png, pets/cat/2.png, pets/dog/1.png`` becomes the columns picture and label. Sounds and ``.txt``
    files become the columns sound and text; where there are several kinds, files that differ in the ending only are one
    row.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mmsk.datasets import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "pets.csv").write_text("title,age,label\nNone,3,cat\nA dog.,,dog\n")
    ...     read_table(folder + "/pets.csv")
        title  age label
    0    None  3.0   cat
    1  A dog.  NaN   dog
    """
    path = Path(path).expanduser().absolute()
    if path.is_dir():
        return read_tree(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no regular file" if path.exists() else f"no such table: {path}")
    if ending(path) not in READ:
        raise ValueError(
            f"{path}: unknown ending {ending(path)!r}, expected {', '.join(READ)}, or a folder; save it as CSV"
        )
    try:
        frame = READ[ending(path)](path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error}); save it as UTF-8") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} is damaged ({error}); make it anew") from error
    if frame.empty:
        raise ValueError(f"{path} has no rows")
    return resolve_media(frame, path.parent if root is None else Path(root).expanduser().absolute(), media)
