"""TextStatistics, number by number."""

import numpy as np
import pandas as pd
import pytest

from mmsk.text import TextStatistics


def statistics(text, **params):
    descriptor = TextStatistics(**params)
    row = descriptor.fit_transform([text])[0]
    return {name.removeprefix("text_"): float(value) for name, value in zip(descriptor.names_, row, strict=True)}


def counted(text, name):
    return round(np.expm1(statistics(text)[name]), 4)


def test_one_text_by_hand():
    text = "Two cats. A dog!\n\nIt's 42 €…"
    expected = {
        "n_characters": np.log1p(28),
        "n_words": np.log1p(7),  # Two cats A dog It s 42
        "n_sentences": np.log1p(3),
        "n_lines": np.log1p(2),
        "word_length": np.log1p(16 / 7),
        "sentence_length": np.log1p(7 / 3),
        "type_token_ratio": 1,
        "share_upper": 3 / 14,
        "share_digit": 2 / 28,
        "share_punctuation": 4 / 28,  # . ! ' …
        "share_symbol": 1 / 28,
        "share_space": 7 / 28,
        "share_non_ascii": 2 / 28,
    }
    assert statistics(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("one", 1),
        ("One. Two? Three! Four", 4),
        ("Wait... what?!", 2),
        ('He said "no." Then (yes.) Done', 3),
        ("pi is 3.14 and a.b.c", 1),
        ("我爱猫。你好！吗？", 3),
        ("यह एक है। वह दो है।", 2),
        ("هل هذا؟ نعم.", 2),
        ("a title\n\na text\n \nan end", 3),
        ("!!! ... ???", 0),
    ],
)
def test_sentences(text, sentences):
    assert counted(text, "n_sentences") == sentences


@pytest.mark.parametrize(
    ("text", "words"),
    [("a b c", 3), ("don't", 2), ("黑猫 ok", 3), ("กิน", 2), ("हिन्दी भाषा", 2), ("snake_case 2", 2), ("!", 0)],
)
def test_words(text, words):
    assert counted(text, "n_words") == words


@pytest.mark.parametrize(("text", "lines"), [("one", 1), ("one\r\n\r\n two\n \nthree\n", 3)])
def test_lines(text, lines):
    assert counted(text, "n_lines") == lines


def test_the_type_token_ratio_ignores_case():
    assert statistics("The cat the CAT")["type_token_ratio"] == 0.5


def test_case_is_counted_among_the_letters_that_have_it():
    assert statistics("AB cd")["share_upper"] == 0.5
    assert statistics("AB 我爱 12")["share_upper"] == 1
    assert statistics("我爱 12")["share_upper"] == 0


@pytest.mark.parametrize("text", ["!", "\ud800", "😀", "12", "\u0301", "\u200b", "_", "ǅ"])
def test_a_mean_of_nothing_is_zero_and_nothing_is_nan(text):
    assert np.isfinite(list(statistics(text).values())).all()


def test_shares_are_shares():
    rng = np.random.default_rng(0)
    for _ in range(20):
        text = "".join(map(chr, rng.choice(0x3000, size=200))) + "x"
        shares = [value for name, value in statistics(text).items() if name.startswith(("share", "type"))]
        assert len(shares) == 7
        assert 0 <= min(shares) <= max(shares) <= 1


def test_ten_megabytes():
    assert counted("cat " * 2_500_000, "n_words") == pytest.approx(2_500_000, rel=1e-4)


@pytest.mark.parametrize("blank", [None, np.nan, pd.NA, "", " \n", b"", []])
def test_a_blank_text_is_a_row_of_nan(blank):
    matrix = TextStatistics().fit_transform([blank, "a cat"])
    np.testing.assert_array_equal(np.isnan(matrix).all(axis=1), [True, False])


def test_bytes_and_text_are_the_same():
    np.testing.assert_array_equal(
        TextStatistics().fit_transform(["naïve 猫"]), TextStatistics().fit_transform(["naïve 猫".encode()])
    )
