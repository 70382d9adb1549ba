import joblib
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from mmsk.datasets import read_table

TWO = ("-b", "words=text:text", "-b", "photo=image:image", "-j", "1")


@pytest.fixture
def model(run, table, tmp_path):
    """Return the path of a model."""
    run("train", table(), "-t", "label", "-o", tmp_path / "m.joblib", *TWO, "--calibrate")
    return tmp_path / "m.joblib"


def test_predictions_are_those_of_the_model_row_by_row(run, table, model, tmp_path):
    run("predict", model, table(), "-o", tmp_path / "p.csv", "-j", "1")
    predicted = pd.read_csv(tmp_path / "p.csv")
    assert list(predicted.columns) == ["row", "prediction"]
    assert list(predicted["row"]) == list(range(36))
    assert list(predicted["prediction"]) == list(joblib.load(model).predict(read_table(table())))


def test_probabilities_by_class(run, table, model, tmp_path):
    run("predict", model, table(), "--proba", "-o", tmp_path / "p.parquet", "-j", "1")
    predicted = pd.read_parquet(tmp_path / "p.parquet")
    assert list(predicted.columns) == ["row", "prediction", "p_cat", "p_dog", "p_fox"]
    best = predicted[["p_cat", "p_dog", "p_fox"]].idxmax(axis=1).str.removeprefix("p_")
    assert list(best) == list(predicted["prediction"])


def test_a_model_without_probabilities_says_how_to_get_some(run, table, tmp_path):
    run("train", table(), "-t", "label", "-o", tmp_path / "m.joblib", *TWO)
    assert "train it with --calibrate" in run("predict", tmp_path / "m.joblib", table(), "--proba", code=1)


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
    (tmp_path / "text.joblib").write_text("not a model")
    assert "is not a model" in run("predict", tmp_path / "text.joblib", table(), code=1)
    (tmp_path / "empty.joblib").touch()
    assert "is not a model" in run("predict", tmp_path / "empty.joblib", table(), code=1)
    for length in (1, 100, 5000):
        (tmp_path / "half.joblib").write_bytes(model.read_bytes()[:length])
        assert "is not a model" in run("predict", tmp_path / "half.joblib", table(), code=1)
    joblib.dump({"a": 1}, tmp_path / "dict.joblib")
    assert "holds a dict, which cannot predict" in run("predict", tmp_path / "dict.joblib", table(), code=1)
    assert "does not exist" in run("predict", tmp_path / "no.joblib", table(), code=2)


def test_a_model_of_plain_scikit_learn_predicts_too(run, tmp_path):
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 1.5, 0.0, 0.5]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    joblib.dump(LogisticRegression().fit(frame, [0, 0, 1, 1]), tmp_path / "m.joblib")
    run("predict", tmp_path / "m.joblib", tmp_path / "t.csv", "-o", tmp_path / "p.csv")
    assert list(pd.read_csv(tmp_path / "p.csv")["prediction"]) == [0, 0, 1, 1]


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_model_of_another_scikit_learn_is_told_once(run, table, model, tmp_path):
    fitted = joblib.load(model)
    content = model.read_bytes()
    joblib.dump(fitted, model)
    version = fitted.__getstate__()["_sklearn_version"].encode()
    other = b"0" + version[1:]
    model.write_bytes(content.replace(version, other))
    said = run("predict", model, table(), "-o", tmp_path / "p.csv", "-j", "1")
    assert said.count(f"was saved by scikit-learn {other.decode()}") == 1
