"""Where the signal of a synthetic data set lies: which modalities show which code in which row.

Strategy: each row is told by one *source*, drawn by the shares of the structure. A source "text|image" shows the row's
class in both of its modalities, so that either suffices; "text&image" shows codes that are random one by one and whose
sum (modulo the number of classes) is the class, so that all are needed: XOR for two classes. Codes of the second sort
look different from those of the first (`together`), and a modality outside the row's source shows nothing. So the
sources do not disturb each other, and what a set S of modalities can know at best is a plain sum: chance in all rows,
and certainty in the rows of each "a|b" that has a member in S and each "a&b" whose members are all in S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

import numpy as np

__all__ = ["NOTHING", "Codes", "Source", "draw_codes", "parse_structure", "spread"]

NOTHING = "nothing"  # the source of rows that no modality tells anything about


@dataclass(frozen=True)
class Source:
    """A set of modalities that tell the class of a share of the rows, each alone or only together."""

    name: str
    share: float
    members: tuple[str, ...]
    together: bool


@dataclass(frozen=True)
class Codes:
    """What one modality shows: a position in [0, 1) for each row, nan where it shows nothing; how it is to look."""

    position: np.ndarray
    together: np.ndarray


def parse_structure(structure: str | Mapping[str, float], names: Sequence[str]) -> list[Source]:
    """Return the sources that a structure stands for; what is left of the shares goes to NOTHING.

    >>> [(source.name, source.share) for source in parse_structure({"a": 0.5, "a&b": 0.25}, ["a", "b"])]
    [('a', 0.5), ('a&b', 0.25), ('nothing', 0.25)]
    """
    if isinstance(structure, str):
        structure = {structure: 1.0}
    shares: dict[str, float] = {}
    for key, share in structure.items():
        if not 0 <= share <= 1:
            raise ValueError(f"structure: the share of {key!r} must be between 0 and 1, got {share!r}")
        for part in _expand(key, names):
            shares[part] = shares.get(part, 0.0) + share / len(_expand(key, names))
    left = 1 - sum(shares.values())
    if left < 0 and not isclose(left, 0, abs_tol=1e-9):
        raise ValueError(f"structure: the shares add up to {1 - left:g}, more than 1")
    sources = [_source(key, share, names) for key, share in shares.items()]
    return [*sources, Source(NOTHING, left, (), together=False)] if left > 1e-9 else sources


def draw_codes(
    sources: Sequence[Source], names: Sequence[str], target: np.ndarray, n_classes: int | None, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, Codes]]:
    """Return the name of each row's source, and for each modality what it shows.

    `target` holds classes 0 .. n_classes - 1, or numbers in [0, 1) when n_classes is None.
    """
    period = n_classes or 1
    drawn = spread([source.share for source in sources], len(target), rng)
    codes = {name: np.full(len(target), np.nan) for name in names}
    for number, source in enumerate(sources):
        rows = np.flatnonzero(drawn == number)
        rest = target[rows]
        for member in source.members[:-1] if source.together else ():
            codes[member][rows] = _random_codes(len(rows), n_classes, rng)
            rest = np.mod(rest - codes[member][rows], period)
        for member in source.members[-1:] if source.together else source.members:
            codes[member][rows] = rest
    offset = 0.5 if n_classes else 0.0
    together = np.array([source.together for source in sources])[drawn]
    told_by = np.array([source.name for source in sources], dtype=object)[drawn]
    return told_by, {name: Codes((code + offset) / period, together) for name, code in codes.items()}


def spread(shares: Sequence[float], n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n numbers 0 .. len(shares) - 1 in random order, each as often as its share says, to within one."""
    edges = np.cumsum(shares) / np.sum(shares)
    return rng.permutation(np.searchsorted(edges, (np.arange(n) + 0.5) / n)).astype(np.int64)


def _random_codes(n: int, n_classes: int | None, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(n_classes, size=n).astype(float) if n_classes else rng.random(n)


def _expand(key: str, names: Sequence[str]) -> list[str]:
    """Return what one of the three words for a whole structure stands for."""
    words = {"shared": ["|".join(names)], "unique": list(names), "combination": ["&".join(names)]}
    return words.get(key, [key])


def _source(key: str, share: float, names: Sequence[str]) -> Source:
    together = "&" in key
    members = tuple(key.split("&" if together else "|"))
    unknown = sorted(set(members) - set(names))
    if unknown or len(set(members)) < len(members):
        wrong = f"{unknown[0]!r} is no modality" if unknown else "a modality comes twice"
        raise ValueError(
            f"structure: in {key!r}, {wrong}; expected 'shared', 'unique', 'combination', or modalities ("
            f"{', '.join(names)}) joined by '|' (each tells the class) or by '&' (only all of them together do)"
        )
    return Source(key, share, members, together)
