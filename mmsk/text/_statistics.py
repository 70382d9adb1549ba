"""TextStatistics: how long a text is, how it is written, and in which characters; not what it says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from math import log1p
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._items import Item
from mmsk.text._document import Document
from mmsk.text._words import split_words

__all__ = ["TextStatistics"]

NAMES = (
    "text_n_characters",
    "text_n_words",
    "text_n_sentences",
    "text_n_lines",
    "text_word_length",
    "text_sentence_length",
    "text_type_token_ratio",
    "text_share_upper",
    "text_share_digit",
    "text_share_punctuation",
    "text_share_symbol",
    "text_share_space",
    "text_share_non_ascii",
)

# A run of full stops counts once, from its first; where writing has no spaces, none has to follow.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s|\Z)|[。！？｡।॥؟۔]|\n\s*\n")
_WORD_CHARACTER = re.compile(r"\w")


class TextStatistics(ItemDescriptor):
    """Describe the form of a text by 13 numbers.

    ===========================  =======================================================================================
    `text_n_characters`          log(1 + characters), white space included
    `text_n_words`               log(1 + words); a word is a run of letters, digits, marks and underscores, or a single
                                 character of writing without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese)
    `text_n_sentences`           log(1 + sentences); a sentence has a word in it and ends at ``.``, ``!``, ``?`` or
                                 ``…`` before white space, at the full stops of other scripts, at an empty line, or at
                                 the end of the text: an abbreviation counts as one
    `text_n_lines`               log(1 + lines that are not blank)
    `text_word_length`           log(1 + mean characters a word)
    `text_sentence_length`       log(1 + mean words a sentence)
    `text_type_token_ratio`      share of distinct words among the words, case ignored; falls with length
    `text_share_upper`           share of upper and title case among the letters that have case
    `text_share_digit`           share of the characters that are digits (Unicode category Nd), and so on:
    `text_share_punctuation`     punctuation (P)
    `text_share_symbol`          symbols (S): currency, mathematics, emoji
    `text_share_space`           white space
    `text_share_non_ascii`       characters beyond ASCII
    ===========================  =======================================================================================

    The text is taken as it is, with its markup. A mean or share of nothing is 0. A blank text is missing, a row of nan.

    Parameters
    ----------
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `mmsk._base.ItemDescriptor`.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.text import TextStatistics
    >>> statistics = TextStatistics()
    >>> row = statistics.fit_transform(["Two cats. A dog!"])[0]
    >>> float(np.expm1(row[statistics.names_.index("text_n_words")]).round())
    4.0
    """

    _item_class: ClassVar[type[Item]] = Document

    def _feature_names(self) -> list[str]:
        return list(NAMES)

    def _describe(self, item: Any) -> np.ndarray:
        text = item.text
        words = Counter(split_words(text.lower()))
        n_words = words.total()
        n_sentences = sum(bool(_WORD_CHARACTER.search(piece)) for piece in _SENTENCE_END.split(text))
        n_lines = sum(not line.isspace() for line in text.splitlines() if line)
        in_words = sum(len(word) * times for word, times in words.items())
        lengths = [len(text), n_words, n_sentences, n_lines, _share(in_words, n_words), _share(n_words, n_sentences)]
        return np.array([*map(log1p, lengths), _share(len(words), n_words), *_shares_of_characters(text)])


def _shares_of_characters(text: str) -> list[float]:
    """Return the shares of upper case, digits, punctuation, symbols, white space and non-ASCII in a text."""
    found: dict[tuple[bool, ...], int] = {}
    for character, times in Counter(text).items():
        kinds = _kinds(character)
        found[kinds] = found.get(kinds, 0) + times
    upper, cased, *others = np.array(list(found.values())) @ np.array(list(found))
    return [_share(upper, cased), *(_share(count, len(text)) for count in others)]


@lru_cache(maxsize=10_000)
def _kinds(character: str) -> tuple[bool, ...]:
    """Return whether a character is upper case, has case, is a digit, punctuation, symbol, space, beyond ASCII."""
    category = unicodedata.category(character)
    upper = category in ("Lu", "Lt")
    kinds = upper, upper or category == "Ll", category == "Nd", category[0] == "P", category[0] == "S"
    return *kinds, character.isspace(), not character.isascii()


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
