import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from mmsk import _engine
from mmsk.datasets import read_table
from mmsk.persistence import load, save

TWO = ("-b", "words=text:text", "-b", "photo=image:image", "-j", "1")


@pytest.fixture
def model(run, table, tmp_path):
    """Return the path of a model."""
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--calibrate")
    return tmp_path / "m.mmsk"


def test_predictions_are_those_of_the_model_row_by_row(run, table, model, tmp_path):
    run("predict", model, table(), "-o", tmp_path / "p.csv", "-j", "1")
    predicted = pd.read_csv(tmp_path / "p.csv")
    assert list(predicted.columns) == ["row", "prediction"]
    assert list(predicted["row"]) == list(range(36))
    assert list(predicted["prediction"]) == list(load(model).predict(read_table(table())))


def test_a_few_rows_start_no_workers_unless_they_are_asked_for(run, table, model, tmp_path, monkeypatch):
    monkeypatch.setenv("MMSK_CACHE", str(tmp_path / "empty"))  # the memo of this process knows the items
    run("predict", model, table(), "-o", tmp_path / "one.csv", "-j", "1")

    def refused(*args, **kwargs):
        raise ValueError("workers")

    monkeypatch.setattr(_engine, "Parallel", refused)
    for command in (["predict", model, table()], ["train", table(), "-t", "label", *TWO[:4]]):
        monkeypatch.setenv("MMSK_CACHE", str(tmp_path / command[0]))
        run(*command, "-o", tmp_path / "few.out.csv" if command[0] == "predict" else tmp_path / "few.mmsk")
        monkeypatch.setenv("MMSK_CACHE", str(tmp_path / f"{command[0]}-2"))
        assert "workers" in run(*command, "-o", tmp_path / "two.out.csv", "-j", "2", code=1)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "few.out.csv"), pd.read_csv(tmp_path / "one.csv"))


def test_probabilities_by_class(run, table, model, tmp_path):
    run("predict", model, table(), "--proba", "-o", tmp_path / "p.parquet", "-j", "1")
    predicted = pd.read_parquet(tmp_path / "p.parquet")
    assert list(predicted.columns) == ["row", "prediction", "p_cat", "p_dog", "p_fox"]
    best = predicted[["p_cat", "p_dog", "p_fox"]].idxmax(axis=1).str.removeprefix("p_")
    assert list(best) == list(predicted["prediction"])


def test_a_model_without_probabilities_says_how_to_get_some(run, table, tmp_path):
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO)
    assert "train it with --calibrate" in run("predict", tmp_path / "m.mmsk", table(), "--proba", code=1)


def test_the_target_is_not_needed_and_the_columns_are(run, table, model, tmp_path):
    frame = pd.read_csv(table())
    frame.drop(columns=["label", "audio"]).to_csv(table().with_name("new.csv"), index=False)
    run("predict", model, table().with_name("new.csv"), "-o", tmp_path / "p.csv", "-j", "1")
    assert len(pd.read_csv(tmp_path / "p.csv")) == 36
    frame.drop(columns="text").to_csv(table().with_name("less.csv"), index=False)
    assert "no column 'text'" in run("predict", model, table().with_name("less.csv"), code=1)


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_bad_file_ends_it_or_counts_as_missing(run, table, media, model, tmp_path):
    (media[0] / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    path = table(image={3: "broken.png"})
    said = run("predict", model, path, "-o", tmp_path / "p.csv", "-j", "1", code=1)
    assert "row 3: " in said
    assert not list(tmp_path.glob("*p.csv"))
    said = run("predict", model, path, "-o", tmp_path / "p.csv", "-j", "1", "--on-error", "missing")
    assert "taken for missing: 1 of the items of 'photo' (row 3: " in said
    assert len(pd.read_csv(tmp_path / "p.csv")) == 36


def test_what_is_no_model_is_refused(run, table, model, tmp_path):
    bad = tmp_path / "bad.mmsk"
    for content in (b"not a model", b"", *(model.read_bytes()[:length] for length in (1, 100, 5000))):
        bad.write_bytes(content)
        assert "not a model of mmsk" in run("predict", bad, table(), code=1)
    save(StandardScaler().fit([[0.0], [1.0]]), bad)
    assert "holds a StandardScaler, which cannot predict" in run("predict", bad, table(), code=1)
    assert "does not exist" in run("predict", tmp_path / "no.mmsk", table(), code=2)


def test_a_pickle_is_named_and_not_opened(run, table, tmp_path):
    for command in (["predict", tmp_path / "m.joblib", table()], ["inspect", tmp_path / "m.joblib"]):
        joblib.dump(LogisticRegression(), tmp_path / "m.joblib")
        said = run(*command, code=1)
        assert "a pickle, as joblib.dump and pickle.dump write it" in said
        assert "it was not opened" in said
    assert "is no pickle: call it m.mmsk" in run("train", table(), "-t", "label", "-o", tmp_path / "m.joblib", code=2)


def test_a_model_of_plain_scikit_learn_predicts_too(run, tmp_path):
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 1.5, 0.0, 0.5]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    save(LogisticRegression().fit(frame, [0, 0, 1, 1]), tmp_path / "m.mmsk")
    run("predict", tmp_path / "m.mmsk", tmp_path / "t.csv", "-o", tmp_path / "p.csv")
    assert list(pd.read_csv(tmp_path / "p.csv")["prediction"]) == [0, 0, 1, 1]


def test_a_function_of_ones_own_is_trusted_by_name(run, tmp_path):
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    model = make_pipeline(FunctionTransformer(np.cumsum, kw_args={"axis": 1}), LogisticRegression())
    with pytest.warns(UserWarning, match="have to be trusted"):
        save(model.fit(frame, [0, 0, 1, 1]), tmp_path / "m.mmsk")
    said = run("predict", tmp_path / "m.mmsk", tmp_path / "t.csv", code=1)
    assert "it holds what is not trusted: numpy.cumsum; trust a name only" in said
    run("predict", tmp_path / "m.mmsk", tmp_path / "t.csv", "--trust", "numpy.cumsum", "-o", tmp_path / "p.csv")
    assert list(pd.read_csv(tmp_path / "p.csv")["prediction"]) == [0, 0, 1, 1]
