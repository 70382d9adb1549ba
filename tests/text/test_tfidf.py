"""Tfidf against scikit-learn's TfidfVectorizer, and what it knows beyond it."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from mmsk.errors import MediaBatchError
from mmsk.text import Tfidf

DOCUMENTS = [
    "The quick brown fox jumped over the lazy dog.",
    "A <b>lazy</b> dog; the dog's day &amp; night, 24 hours!",
    "Le renard brun n'a pas été là: déjà-vu.",
    "The fox, the fox and THE FOX",
    "day x night",
]
WORD = r"(?u)\b\w\w+\b"
PLAIN = {"token_pattern": WORD, "normalize": None, "strip_markup": False, "split_unspaced": False}


def names(tfidf):
    return list(tfidf.get_feature_names_out())


def words_of(texts, **params):
    return {name.removeprefix("word__") for name in names(Tfidf("word", **params).fit(texts))}


def rows(matrix):
    assert matrix.dtype == np.float32
    return matrix.toarray() if sparse.issparse(matrix) else matrix


# scikit-learn is the oracle


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"min_df": 2},
        {"min_df": 0.4, "max_df": 0.9},
        {"max_features": 7},
        {"sublinear_tf": True},
        {"lowercase": False},
        {"strip_accents": "unicode"},
        {"strip_accents": "ascii"},
    ],
)
@pytest.mark.parametrize(
    ("analyzer", "ours", "theirs"),
    [
        ("word", {}, {}),
        ("word", {"ngram_range": (1, 3)}, {"ngram_range": (1, 3)}),
        ("char_wb", {}, {"analyzer": "char_wb", "ngram_range": (3, 5)}),
        ("char_wb", {"char_ngram_range": (3, 3)}, {"analyzer": "char_wb", "ngram_range": (3, 3)}),
    ],
)
def test_without_cleaning_a_block_is_what_scikit_learn_computes(analyzer, ours, theirs, params):
    oracle = TfidfVectorizer(**theirs, **params, dtype=np.float32)
    tfidf = Tfidf(analyzer, **ours, **params, **PLAIN)
    expected = oracle.fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(rows(tfidf.fit_transform(DOCUMENTS)), expected.toarray())
    unseen = ["a brown day", "déjà", "nothing known qqq"]
    np.testing.assert_array_equal(rows(tfidf.transform(unseen)), oracle.transform(unseen).toarray())
    assert [name.partition("__")[2] for name in names(tfidf)] == list(oracle.get_feature_names_out())


def test_english_stop_words_are_those_of_scikit_learn():
    oracle = TfidfVectorizer(stop_words="english", dtype=np.float32).fit_transform(DOCUMENTS)
    ours = Tfidf("word", stop_words="english", **PLAIN).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(rows(ours), oracle.toarray())


def test_the_defaults_change_nothing_about_plain_words_with_spaces():
    texts = [text for text in DOCUMENTS if "<" not in text]
    oracle = TfidfVectorizer(dtype=np.float32).fit_transform(texts)
    np.testing.assert_array_equal(rows(Tfidf("word").fit_transform(texts)), oracle.toarray())


def test_both_is_the_two_blocks_side_by_side():
    both = Tfidf()
    matrix = rows(both.fit_transform(DOCUMENTS))
    apart = [Tfidf(analyzer) for analyzer in ("word", "char_wb")]
    np.testing.assert_array_equal(matrix, np.hstack([rows(one.fit_transform(DOCUMENTS)) for one in apart]))
    assert names(both) == [name for one in apart for name in names(one)]
    assert list(both.vectorizers_) == ["word", "char"]


def test_missing_documents_are_left_out_of_document_frequencies():
    cells = [DOCUMENTS[0], None, DOCUMENTS[1], "", *DOCUMENTS[2:], np.nan]
    present = [0, 2, 4, 5, 6]
    found = rows(Tfidf().fit_transform(cells))
    np.testing.assert_array_equal(found[present], rows(Tfidf().fit_transform(DOCUMENTS)))
    assert not np.delete(found, present, axis=0).any()


# Cells and columns


@pytest.mark.parametrize(
    "blank", [None, np.nan, pd.NA, pd.NaT, "", " \n", b"", [], [None], ["", " "], "<br>", "<!-- x -->", "&nbsp;"]
)
def test_a_missing_document_is_an_empty_row_or_one_of_nan(blank):
    cells = ["black cat", blank, "qqq"]
    sparse_rows = Tfidf().fit(["black cat"]).transform(cells)
    np.testing.assert_array_equal(np.diff(sparse_rows.indptr) > 0, [True, False, False])
    dense = Tfidf(sparse_output=False).fit(["black cat"]).transform(cells)
    np.testing.assert_array_equal(np.isnan(dense).all(axis=1), [False, True, False])
    assert not dense[2].any()
    np.testing.assert_array_equal(dense[[0, 2]], sparse_rows.toarray()[[0, 2]])


UNICODE = ["我爱机器学习", "قطة سوداء", "😀 happy 🎉", "\ud800 lone surrogate", "café", None]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(lambda cells: cells, id="list"),
        pytest.param(lambda cells: pd.Series(cells, dtype=object), id="object"),
        pytest.param(lambda cells: pd.Series(cells, dtype=object).to_frame("t"), id="frame"),
        pytest.param(lambda cells: pd.Series(cells, dtype=object).to_numpy(), id="array"),
        pytest.param(lambda cells: pd.Series(cells, dtype=object).to_numpy()[:, None], id="column array"),
        pytest.param(lambda cells: pd.Series(cells, dtype=pd.StringDtype("python")), id="str"),
    ],
)
def test_every_form_of_a_column_gives_the_same(column):
    expected = rows(Tfidf().fit_transform(UNICODE))
    assert (np.count_nonzero(expected, axis=1) > 0).tolist() == [True] * 5 + [False]
    np.testing.assert_array_equal(rows(Tfidf().fit_transform(column(UNICODE))), expected)


@pytest.mark.parametrize("dtype", ["str", "string[pyarrow]", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.binary())])
def test_arrow_columns(dtype):
    cells = [text for text in UNICODE if text is None or "\ud800" not in text]
    stored = [None if text is None else text.encode() for text in cells] if "binary" in str(dtype) else cells
    found = rows(Tfidf().fit_transform(pd.Series(stored, dtype=dtype)))
    np.testing.assert_array_equal(found, rows(Tfidf().fit_transform(cells)))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_pandas_column_of_str_with_a_hole(missing):
    column = pd.Series(["black cat", missing, "black dog"], dtype="str")
    assert np.diff(Tfidf("word").fit_transform(column).indptr).tolist() == [2, 0, 2]


@pytest.mark.parametrize(
    "column",
    [
        [["black cat", None, "dog"], ["bird"]],
        [("black cat", "dog"), ("bird",)],
        [np.array(["black cat", "dog"], dtype=object), np.array(["bird"], dtype=object)],
        pd.Series([["black cat", "dog"], ["bird"]], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
    ],
)
def test_several_texts_in_a_cell_are_one_document(column):
    np.testing.assert_array_equal(
        rows(Tfidf().fit_transform(column)), rows(Tfidf().fit_transform(["black cat\ndog", "bird"]))
    )


def test_bytes_are_utf8():
    cells = [text.encode() for text in DOCUMENTS]
    np.testing.assert_array_equal(rows(Tfidf().fit_transform(cells)), rows(Tfidf().fit_transform(DOCUMENTS)))


def test_a_text_is_no_path(tmp_path):
    path = tmp_path / "cat.txt"
    path.write_text("the secret")
    assert "secret" not in words_of([str(path)])


def test_one_column_only():
    with pytest.raises(ValueError, match=r"expected one column, got 2 \(a, b\)"):
        Tfidf().fit(pd.DataFrame({"a": ["x"], "b": ["y"]}))
    with pytest.raises(ValueError, match="got a single str; put it into a list"):
        Tfidf().fit("a single text")


# Cleaning and tokens


def test_cleaning_comes_before_counting():
    text = "<p title='hidden'>Ｂlack &amp; caf\u00adé http://example.org/x</p>"
    assert words_of([text]) == {"black", "café", "http", "example", "org"}
    assert words_of([text], strip_urls=True) == {"black", "café"}
    assert "title" in words_of([text], strip_markup=False)
    assert "ｂlack" in words_of([text], normalize=None)


def test_chinese_is_no_longer_one_token_a_sentence():
    assert words_of(["我爱猫"]) == {"我", "爱", "猫", "我爱", "爱猫"}
    assert words_of(["我爱猫"], split_unspaced=False) == {"我爱猫"}


@pytest.mark.parametrize(
    ("first", "second"), [("黑猫", "一只猫在睡"), ("ねこ と いぬ", "しろいねこ"), ("แมวดำ", "รักแมว")]
)
def test_texts_without_spaces_resemble_each_other_where_they_share_a_word(first, second):
    split, whole = (
        rows(Tfidf("word", split_unspaced=split).fit_transform([first, second, "別的"])) for split in (True, False)
    )
    assert split[0] @ split[1] > 0.05
    assert whole[0] @ whole[1] == 0


def test_a_pattern_of_ones_own():
    assert words_of(["a-1 b-2"], token_pattern=r"[a-z]-\d") == {"a-1", "b-2"}


# What goes wrong


@pytest.mark.parametrize(
    ("params", "texts", "words"),
    [
        (
            {"stop_words": "english"},
            ["the", "and of", "to be", "or"],
            "no word of column 'caption'.*'the', 'and of', 'to",
        ),
        ({}, [";-)", None, "!?"], "no word of column 'caption'.* 2 documents: ';-\\)', '!\\?'; check .*char_wb"),
        ({"min_df": 2}, ["black", "white"], "no word of column 'caption'.*min_df"),
        ({"analyzer": "char_wb", "min_df": 2}, ["ab", "cd"], "no character n-gram of column 'caption'.*min_df"),
    ],
)
def test_an_empty_vocabulary_names_the_column_and_shows_documents(params, texts, words):
    for column in (pd.Series(texts, name="caption"), pd.DataFrame({"caption": texts})):
        with pytest.raises(ValueError, match=words):
            Tfidf(**params).fit(column)


@pytest.mark.parametrize("sparse_output", [True, False])
def test_of_a_column_without_a_document_nothing_is_learned(sparse_output):
    tfidf = Tfidf(sparse_output=sparse_output)
    with pytest.warns(UserWarning, match="column 'caption' holds no document, its 3 rows are all missing"):
        tfidf.fit(pd.Series([None, "", np.nan], name="caption"))
    assert tfidf.get_feature_names_out().tolist() == ["none"]
    rows = tfidf.transform(["none at all", None])
    rows = rows.toarray() if sparse_output else rows
    np.testing.assert_array_equal(rows, [[0], [0 if sparse_output else np.nan]])


def test_other_complaints_of_scikit_learn_come_through():
    with pytest.raises(ValueError, match="max_df corresponds to < documents than min_df"):
        Tfidf(min_df=3, max_df=1).fit(DOCUMENTS)
    with pytest.raises(ValueError, match="lower boundary larger than the upper"):
        Tfidf(ngram_range=(2, 1)).fit(DOCUMENTS)


BAD = pd.Series(["a cat", 3, None, b"\xff", "a dog", ["a bird", 2.5], "x" * 101], index=list("abcdefg"))


def test_every_bad_cell_is_named_in_one_error():
    for call in (
        Tfidf(max_bytes=100).fit,
        Tfidf(max_bytes=100).fit_transform,
        Tfidf(max_bytes=100).fit(["a cat"]).transform,
    ):
        with pytest.raises(MediaBatchError, match=r"row b: 3: wrong_type: expected str or bytes, got int") as raised:
            call(BAD)
        found = [(error.row, error.kind) for error in raised.value.errors]
        assert found == [("b", "wrong_type"), ("d", "corrupt"), ("f", "wrong_type"), ("g", "too_large")]


def test_a_bad_cell_can_be_missing():
    tfidf = Tfidf("word", on_error="missing", max_missing=0.6, max_bytes=100)
    assert np.diff(tfidf.fit_transform(BAD).indptr).tolist() == [1, 0, 0, 0, 1, 1, 0]
    assert [line["row"] for line in tfidf.report_] == ["b", "d", "f", "g"]
    assert tfidf.n_bad_ == 4
    tfidf.transform(["a cat"])
    assert (tfidf.report_, tfidf.n_bad_) == ([], 0)


def test_too_many_bad_cells_are_refused_after_all():
    with pytest.raises(MediaBatchError, match=r"57% of the rows are bad, more than max_missing=0.1"):
        Tfidf(on_error="missing", max_bytes=100).fit(BAD)


def test_ten_megabytes_and_no_more():
    large = "cat " * 2_500_000
    assert words_of([large]) == {"cat"}
    with pytest.raises(MediaBatchError, match=r"10,000,001 bytes, max_bytes=10,000,000"):
        Tfidf().fit([large + "s"])


def test_a_failed_fit_leaves_an_unfitted_estimator():
    tfidf = Tfidf()
    with pytest.raises(ValueError, match="empty vocabulary"):
        tfidf.fit(["!"])
    with pytest.raises(ValueError, match="not fitted yet"):
        tfidf.transform(["a cat"])
