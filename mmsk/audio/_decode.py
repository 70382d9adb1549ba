"""From an encoded clip, or an array and its rate, to mono samples in float32.

Strategy: soundfile (libsndfile) is the decoder, and `_aac` where that has none; nothing is ever given to FFmpeg to
guess at, which opens other files when a file tells it to. The clip is read in blocks under a running cap and as a
stream that cannot seek: a header's count of samples may be unknown or a lie, and neither memory nor time may depend on
it. Channels are mixed block by block.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmsk.audio._aac import AacFile, demuxer_of
from mmsk.errors import MediaError

__all__ = ["Decoded", "check_header", "decode"]

BLOCK = 65_536  # frames decoded at a time
CANCELLED = 0.01  # channels cancel when their mean has less than this share of their root mean square
FORMATS = frozenset(("AAC", "AIFF", "AU", "CAF", "FLAC", "MP3", "OGG", "RF64", "W64", "WAV", "WAVEX"))
UNKNOWN_CODES = (1, 4)  # libsndfile: format not recognised, encoding not supported
UNKNOWN_LENGTH = 2**62  # libsndfile's count of frames is above this where the header has none
STREAMED = 0x7FFF_0000  # bytes: a WAV written into a pipe claims 2 or 4 GiB of data

_kept = threading.local()


@dataclass(frozen=True)
class Decoded:
    """The first samples of a clip."""

    samples: np.ndarray  # of shape (n_samples,), float32: the mean of the channels
    rate: float  # Hz
    complete: bool  # whether these are all samples that the limits allow
    cancelled: bool  # whether the channels cancel each other in the mean

    def has(self, seconds: float | None) -> bool:
        """Return whether these are the first `seconds` of the clip at least."""
        return self.complete or (seconds is not None and len(self.samples) >= _frames(seconds, self.rate))

    def first(self, seconds: float | None) -> np.ndarray:
        """Return the samples of the first `seconds`, or all."""
        return self.samples if seconds is None else self.samples[: _frames(seconds, self.rate)]


def decode(content: Any, limits: Mapping[str, Any], seconds: float | None = None) -> Decoded:
    """Decode the first `seconds` of a clip, or all that the limits allow.

    Parameters
    ----------
    content : bytes or (samples, rate)
        What `Sound` accepts.
    limits : mapping
        The limits of `Sound`.
    seconds : float, default=None
        How much is needed.

    Raises
    ------
    MediaError
        Of kind unknown_format, corrupt, truncated, empty, bad_rate, too_many_channels, too_long or wrong_type.
    """
    if isinstance(content, bytes):
        decoded = _decode_bytes(content, limits, seconds)
    else:
        samples, rate = content
        blocks = [_as_block(samples, limits)]
        decoded = _mix(blocks, _checked_rate(rate, limits), limits, seconds)
    if not len(decoded.samples):
        raise MediaError("empty", detail="it decodes to 0 samples")
    return decoded


class _Bytes(io.BytesIO):
    """Bytes as a file, whose end and start a decoder that follows a broken header may seek beyond."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, or stay where there is no such place, as a file of the operating system does."""
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):  # soundfile would print it and go on
            return self.tell()


def check_header(content: Any, limits: Mapping[str, Any]) -> None:
    """Refuse what can be known of a clip without decoding it: its format, rate, channels, length, and a cut end.

    Raises
    ------
    MediaError
        As `decode` does. An array is decoded, which costs nothing.
    """
    if not isinstance(content, bytes):
        decode(content, limits)
        return
    with _opened(content, limits) as (file, rate):
        claimed = _claimed(file)
        if not claimed and not file.frames and file.format != "AAC":
            raise MediaError("empty", detail="its header says 0 samples")
        _check_length(claimed, rate, limits, None)
        _check_whole(content, file.format, 0, 0)


