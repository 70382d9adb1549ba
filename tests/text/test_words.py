"""Words, in writing with spaces and without."""

import re

import pytest

from mmsk.text._words import split_unspaced, split_words, word_pattern


def tokens(text):
    return re.findall(word_pattern(), split_unspaced(text))


@pytest.mark.parametrize("text", ["The cat's 2 naïve mice_1, déjà-vu!", "Ёжик и я", "Ένα 12 x y", "한국어 단어 나"])
def test_where_there_are_spaces_words_are_those_of_scikit_learn(text):
    assert tokens(text) == re.findall(r"(?u)\b\w\w+\b", text)
    assert split_unspaced(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我爱猫", ["我", "爱", "猫", "我爱", "爱猫"]),
        ("猫", ["猫"]),
        ("iPhone手机壳，好", ["iPhone", "手", "机", "壳", "手机", "机壳", "好"]),
        ("黒ネコ・日々", ["黒", "ネ", "コ", "黒ネ", "ネコ", "日", "々", "日々"]),
        ("ともだち", ["と", "も", "だ", "ち", "とも", "もだ", "だち"]),
        ("กินข้าว", ["กิ", "น", "ข้", "า", "ว", "กิน", "นข้", "ข้า", "าว"]),
        ("ສະບາຍ", ["ສ", "ະ", "ບ", "າ", "ຍ", "ສະ", "ະບ", "ບາ", "າຍ"]),
        ("第12回", ["第", "12", "回"]),
        ("\U00020000\U00020001", ["\U00020000", "\U00020001", "\U00020000\U00020001"]),
    ],
)
def test_where_there_are_none_characters_and_pairs_stand_for_words(text, expected):
    found = tokens(text)
    assert [token for token in expected if token not in found] == []
    assert all(token in expected or len(token) == 2 for token in found)


def test_a_sentence_is_not_one_token():
    assert "我爱机器学习" not in tokens("我爱机器学习")
    assert set(tokens("黑猫")) & set(tokens("一只猫")) == {"猫"}


@pytest.mark.parametrize("word", ["हिन्दी", "বাংলা", "தமிழ்", "كِتَابٌ", "שָׁלוֹם", "cafe\u0301"])
def test_marks_belong_to_their_word(word):
    assert tokens(f"{word}, {word}!") == [word, word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I am 2", ["I", "am", "2"]),
        ("黑猫 ok", ["黑", "猫", "ok"]),
        ("กิน", ["กิ", "น"]),
        ("हिन्दी", ["हिन्दी"]),
        ("!?", []),
    ],
)
def test_words_that_are_counted(text, words):
    assert split_words(text) == words
