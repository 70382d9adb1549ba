"""Sound: one clip, decoded when it is first needed, and what has been computed from it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from mmsk._items import Item, Limits
from mmsk._params import InvalidParameterError
from mmsk.audio import _spectrum
from mmsk.audio._decode import Decoded, check_header, decode
from mmsk.errors import MediaError

__all__ = ["CancelledWarning", "Sound"]

GIBIBYTE = 2**30
LOUDEST = 1e12  # full scale is 1; above this, a power spectrum would leave the range of float32
SAMPLE_TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "u1", "u2", "u4"]


class CancelledWarning(UserWarning):
    """The channels of a clip are opposite in phase: their mean, which is what is described, is next to silence."""


class Sound(Item, kind="audio"):
    """One clip of sound.

    Parameters
    ----------
    content : bytes or (samples, rate)
        An encoded file (WAV, FLAC, OGG, MP3, AIFF, AU, CAF, RF64, W64; with the extra ``mmsk[aac]`` M4A and AAC), or
        an array and its sampling rate in Hz. The array has the shape (n_samples,) or (n_samples, n_channels); librosa's
        (n_channels, n_samples) is recognised where the second axis is longer than `max_channels` and the first is not.
        Floats are taken as they are, integers of 8, 16 and 32 bits are scaled by their range to [-1, 1).
    limits : mapping, default=None
        What differs from the defaults: `max_bytes` of the encoded file (1 GiB); `root`, a folder that paths may not
        lead out of; `max_seconds` (600) and `on_long`, {"error", "truncate"}, what happens to a longer clip;
        `max_channels` (16); `min_rate` and `max_rate` in Hz (1,000 and 768,000).

    Raises
    ------
    MediaError
        Of kind wrong_type for any other content. Reading the samples raises it too: unknown_format, corrupt, truncated,
        empty, nonfinite, bad_rate, too_many_channels, too_long.

    Warns
    -----
    CancelledWarning
        When the channels cancel each other: the root mean square of their mean is less than 1% of theirs. What is
        described is that mean all the same; another mix, for this clip alone, would be a silent change.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import Sound
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)
    >>> sound = Sound((tone, 44_100))
    >>> sound.samples().shape, sound.wave(22_050).shape, sound.power(22_050, n_fft=2048, hop_length=512).shape
    ((44100,), (22050,), (1025, 44))
    """

    default_limits: ClassVar[dict[str, Any]] = {
        "max_bytes": GIBIBYTE,
        "root": None,
        "max_seconds": 600.0,
        "on_long": "error",
        "max_channels": 16,
        "min_rate": 1_000,
        "max_rate": 768_000,
    }

    def __init__(self, content: Any, limits: Mapping[str, Any] | None = None) -> None:
        super().__init__(content if isinstance(content, bytes) else _as_pair(content), limits)
        self._decoded: Decoded | None = None
        self._memo: dict[tuple[Any, ...], np.ndarray] = {}

    @classmethod
    def merge_limits(cls, limits: Mapping[str, Any] | None) -> Limits:
        """Return the default limits with the given ones in their place, as in `Item`."""
        merged = super().merge_limits(limits)
        if merged["on_long"] not in ("error", "truncate"):
            raise InvalidParameterError(f"limits: on_long must be 'error' or 'truncate', got {merged['on_long']!r}")
        return merged

    @property
    def rate(self) -> float:
        """The sampling rate of the clip in Hz."""
        return self._decode(None).rate

    @property
    def cancelled(self) -> bool:
        """Whether the channels of the clip cancel each other in their mean."""
        return self._decode(None).cancelled

    @property
    def silent(self) -> bool:
        """Whether each sample is zero."""
        return not self.samples().any()

    def samples(self, duration: float | None = None) -> np.ndarray:
        """Return the mean of the channels at the clip's own rate.

        Parameters
        ----------
        duration : float, default=None
            Seconds from the start. What comes after is not decoded, unless something else needs it.

        Returns
        -------
        ndarray of shape (n_samples,), dtype=float32
            Read-only.
        """
        samples = self._decode(duration).first(duration)
        if not max(samples.max(), -samples.min()) < LOUDEST:  # a nan is not less either
            first = int(np.argmin(np.abs(samples) < LOUDEST))
            raise MediaError("nonfinite", detail=f"sample {first:,} is {samples[first]}")
        samples.flags.writeable = False
        return samples

    def wave(self, rate: float, duration: float | None = None) -> np.ndarray:
        """Return the clip at another sampling rate.

        Parameters
        ----------
        rate : float
            Hz. Another rate than the clip's own is reached by soxr at high quality, as in ``librosa.resample``.
        duration : float, default=None
            Seconds from the start; the clip is cut before it is resampled, as in ``librosa.load``.

        Returns
        -------
        ndarray of shape (n_samples,), dtype=float32
            Read-only, as is all that a Sound returns: others see the same array.
        """
        samples = self.samples(duration)
        own = self._decode(duration).rate
        if rate == own:
            return samples
        return self._once(("wave", rate, duration), lambda: _resample(samples, own, rate))

    def power(self, rate: float, n_fft: int, hop_length: int, duration: float | None = None) -> np.ndarray:
        """Return the power spectrogram of the clip at a sampling rate: ``abs(librosa.stft(wave)) ** 2``.

        Parameters
        ----------
        rate : float
            Hz.
        n_fft, hop_length : int
            Length of a frame and distance between frames, in samples at that rate. Frames are centred and the ends
            padded with zeros, so that a clip of one sample has a frame too.
        duration : float, default=None
            Seconds from the start.

        Returns
        -------
        ndarray of shape (1 + n_fft // 2, n_frames), dtype=float32
        """
        key = ("power", rate, n_fft, hop_length, duration)
        return self._once(key, lambda: _spectrum.power_spectrum(self.wave(rate, duration), n_fft, hop_length))

    def mel(
        self,
        rate: float,
        n_fft: int,
        hop_length: int,
        n_mels: int,
        fmin: float = 0.0,
        fmax: float | None = None,
        duration: float | None = None,
    ) -> np.ndarray:
        """Return the mel power spectrogram of the clip: ``librosa.feature.melspectrogram``.

        Parameters
        ----------
        rate, n_fft, hop_length, duration
            As in `power`.
        n_mels : int
            Number of bands.
        fmin, fmax : float
            Hz, the ends of the lowest and the highest band; None = half the rate.

        Returns
        -------
        ndarray of shape (n_mels, n_frames), dtype=float32
        """
        spectrum = self.power(rate, n_fft, hop_length, duration)
        key = ("mel", rate, n_fft, hop_length, n_mels, fmin, fmax, duration)
        return self._once(key, lambda: _spectrum.mel(spectrum, rate, n_fft, n_mels, fmin, fmax))

    def check(self, full: bool = False) -> None:
        """Refuse what the header gives away; with `full`, decode the clip."""
        check_header(self.content, self.limits)
        if full:
            self.samples()

    def plain(self) -> tuple[np.ndarray, float]:
        """Return (samples, rate): what the function of a `FunctionDescriptor` is given; the samples are a copy."""
        return self.samples().copy(), self.rate

    def _decode(self, duration: float | None) -> Decoded:
        """Return at least the first `duration` seconds, from what was decoded before if that is enough."""
        known = self._decoded
        if known is None or not known.has(duration):
            self._decoded = known = decode(self.content, self.limits, duration)
            if known.cancelled:
                message = "the channels of a clip cancel each other; their mean, next to silence, is what is described"
                warnings.warn(message, CancelledWarning, stacklevel=2)
        return known

    def _once(self, key: tuple[Any, ...], compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Return what was computed under a key, read-only."""
        if key not in self._memo:
            computed = compute()
            computed.flags.writeable = False
            self._memo[key] = computed
        return self._memo[key]


def _as_pair(content: Any) -> tuple[np.ndarray, float]:
    """Return (samples, rate) as an array of a type that has a range, and a number."""
    if not isinstance(content, (tuple, list)) or len(content) != 2:
        what = f"an array of shape {content.shape}" if isinstance(content, np.ndarray) else type(content).__name__
        raise MediaError("wrong_type", detail=f"expected a path, bytes or (samples, rate), got {what}")
    samples, rate = np.asarray(content[0]), content[1]
    if not isinstance(rate, (int, float, np.integer, np.floating)):
        raise MediaError("wrong_type", detail=f"expected (samples, rate in Hz), got a rate of {type(rate).__name__}")
    if samples.ndim not in (1, 2) or samples.dtype.str[1:] not in SAMPLE_TYPES:
        what = f"shape {samples.shape}, {samples.dtype}"
        raise MediaError(
            "wrong_type", detail=f"expected samples (n,) or (n, channels), float or 8 to 32 bit; got {what}"
        )
    return samples, float(rate)


def _resample(samples: np.ndarray, own: float, rate: float) -> np.ndarray:
    """Return the samples at another rate, as many as ``librosa.resample`` returns."""
    import soxr

    length = int(np.ceil(len(samples) * float(rate) / own))
    found = soxr.resample(samples, own, rate, quality="soxr_hq")[:length]
    return found if len(found) == length else np.pad(found, (0, length - len(found)))
