"""Draw the items of a synthetic data set: a caption, a picture, a sound, or numbers that show a position in [0, 1).

Strategy: each drawing has two looks, one for codes that tell the class by themselves and one for codes that tell it
only together with others. In both the position is visible to the classical descriptors: as words (TF-IDF), as angle and
hue (HOG, colour histograms), as pitch and brightness of tone (chroma, MFCC). `noise` 0 shows it clearly, 1 not at all:
the signal fades by 1 - noise while the same kind of thing at random positions grows. Vocabulary, angles and pitches are
constants, so that two data sets from different seeds are of one kind. A damaged item is distinct but marked: a short
caption in capitals, a dark and blurred picture, a very quiet sound, numbers twice as large.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

__all__ = ["DRAW", "MAX_LEVELS", "N_NUMBERS", "SAMPLE_RATE", "Common", "Look"]

SAMPLE_RATE = 8000  # Hz
N_NUMBERS = 6  # columns of a modality of numbers
N_LEVELS = 12  # groups of words for a position that is no class

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
N_FILLERS = 100  # words that belong to no position
N_SYNONYMS = 6  # words for each position
MAX_LEVELS = 100
N_TELLING = 4  # words of a caption that show its position


@dataclass(frozen=True)
class Common:
    """What all items of a modality share: number of classes, noise, picture size in pixels, length in seconds."""

    n_classes: int | None
    noise: float
    image_size: int
    duration: float


@dataclass(frozen=True)
class Look(Common):
    """How one item is to look; `position` None shows nothing."""

    position: float | None
    together: bool
    damaged: bool


def draw_text(look: Look, rng: np.random.Generator) -> str:
    """Return a caption: words that show the position among filler words."""
    levels = look.n_classes or N_LEVELS
    telling = []
    if look.position is not None:
        positions = np.where(rng.random(N_TELLING) < look.noise, rng.random(N_TELLING), look.position)
        blur = 0.0 if look.n_classes else rng.normal(0, 0.5, N_TELLING)
        level = np.clip(positions * levels + blur, 0, levels - 1).astype(int) + MAX_LEVELS * look.together
        telling = [_word(int(n)) for n in N_FILLERS + N_SYNONYMS * level + rng.integers(N_SYNONYMS, size=N_TELLING)]
    if look.damaged:
        return " ".join(telling).upper()
    fillers = [_word(int(N_FILLERS * rng.random() ** 2)) for _ in range(rng.integers(6, 13))]
    return " ".join(rng.permutation(telling + fillers)) + "."


def draw_image(look: Look, rng: np.random.Generator) -> np.ndarray:
    """Return a uint8 array of shape (image_size, image_size, 3): a bar, or stripes, among fainter bars."""
    axis = np.linspace(-1, 1, look.image_size, dtype=np.float32)
    x, y = axis[None, :], axis[:, None]
    picture = np.full((look.image_size, look.image_size, 3), rng.uniform(0.75, 0.95), dtype=np.float32)
    picture += (rng.uniform(-0.1, 0.1) * x + rng.uniform(-0.1, 0.1) * y)[..., None]
    for _ in range(3):
        _paint(picture, _bar(x, y, rng.random(), rng), rng.random(), 0.1 + 0.8 * look.noise)
    if look.position is not None:
        draw = _stripes if look.together else _bar
        _paint(picture, draw(x, y, look.position, rng), look.position, 1 - look.noise)
    picture += rng.normal(0, 0.02 + 0.25 * look.noise, picture.shape).astype(np.float32)
    if look.damaged:
        picture *= 0.35
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if look.damaged:
        small = Image.fromarray(pixels).resize((max(1, look.image_size // 4),) * 2, Image.Resampling.BOX)
        pixels = np.asarray(small.resize((look.image_size,) * 2, Image.Resampling.BILINEAR))
    return pixels


def draw_audio(look: Look, rng: np.random.Generator) -> np.ndarray:
    """Return int16 samples at SAMPLE_RATE: a tone, steady and low or trembling and high, over another and hiss."""
    time = np.arange(round(look.duration * SAMPLE_RATE)) / SAMPLE_RATE
    sound = rng.normal(0, 0.01 + 0.3 * look.noise, len(time))
    for _ in range(2):
        sound += look.noise * _tone(time, rng.random(), look.together, rng)
    if look.position is not None:
        sound += (1 - look.noise) * _tone(time, look.position, look.together, rng)
    loudness = rng.uniform(0.15, 0.3) * (0.03 if look.damaged else 1.0)
    return np.rint(np.clip(loudness * sound, -1, 1) * 32767).astype(np.int16)


def draw_numbers(look: Look, rng: np.random.Generator) -> np.ndarray:
    """Return N_NUMBERS floats: a point on a circle and its height, in the first half of the columns or the second."""
    numbers = rng.normal(0, 0.2 + 0.6 * look.noise, N_NUMBERS)
    if look.position is not None:
        turn = 2 * np.pi * look.position
        start = N_NUMBERS // 2 * look.together
        shown = [np.cos(turn), np.sin(turn), 2 * look.position - 1]
        numbers[start : start + len(shown)] += (1 - look.noise) * np.array(shown)
    return 2 * numbers if look.damaged else numbers


DRAW: dict[str, Callable[[Look, np.random.Generator], object]] = {
    "text": draw_text,
    "image": draw_image,
    "audio": draw_audio,
    "number": draw_numbers,
}


def _word(number: int) -> str:
    """Return the word of this number; neighbouring numbers have nothing in common."""
    first, second = divmod(number * 1031 % len(SYLLABLES) ** 2, len(SYLLABLES))
    return SYLLABLES[first] + SYLLABLES[second]


def _turned(x: np.ndarray, y: np.ndarray, position: float) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates along and across a direction; positions 0 .. 1 are angles 0 .. pi."""
    angle = np.pi * position
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _bar(x: np.ndarray, y: np.ndarray, position: float, rng: np.random.Generator) -> np.ndarray:
    """Return how much of a bar covers each pixel."""
    along, across = _turned(x - rng.uniform(-0.2, 0.2), y - rng.uniform(-0.2, 0.2), position)
    inside = 1 - np.maximum(np.abs(along) / rng.uniform(0.6, 0.8), np.abs(across) / rng.uniform(0.15, 0.25))
    cover: np.ndarray = np.clip(8 * inside, 0, 1)
    return cover


