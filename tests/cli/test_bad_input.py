"""What a command says of bad tables, files and options: one error that names the place, and no traceback."""

import numpy as np
import pytest
import soundfile

TWO = ("-b", "photo=image:image", "-b", "clip=mfcc:audio", "-j", "1")


@pytest.fixture
def refused(run, tmp_path):
    """Return a function that trains on a table and gives the error; nothing may be written."""

    def train(path, *options, code=1, target="label"):
        said = run("train", path, "-t", target, "-o", tmp_path / "m.mmsk", *options, code=code)
        assert not list(tmp_path.glob("*m.mmsk*"))
        return said

    return train


def test_a_truncated_png(refused, table, media):
    (media[0] / "short.png").write_bytes((media[0] / media[1]["image"][0]).read_bytes()[:150])
    said = refused(table(image={5: "short.png"}), *TWO)
    assert "error: 1 bad item in 36 rows: row 5: " in said
    assert "short.png: truncated" in said
    assert "Give --on-error missing" in said


def test_a_text_file_where_a_picture_should_be(refused, table, media):
    (media[0] / "text.png").write_text("not a picture")
    said = refused(table(image={5: "text.png"}), *TWO)
    assert "row 5: " in said
    assert "text.png: unknown_format" in said


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_directory_where_a_picture_should_be(refused, table, media):
    (media[0] / "folder.png").mkdir(exist_ok=True)
    said = refused(table(image={5: "folder.png"}), *TWO)
    assert "row 5: " in said
    assert "it is a directory" in said


def test_a_sound_without_samples(refused, table, media):
    soundfile.write(media[0] / "silent.wav", np.zeros(0), 8000)
    said = refused(table(audio={5: "silent.wav"}), *TWO)
    assert "row 5: " in said
    assert "silent.wav: empty: it decodes to 0 samples" in said


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_file_that_is_not_there(refused, table):
    said = refused(table(image={5: "gone.png"}), *TWO)
    assert "warning: column 'image': 1 of 36 files do not exist" in said
    assert "give --root if they start elsewhere" in said
    assert "gone.png: missing_file" in said


def test_a_column_that_is_not_there(refused, table):
    said = refused(table(), *TWO, target="labl")
    assert (
        "the table has no column 'labl'; it has text, image, audio, label, seller, price. Did you mean 'label'?" in said
    )
    assert "no column 'foto'" in refused(table(), "-b", "a=image:foto")


def test_an_empty_table(refused, tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("image,label\n")
    assert "has no rows" in refused(path)


def test_a_target_with_one_value(refused, table):
    said = refused(table(label=dict.fromkeys(range(36), "cat")))
    assert "the target 'label' has one value only, 'cat'" in said


def test_a_target_that_is_missing_everywhere(refused, table):
    assert "missing in every row" in refused(table(label=dict.fromkeys(range(36))))


def test_a_target_of_words_is_no_number(refused, table):
    assert "--task number needs a target of numbers" in refused(table(), "--task", "number")


def test_a_target_that_mixes_words_and_numbers(refused, tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"text": "a fox", "label": "fox"}\n{"text": "a goose", "label": 3}\n')
    assert "mixes words and other values (int, str)" in refused(path, "-b", "t=text:text")


def test_class_weights_that_fit_nothing(refused, table):
    assert "no class 'cow'; there are cat, dog, fox" in refused(table(), *TWO, "--class-weight", "cow=2")
    assert "MLPClassifier takes no class weights" in refused(table(), *TWO, "-m", "mlp", "--class-weight", "balanced")


def test_calibrate_needs_classes_of_two_rows(refused, table):
    assert "'bird' has one" in refused(table(label={0: "bird"}), *TWO, "--calibrate")
    assert "a number has no probability" in refused(table(), *TWO, "--calibrate", target="price")
    assert "balanced only" in refused(table(), *TWO, "--calibrate", "--class-weight", "cat=2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--branch", "photo"], "'photo' is not of the form NAME=VALUE"),
        (["--branch", "photo=image"], "photo=image is not of the form NAME=KIND:COL"),
        (["--branch", "photo=hug:image"], "'hug' is neither a kind"),
        (["--branch", "a__b=image:image"], "double underscore"),
        (["-b", "a=image:image", "-b", "a=text:text"], "'a' comes twice"),
        ([*TWO, "--weight", "photo=much"], "'much' is not a number"),
        ([*TWO, "--param", "classifier__c=1"], "no parameter 'classifier__c'. Did you mean 'classifier__C'?"),
        ([*TWO, "--param", "classifier__C=1,2"], "takes one value here, got 2"),
        ([*TWO, "--model", "forrest"], "Did you mean 'forest'?"),
        ([*TWO, "--model", "sklearn.svm.SVMachine"], "cannot make sklearn.svm.SVMachine"),
        ([*TWO, "--model", "sklearn.svm.SVR"], "'sklearn.svm.SVR' is no classifier"),
        ([*TWO, "--model", "datetime.timedelta"], "'datetime.timedelta' is no classifier"),
        ([*TWO, "--task", "guess"], "guess"),
    ],
)
def test_wrong_usage_ends_with_2(refused, table, options, words):
    assert words in refused(table(), *options, code=2)


def test_a_table_and_an_output_that_cannot_be(run, table, tmp_path):
    assert "does not exist" in run("train", tmp_path / "no.csv", "-t", "label", "-o", tmp_path / "m", code=2)
    assert "there is no folder" in run("train", table(), "-t", "label", "-o", tmp_path / "no" / "m", code=2)
    assert "directory" in run("train", table(), "-t", "label", "-o", tmp_path, code=2)
