"""A change of a text that leaves what it is about: words that are left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from mmsk.text import Document
from mmsk.text._words import split_words

__all__ = ["mask", "open_text"]


def open_text(reference: Any, limits: Any) -> str:
    """Return the text of a reference."""
    return Document.open(reference, limits).text


def mask(text: str, share: float, rng: np.random.Generator) -> str:
    """Leave words out, each with a probability, but never the last one; to a bag of words a mask is no word.

    In writing without spaces, a character counts as a word.

    >>> mask("a red fox, running", 0.5, np.random.default_rng(1))
    'a red , running'
    """
    words = split_words(text)
    drawn = rng.uniform(size=len(words))
    if len(words):
        drawn[drawn.argmax()] = 1.0
    kept, start = [], 0
    for word, number in zip(words, drawn, strict=True):
        found = text.index(word, start)
        kept.append(text[start:found] if number < share else text[start : found + len(word)])
        start = found + len(word)
    return "".join([*kept, text[start:]])
