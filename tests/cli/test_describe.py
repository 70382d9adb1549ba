import numpy as np
import pandas as pd
import pytest

from mmsk.datasets import read_table
from mmsk.image import HOG

ONE = ("-b", "photo=hog:image", "-b", "words=text:text", "-j", "1")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_named_features_of_every_row(run, table, tmp_path, ending):
    said = run("describe", table(), "-o", tmp_path / f"f.{ending}", "-k", "label", *ONE)
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    features = read(tmp_path / f"f.{ending}")
    names = list(features.columns)
    hog = HOG().fit(read_table(table())["image"])
    assert names[:2] == ["row", "label"]
    assert names[2 : 2 + len(hog.names_)] == [f"photo__{name}" for name in hog.names_]
    assert any(name.startswith("words__word__") for name in names)
    assert f"{len(names) - 2:,} features of 36 rows" in said
    described = features[names[2 : 2 + len(hog.names_)]].to_numpy()
    np.testing.assert_allclose(described, hog.transform(read_table(table())["image"]), rtol=1e-6)


def test_a_missing_item_is_a_row_without_numbers(run, table, media, tmp_path):
    run("describe", table(), "-o", tmp_path / "f.parquet", "-b", "clip=mfcc:audio", "-j", "1")
    features = pd.read_parquet(tmp_path / "f.parquet").drop(columns="row")
    missing = media[1]["audio"].isna().to_numpy()
    assert missing.any()
    np.testing.assert_array_equal(features.isna().all(axis=1), missing)


def test_kept_columns_are_not_described(run, table, tmp_path):
    said = run("describe", table(), "-o", tmp_path / "f.csv", "-k", "label", "-k", "seller", "-k", "price", "-j", "1")
    assert "seller number" not in said
    assert "image image" in said


def test_a_kept_column_has_to_be_there(run, table, tmp_path):
    assert "no column 'lable'" in run("describe", table(), "-o", tmp_path / "f.csv", "-k", "lable", code=1)


def test_a_kept_column_cannot_be_called_as_the_index(run, table, tmp_path):
    path = table(row=dict.fromkeys(range(36), 1))
    assert "'row' is what the first column" in run("describe", path, "-o", tmp_path / "f.csv", "-k", "row", code=2)


def test_parquet_without_pyarrow_is_refused_before_any_work(run, table, tmp_path, monkeypatch):
    monkeypatch.setattr("mmsk.cli._options.find_spec", lambda name: None)
    assert "pip install 'mmsk[parquet]'" in run("describe", table(), "-o", tmp_path / "f.parquet", code=2)
