"""B3: MFCC and Chroma against librosa's calls, on clips in memory at 22,050 Hz.

Strategy: each side gives one vector a clip: MFCC with deltas and chroma with the tuning estimated, mean and deviation
over time. Frames are compared to 1e-4 before the vectors are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks._data import RATE, made_clip
from benchmarks._harness import Row, Timing, check_close, faster, measure
from benchmarks._options import Options

CLAIM = "MFCC + Chroma against librosa"
TARGET = ">= 5x, none below 4x"

MEAN, LEAST = 5, 4  # times as fast: geometric mean over the lengths, and each of them


def rows(options: Options) -> list[Row]:
    found, ratios = [], []
    for seconds in options.pick((1, 3, 10), (0.1, 1)):
        clips = [made_clip(seconds, seed) for seed in range(max(1, round(10 / (1 + seconds))))]
        timings = _timings(clips, options)
        share = timings["power"].median() / timings["mmsk"].median()
        what = f"a clip of {seconds} s: MFCC + Chroma / librosa (the spectrogram is {share:.0%} of it)"
        found.append(faster("B3", what, timings, at_least=LEAST, spectrogram_share=round(share, 3)))
        ratios.append(timings["other"].median() / timings["mmsk"].median())
    mean = math.prod(ratios) ** (1 / len(ratios))
    return [*found, Row("B3", "geometric mean of these", ratio=f"{mean:.3g}x", target=f">= {MEAN}x", ok=mean >= MEAN)]


def _timings(clips: list[np.ndarray], options: Options) -> dict[str, Timing]:
    from mmsk import DescriptorUnion
    from mmsk.audio import MFCC, Chroma, Sound

    cells = [(clip, RATE) for clip in clips]
    union = DescriptorUnion([("mfcc", MFCC()), ("chroma", Chroma())], cache=False).fit(cells)
    for clip in clips:
        _check_frames(clip)
    check_close("vectors", union.transform(cells), np.stack([with_librosa(clip) for clip in clips]), 1e-3)
    sides = {
        "other": lambda: [with_librosa(clip) for clip in clips],
        "mmsk": lambda: union.transform(cells),
        "power": lambda: [Sound(cell).power(RATE, 2048, 512) for cell in cells],
    }
    return measure(sides, repeats=options.pick(7, 1), least=options.pick(0.1, 0), items=len(clips))


def with_librosa(clip: np.ndarray) -> np.ndarray:
    """Return the vector of a clip as one computes it with librosa."""
    from librosa.feature import chroma_stft, delta, mfcc

    coefficients = mfcc(y=clip, sr=RATE)
    change = delta(coefficients, mode=_mode(coefficients))
    chroma = chroma_stft(y=clip, sr=RATE)
    parts = [(frames.mean(axis=1), frames.std(axis=1)) for frames in (coefficients, change, chroma)]
    return np.concatenate([one for pair in parts for one in pair])


def _check_frames(clip: np.ndarray) -> None:
    from librosa.feature import chroma_stft, delta, mfcc

    from mmsk.audio import MFCC, Chroma, Sound
    from mmsk.audio._mfcc import delta as our_delta

    sound = Sound((clip, RATE))
    coefficients = mfcc(y=clip, sr=RATE)
    found = MFCC()._frames(sound)
    check_close("MFCC frames", found, coefficients, 1e-4)
    check_close("delta frames", our_delta(found, 1), delta(coefficients, mode=_mode(coefficients)), 1e-4)
    check_close("chroma frames", Chroma()._frames(sound), chroma_stft(y=clip, sr=RATE), 1e-4)


def _mode(coefficients: Any) -> str:
    return "interp" if coefficients.shape[1] >= 9 else "nearest"  # librosa refuses clips of fewer than 9 frames else