def _stripes(x: np.ndarray, y: np.ndarray, position: float, rng: np.random.Generator) -> np.ndarray:
    """Return how much of a pattern of stripes covers each pixel."""
    _, across = _turned(x, y, position)
    cover: np.ndarray = 0.5 + 0.5 * np.sin(rng.uniform(8, 11) * across + rng.uniform(0, 2 * np.pi))
    return cover


def _paint(picture: np.ndarray, cover: np.ndarray, position: float, opacity: float) -> None:
    """Lay a colour, whose hue shows the position, over a picture; the hues stop short of closing the circle."""
    colour = np.array(colorsys.hsv_to_rgb(0.85 * position, 0.8, 0.7), dtype=np.float32)
    picture += (opacity * cover)[..., None].astype(np.float32) * (colour - picture)


def _tone(time: np.ndarray, position: float, together: bool, rng: np.random.Generator) -> np.ndarray:
    """Return a tone of an octave's pitches; the higher, the duller."""
    pitch = 220 * 2 ** (position + 2 * together + rng.normal(0, 0.01))
    harmonics = np.arange(1, 1 + min(6, int(0.45 * SAMPLE_RATE / pitch)))
    strength = harmonics ** -(0.3 + 2 * position)
    phases = rng.uniform(0, 2 * np.pi, len(harmonics))
    waves = strength[:, None] * np.sin(2 * np.pi * pitch * harmonics[:, None] * time + phases[:, None])
    tremble = 1 + 0.8 * np.sin(2 * np.pi * 12 * time) if together else 1.0
    fade = np.exp(-time * rng.uniform(1, 4))
    wave: np.ndarray = waves.sum(axis=0) / strength.sum() * tremble * fade
    return wave