def _decode_bytes(content: bytes, limits: Mapping[str, Any], seconds: float | None) -> Decoded:
    """Decode a file's bytes."""
    with _opened(content, limits) as (file, rate):
        form, expected = file.format, _check_length(_claimed(file), rate, limits, seconds)
        decoded = _mix(_blocks(file), rate, limits, seconds)
    _check_whole(content, form, expected, len(decoded.samples))
    return decoded


@contextmanager
def _opened(content: bytes, limits: Mapping[str, Any]) -> Iterator[tuple[Any, float]]:
    """Open a file's bytes, give (file, rate in Hz), and turn whatever is raised into a `MediaError`."""
    import soundfile

    if not content:
        raise MediaError("empty", detail="0 bytes")
    try:
        demuxer = demuxer_of(content)
        with AacFile(content, demuxer) if demuxer else soundfile.SoundFile(_Bytes(content)) as file:
            if file.format not in FORMATS:
                raise MediaError("unknown_format", detail=f"sound in the format {file.format}")
            rate = _checked_rate(file.samplerate, limits)
            _check_channels(file.channels, limits)
            yield file, rate
    except MediaError:
        raise
    except soundfile.LibsndfileError as error:
        kind = "unknown_format" if error.code in UNKNOWN_CODES else "corrupt"
        raise MediaError(kind, detail=f"libsndfile says: {error.error_string}") from error
    except (Exception, MemoryError) as error:
        raise MediaError("corrupt", detail=f"it cannot be decoded ({type(error).__name__}: {error})") from error


def _blocks(file: Any) -> Iterator[np.ndarray]:
    """Yield the frames of an opened file, arrays of shape (n_frames, n_channels), of which only one may be in use."""
    file.seekable = lambda: False  # soundfile then neither believes the header's count nor seeks after each block
    memory = _memory(file.channels)
    while len(block := file.read(out=memory)):
        yield block if file.channels > 1 else block.copy()  # the mean of one channel is a view


def _memory(channels: int) -> np.ndarray:
    """Return memory for a block, which is kept for the next clip of this thread: fresh memory costs more than to mix.

    Dask's workers give memory back as soon as it is free, so that there it costs a fifth of the decoding.
    """
    if getattr(_kept, "channels", None) != channels:
        _kept.channels, _kept.memory = channels, np.empty((BLOCK, channels), dtype=np.float32)
    memory: np.ndarray = _kept.memory
    return memory


def _mix(blocks: Iterable[np.ndarray], rate: float, limits: Mapping[str, Any], seconds: float | None) -> Decoded:
    """Return the mean of the channels, of as many frames as are wanted and allowed."""
    frames, by_limit = _extent(rate, limits, seconds)
    pieces, found = [], 0
    energy = np.zeros(2)  # of the mean, and of the channels
    with np.errstate(all="ignore"):  # what is not finite is found, and named, later
        for block in blocks:
            mono = _mean(block)
            if block.shape[1] > 1:
                energy += _energy(mono), _energy(block) / block.shape[1]
            pieces.append(mono)
            found += len(mono)
            if found > frames:
                break
    if found > frames and by_limit and limits["on_long"] == "error":
        raise MediaError("too_long", detail=f"more than max_seconds={limits['max_seconds']:g}")
    samples = pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, dtype=np.float32), *pieces])
    cancelled = bool(energy[0] < CANCELLED**2 * energy[1])
    return Decoded(samples[:frames], rate, by_limit or found < frames, cancelled)


def _mean(block: np.ndarray) -> np.ndarray:
    """Return the mean of the channels; a mean over so short an axis takes numpy as long as decoding does."""
    if block.shape[1] == 1:
        return block[:, 0]
    total: np.ndarray = block[:, 0] + block[:, 1]
    for channel in range(2, block.shape[1]):
        total += block[:, channel]
    total /= np.float32(block.shape[1])
    return total


def _energy(samples: np.ndarray) -> float:
    """Return the sum of squares."""
    flat = samples.ravel()
    return float(np.einsum("n,n->", flat, flat))


