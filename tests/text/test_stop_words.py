"""Lists of stop words."""

import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from mmsk.text import LANGUAGES, Tfidf, stop_words


def vocabulary(texts, **params):
    return {name.removeprefix("word__") for name in Tfidf("word", **params).fit(texts).get_feature_names_out()}


def test_english_is_the_list_of_scikit_learn():
    assert stop_words("english") == sorted(ENGLISH_STOP_WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_is_lower_case_and_nothing_in_it_is_left(language):
    words = stop_words(language)
    assert words == sorted({word.lower() for word in words})
    assert 30 < len(words) < 400
    left = vocabulary([f"{word} linux" for word in words], stop_words=language)
    assert "linux" in left
    assert left.isdisjoint(words)


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("english", "The cat is on the table", {"cat", "table"}),
        ("german", "Die Katze ist auf dem Tisch", {"katze", "tisch"}),
        ("french", "Le chat n'est pas sur la table qu'il aime", {"chat", "pas", "table", "aime"}),
        ("spanish", "El gato está en la mesa", {"gato", "mesa"}),
        ("italian", "Il gatto è sulla tavola", {"gatto", "tavola"}),
        ("portuguese", "O gato está na mesa", {"gato", "mesa"}),
        ("dutch", "De kat is op de tafel", {"kat", "tafel"}),
        ("swedish", "Katten är på ett bord", {"katten", "bord"}),
        ("russian", "Кот на этом столе", {"кот", "столе"}),
        ("turkish", "Bu kedi ve masa", {"kedi", "masa"}),
        ("chinese", "我的猫", {"猫", "我的", "的猫"}),
    ],
)
def test_topics_are_left(language, text, left):
    assert vocabulary([text], stop_words=language) == left


def test_a_list_of_ones_own_is_read_as_documents_are():
    texts = ["I don't like the CAFÉ, nor ﬁsh"]
    assert vocabulary(texts, stop_words=["don't", "Café", "fish"]) == {"like", "the", "nor"}
    assert vocabulary(texts, stop_words=["café"], strip_accents="unicode") == {"don", "like", "the", "nor", "fish"}


def test_lists_add_up():
    both = [*stop_words("german"), *stop_words("french")]
    assert vocabulary(["das chat et die katze"], stop_words=both) == {"chat", "katze"}


def test_characters_know_no_stop_words():
    with_list, without = (Tfidf("char_wb", stop_words=words).fit(["the cat"]) for words in ("english", None))
    assert list(with_list.get_feature_names_out()) == list(without.get_feature_names_out())
