"""Read a folder of Tux Paint stamps: which stamps there are, their descriptions, and which files belong to each."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Stamp", "group_by_words", "read_stamps"]

TURNED = re.compile(r"_(mirror|flip|mirror_flip)$")  # the same stamp, redrawn for Tux Paint's mirror and flip buttons
WORD = re.compile(r"[^\W_]+")
FUNCTION_WORDS = frozenset(["a", "an", "the", "of", "and", "in", "on", "to", "with", "for", "some", "two", "pair"])


@dataclass(frozen=True)
class Stamp:
    """One stamp: where it lies, its label, its descriptions by language, and the names of all files beside it."""

    stem: Path
    label: str
    captions: dict[str, str]
    beside: frozenset[str]

    def find(self, *endings: str) -> str | None:
        """Return the path of the first file that exists: the stamp's name with one of the endings."""
        names = (self.stem.name + ending for ending in endings)
        return next((str(self.stem.with_name(name)) for name in names if name in self.beside), None)

    def speech_languages(self) -> set[str]:
        """Return the languages in which the stamp's description is spoken."""
        pattern = re.compile(re.escape(self.stem.name) + r"_desc(?:_(\w+))?\.(?:ogg|wav)")
        return {match[1] or "en" for match in map(pattern.fullmatch, self.beside) if match}


def read_stamps(folder: Path) -> list[Stamp]:
    """Return the stamps of a folder, sorted by path; a stamp has a description (.txt) or a picture (.png), or both."""
    stamps = []
    for place, _, names in os.walk(folder):
        inside = Path(place).relative_to(folder).parts
        if not inside:
            continue  # a label is the name of a top folder, and the folder itself has none
        beside = frozenset(names)
        stems = {name[:-4] for name in names if name.endswith((".txt", ".png"))}
        for stem in stems:
            if TURNED.search(stem) and TURNED.sub("", stem) in stems:
                continue
            captions = _captions(Path(place, stem + ".txt")) if stem + ".txt" in beside else {}
            stamps.append(Stamp(Path(place, stem), inside[0], captions, beside))
    return sorted(stamps, key=lambda stamp: stamp.stem.relative_to(folder).as_posix())


def group_by_words(texts: Sequence[str | None]) -> np.ndarray:
    """Number texts so that those with the same words share a number; a text without any has a number of its own.

    Case, punctuation, order, plural endings, numbers and a few function words make no difference, so that "A flower.",
    "Two flowers." and "1 Japanese yen.", "5 Japanese yen." fall together.

    >>> group_by_words(["A flower.", "Two flowers!", "A red flower.", None, "Flower, red."])
    array([0, 0, 1, 2, 1])
    """
    numbers: dict[frozenset[str] | int, int] = {}
    keys = [_words(text or "") or row for row, text in enumerate(texts)]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def _words(text: str) -> frozenset[str]:
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    telling = [word for word in words if word not in FUNCTION_WORDS and not word.isdigit()] or words
    return frozenset(_singular(word) for word in telling)


def _singular(word: str) -> str:
    """Return an English word without a plural ending, crudely: the result is a key and not for reading."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _captions(file: Path) -> dict[str, str]:
    """Return the descriptions in a .txt file by language: English in the first line, then lines ``fr.utf8=...``."""
    try:
        first, *others = file.read_text("utf-8-sig").splitlines() or [""]
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8 text ({error}); is this a folder of Tux Paint stamps?") from error
    captions = {"en": first.strip()}
    for line in others:
        language, found, caption = line.partition(".utf8=")
        if found:
            captions.setdefault(language.strip(), caption.strip())
    return {language: caption for language, caption in captions.items() if caption}