def _extent(rate: float, limits: Mapping[str, Any], seconds: float | None) -> tuple[int, bool]:
    """Return how many frames to decode at most, and whether it is the limit that says so."""
    longest = limits["max_seconds"]
    if seconds is None or seconds > longest:
        return int(longest * rate), True
    return _frames(seconds, rate), False


def _frames(seconds: float, rate: float) -> int:
    """Return how many frames a time comprises, rounded down as in librosa; one at least."""
    return max(1, int(seconds * rate))


def _as_block(samples: Any, limits: Mapping[str, Any]) -> np.ndarray:
    """Return an array's samples as (n_samples, n_channels), float32, integers scaled to [-1, 1)."""
    array = np.asarray(samples)
    if not array.size:
        return np.empty((0, 1), dtype=np.float32)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    elif array.shape[0] <= limits["max_channels"] < array.shape[1]:
        array = array.T  # more channels than there can be: it is librosa's (n_channels, n_samples)
    _check_channels(array.shape[1], limits)
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return array.astype(np.float32, copy=False)
    half = 2.0 ** (8 * array.dtype.itemsize - 1)
    middle = half if array.dtype.kind == "u" else 0.0
    return ((array - middle) / half).astype(np.float32)


def _checked_rate(rate: float, limits: Mapping[str, Any]) -> float:
    """Return a sampling rate that is within the limits."""
    if not limits["min_rate"] <= rate <= limits["max_rate"]:
        allowed = f"min_rate={limits['min_rate']:,}, max_rate={limits['max_rate']:,}"
        raise MediaError("bad_rate", detail=f"{rate:,} Hz, {allowed}")
    return int(rate) if rate == int(rate) else float(rate)


def _check_channels(channels: int, limits: Mapping[str, Any]) -> None:
    if channels > limits["max_channels"]:
        raise MediaError("too_many_channels", detail=f"{channels} channels, max_channels={limits['max_channels']}")


def _claimed(file: Any) -> int:
    """Return how many frames a header says there are, 0 where it does not say; an MP3's only guesses."""
    return 0 if file.format == "MP3" or file.frames >= UNKNOWN_LENGTH else int(file.frames)


def _check_length(claimed: int, rate: float, limits: Mapping[str, Any], seconds: float | None) -> int:
    """Return how many frames there should be, before they are decoded; refuse too many."""
    frames, by_limit = _extent(rate, limits, seconds)
    if claimed > frames and by_limit and limits["on_long"] == "error":
        what = f"its header says {claimed / rate:,.0f} s"
        raise MediaError("too_long", detail=f"{what}, max_seconds={limits['max_seconds']:g}")
    return min(claimed, frames)


def _check_whole(content: bytes, form: str, expected: int, found: int) -> None:
    """Refuse a file that is cut off: what is left of it would pass for a shorter clip."""
    if found < expected:
        raise MediaError("truncated", detail=f"{found:,} samples, its header says {expected:,}")
    if (form.startswith("WAV") and _wav_is_cut(content)) or (form == "OGG" and _ogg_is_cut(content)):
        raise MediaError("truncated", detail=f"it ends after {len(content):,} bytes, inside its data")


def _wav_is_cut(content: bytes) -> bool:
    """Return whether the data chunk of a WAV file claims more bytes than there are."""
    big = content[:4] == b"RIFX"
    start = 12
    while start + 8 <= len(content):
        size = int.from_bytes(content[start + 4 : start + 8], "big" if big else "little")
        if content[start : start + 4] == b"data":
            return size < STREAMED and start + 8 + size > len(content)
        start += 8 + size + size % 2
    return False


def _ogg_is_cut(content: bytes) -> bool:
    """Return whether the last page of an Ogg file has fewer bytes than its table of segments says."""
    table = content.rfind(b"OggS") + 27
    if len(content) < table:
        return True
    n_segments = content[table - 1]
    return len(content) < table + n_segments + sum(content[table : table + n_segments])
