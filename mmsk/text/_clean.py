"""Cleaning: from a text as it was stored to the characters that a reader sees.

Strategy: one regular expression a step, each in time linear in the text, and each skipped where a quick look shows
that it has nothing to do. Only HTML and XML count as markup, and only where a letter follows the "<": "a < b" stays.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["clean_text"]

# What is dropped with its content, and a text as far as the last mark that closes one: what opens after that would
# otherwise be searched for its end once each.
_HIDDEN = [
    (re.compile(f"{start}.*?{end}", re.DOTALL | re.IGNORECASE), re.compile(f".*{end}", re.DOTALL | re.IGNORECASE))
    for start, end in (("<!--", "-->"), (r"<script\b", r"</script\s*>"), (r"<style\b", r"</style\s*>"))
]
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_URL = re.compile(r"\b(?:https?://|ftp://|www\.)[^\s<>\"]+", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u2060\ufeff]")  # soft hyphen, word joiner, byte order mark: they split words


def clean_text(text: str, *, normalize: str | None, strip_markup: bool, strip_urls: bool) -> str:
    """Return a text without markup and URLs, its characters in one form.

    Parameters
    ----------
    text : str
    normalize : {"NFC", "NFD", "NFKC", "NFKD"} or None
        Unicode normal form; soft hyphens, word joiners and byte order marks are dropped as well.
    strip_markup : bool
        Replace tags, comments, scripts and style sheets by a space, and resolve entities.
    strip_urls : bool
        Replace URLs by a space.

    Examples
    --------
    >>> clean_text("<p>Ｔｏｍ &amp; cat: a < b</p>", normalize="NFKC", strip_markup=True, strip_urls=False)
    ' Tom & cat: a < b '
    """
    if strip_markup:
        text = _strip_markup(text)
    if strip_urls:
        text = _URL.sub(" ", text)
    if normalize is not None and not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize(normalize, text))  # type: ignore[arg-type]  # a Literal
    return text


def _strip_markup(text: str) -> str:
    """Return a text without HTML and XML."""
    if "<" in text:
        for hidden, up_to_last in _HIDDEN:
            closed = up_to_last.match(text)
            if closed is not None:
                text = hidden.sub(" ", closed[0]) + text[closed.end() :]
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text
