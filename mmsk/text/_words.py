r"""Words: what a token is, in writing with spaces and without.

Strategy: the tokens are scikit-learn's, ``\b\w\w+\b``, with two repairs. Python's ``\w`` knows no combining marks,
so it tears Hindi, Bengali or vowelled Arabic words apart: here a mark belongs to its word. And where writing has no
spaces, a sentence would be one token: there, single characters and pairs of neighbours stand for words, which is how
Lucene's CJKBigramFilter (with ``outputUnigrams``) indexes Chinese and Japanese, without a dictionary. Thai, Lao, Khmer
and Burmese are treated alike, a character being a letter with its marks. Korean has spaces.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

__all__ = ["split_unspaced", "split_words", "word_pattern"]

# The letters and marks of writing without spaces, as the inside of a character class: Han, kana, bopomofo; Thai, Lao,
# Burmese, Khmer. Their digits and punctuation are left out.
_UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ece\u1000-\u103f\u1050-\u108f\u1780-\u17d3"
)
_LAST_BMP = 0xFFFF  # beyond it a character class is searched range by range, and its marks are those of dead scripts

_RUN = re.compile(f"[{_UNSPACED}]+")


@cache
def _marks() -> str:
    """Return the combining marks of Unicode's first plane, as the inside of a character class.

    Read from `unicodedata` (9 ms, once) rather than listed: so they are of the same version as the patterns' letters.
    """
    points = [point for point in range(0x300, _LAST_BMP) if unicodedata.category(chr(point)).startswith("M")]
    starts = [point for point, before in zip(points, [0, *points], strict=False) if point != before + 1]
    ends = [point for point, after in zip(points, [*points[1:], 0], strict=True) if point != after - 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


@cache
def word_pattern() -> str:
    """Return what `Tfidf` takes for a word: two or more word characters, or one of writing without spaces.

    >>> import re
    >>> re.findall(word_pattern(), "a हिन्दी word, 猫")
    ['हिन्दी', 'word', '猫']
    """
    return rf"\w[\w{_marks()}]+|[{_UNSPACED}]"


@cache
def _character() -> re.Pattern[str]:
    return re.compile(rf".[{_marks()}]*", re.DOTALL)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(rf"[\w{_marks()}]+")


def split_unspaced(text: str) -> str:
    """Return a text whose runs without spaces are replaced by their characters and pairs of neighbours.

    >>> split_unspaced("iPhone手机壳!")
    'iPhone 手 机 壳 手机 机壳 !'
    """
    return text if text.isascii() else _RUN.sub(_characters_and_pairs, text)


def split_words(text: str) -> list[str]:
    """Return the words of a text in their order, each character of writing without spaces being one.

    >>> split_words("a हिन्दी word, 黑猫")
    ['a', 'हिन्दी', 'word', '黑', '猫']
    """
    return _word().findall(text if text.isascii() else _RUN.sub(_characters, text))


def _characters(run: re.Match[str]) -> str:
    return f" {' '.join(_character().findall(run[0]))} "


def _characters_and_pairs(run: re.Match[str]) -> str:
    characters = _character().findall(run[0])
    return f" {' '.join(characters)} {' '.join(first + second for first, second in pairwise(characters))} "
