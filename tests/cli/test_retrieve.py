import pandas as pd
import pytest

from mmsk import fusion_transformer
from mmsk.cli._retrieve import _short
from mmsk.datasets import read_table
from mmsk.pipeline import PROPOSALS
from mmsk.retrieval import CrossModalRetriever
from mmsk.text import Tfidf

TWO = ("-b", "text=text:text", "-b", "image=image:image", "-j", "1")


@pytest.fixture
def by_hand(table):
    """Return what the retriever finds."""
    frame = read_table(table())
    branches = [("text", Tfidf(), "text"), ("image", PROPOSALS["image"](), "image")]
    retriever = CrossModalRetriever(fusion_transformer(branches), n_results=4).fit(frame)
    return lambda queries, **choice: retriever.query(queries, **choice)


def test_words_find_pictures(run, table, media, by_hand):
    words = media[1]["text"][7]
    said = run("retrieve", table(), "--text", words, "--target", "image", "-n", "4", *TWO)
    expected = by_hand(pd.DataFrame({"text": [words]}), target="image")
    lines = [f"{rank} {row} {score:.3f}" for rank, row, score in expected[["rank", "row", "score"]].to_numpy().tolist()]
    places = [said.index(line.replace(".0 ", " ")) for line in lines]
    assert places == sorted(places)
    assert f" {media[1]['image'][expected['row'][0]]}" in said  # the path as the table has it
    assert "query" not in said


def test_a_picture_and_words_are_one_question(run, table, media, by_hand, tmp_path):
    folder, frame = media
    run(
        "retrieve",
        table(),
        "--text",
        "zz",
        "--image",
        folder / frame["image"][3],
        "-n",
        "4",
        "-o",
        tmp_path / "f.csv",
        *TWO,
    )
    found = pd.read_csv(tmp_path / "f.csv")
    expected = by_hand(pd.DataFrame({"text": ["zz"], "image": [str(folder / frame["image"][3])]}))
    assert found["row"].tolist() == expected["row"].tolist()
    assert found["score"].tolist() == pytest.approx(expected["score"].tolist())
    assert found["query"].unique().tolist() == [0]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_of_questions_gives_a_table_with_the_rows_that_were_found(run, table, media, by_hand, tmp_path, ending):
    queries = media[1][["text"]].iloc[[9, 2, 30]]
    queries.to_csv(tmp_path / "queries.csv")
    path = tmp_path / f"found.{ending}"
    said = run("retrieve", table(), "-q", tmp_path / "queries.csv", "-t", "image", "-n", "4", "-o", path, *TWO)
    found = (pd.read_csv if ending == "csv" else pd.read_parquet)(path)
    assert f"{len(found)} results in {path}" in said
    pd.testing.assert_frame_equal(found[["query", "rank", "row", "score"]], by_hand(queries, target="image"))
    assert found.columns[4:].to_list() == [f"row_{name}" for name in media[1]]
    assert found["row_text"].tolist() == media[1]["text"][found["row"]].tolist()


def test_several_questions_are_told_apart(run, table, media, tmp_path):
    media[1][["text"]].iloc[[9, 2]].to_csv(tmp_path / "queries.csv")
    assert "query rank row score text image" in run("retrieve", table(), "-q", tmp_path / "queries.csv", *TWO)


def test_rows_are_called_as_in_the_table_even_if_two_are_called_alike(run, media, tmp_path):
    folder, frame = media
    frame.set_axis(["a", "b"] * 18).to_csv(folder / "called.csv")
    run("retrieve", folder / "called.csv", "--text", "lone", "-n", "36", "-o", tmp_path / "f.csv", *TWO)
    found = pd.read_csv(tmp_path / "f.csv")
    assert len(found) == 36
    called = dict(zip(frame["text"], ["a", "b"] * 18, strict=True))
    assert found["row"].tolist() == [called[text] for text in found["row_text"]]


def test_too_high_a_theta_is_said(run, table):
    assert "no row is similar enough" in run("retrieve", table(), "--text", "lone", "--theta", "1", *TWO)


def test_columns_are_inferred_without_branches(run, table):
    said = run("retrieve", table(), "--text", "lone", "-t", "image", "-n", "1", "-j", "1")
    assert "image image" in said
    assert "rank row score" in said


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--text", "lone", "-t", "smell"], 2, "no branch 'smell'; there are text, image"),
        ([], 2, "ask by --text, --image and --audio, or by --query"),
        (["--text", "lone", "-q", "TABLE"], 2, "ask by --text, --image and --audio, or by --query"),
        (["--audio", "TABLE"], 1, "no column of the table can be asked by --audio"),
        (["--text", "lone", "-b", "also=text:label"], 1, "2 columns of the table can be asked by --text"),
        (["--image", "TABLE"], 1, "row 0"),
        (["--image", "no.png"], 2, "does not exist"),
        (["--text", "lone", "-n", "0"], 2, "-n"),
    ],
)
def test_bad_questions_are_refused(run, table, options, code, message):
    options = [table() if option == "TABLE" else option for option in options]
    assert message in run("retrieve", table(), *TWO, *options, code=code)


def test_one_modality_is_too_few(run, table):
    said = run("retrieve", table(), "--text", "lone", "-b", "text=text:text", "-j", "1", code=1)
    assert "needs two modalities at least" in said


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_bad_file_in_the_table_counts_as_missing_if_wanted(run, table, media):
    (media[0] / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    path = table(image={3: "torn.png"})
    assert "row 3: " in run("retrieve", path, "--text", "lone", *TWO, code=1)
    said = run("retrieve", path, "--text", "lone", "--on-error", "missing", *TWO)
    assert "taken for missing: 1 of the items of 'image' (row 3: " in said


def test_cells_are_cut_to_fit(tmp_path):
    assert _short(None, tmp_path) == _short(float("nan"), tmp_path) == ""
    assert _short(str(tmp_path / "birds" / "1.png"), tmp_path) == "birds/1.png"
    assert _short("a  red\nbird", tmp_path) == "a red bird"
    words, path = _short("bird " * 20, tmp_path), _short("/far" * 20 + "/1.png", tmp_path)
    assert len(words) == len(path) == 60
    assert words.startswith("bird bird ")
    assert words.endswith("…")
    assert path.startswith("…")
    assert path.endswith("/far/1.png")
