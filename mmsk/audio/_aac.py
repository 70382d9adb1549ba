"""M4A and AAC, which libsndfile does not know: decoded by PyAV, an extra, as what soundfile would give.

Strategy: FFmpeg's guess of a format is what lets a text file make it open other files. So the two formats are told by
their first bytes here, the demuxer is named, and no protocol is allowed to it. What comes out quacks like an opened
`soundfile.SoundFile`, so that limits, mixing and errors are those of all other formats. Versions of PyAV before 18.1
crash over frames of more than 8 channels, which damage brings about: hence the least version in setup.cfg.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Self

import numpy as np

from mmsk.errors import MediaError

__all__ = ["AacFile", "demuxer_of"]

OPTIONS = {"protocol_whitelist": "none"}
MAX_PLANES = 8  # channels; among more, PyAV reads memory that is not there
SLACK = 8_192  # samples of padding that an encoder may put at the ends, and a header may count or not


def demuxer_of(content: bytes) -> str | None:
    r"""Return FFmpeg's name for the format of an M4A or AAC file, None for any other file.

    >>> demuxer_of(b"\0\0\0\x1cftypM4A "), demuxer_of(b"\xff\xf1P@"), demuxer_of(b"RIFF")
    ('mp4', 'aac', None)
    """
    if content[4:8] == b"ftyp":
        return "mp4"
    # twelve bits of synchronisation, and layer 0 where an MP3 has a layer of 1 to 3
    return "aac" if content[:1] == b"\xff" and content[1:2] and content[1] & 0xF6 == 0xF0 else None


class AacFile:
    """An opened M4A or AAC file: what `mmsk.audio._decode` uses of a `soundfile.SoundFile`.

    Parameters
    ----------
    content : bytes
        The file.
    demuxer : str
        What `demuxer_of` says.

    Raises
    ------
    MediaError
        Of kind unknown_format without PyAV, and for a film without sound; truncated for an M4A that is cut off.
    """

    format = "AAC"

    def __init__(self, content: bytes, demuxer: str) -> None:
        try:
            import av
        except ImportError as error:
            raise MediaError("unknown_format", detail="M4A and AAC need PyAV: pip install 'mmsk[aac]'") from error
        if demuxer == "mp4" and _is_cut(content):
            raise MediaError("truncated", detail=f"it ends after {len(content):,} bytes, inside a box")
        self._container: Any = av.open(BytesIO(content), format=demuxer, container_options=OPTIONS)
        try:
            self._begin(demuxer)
        except BaseException:
            self.close()
            raise

    def _begin(self, demuxer: str) -> None:
        """Decode the first block: only then is it known what comes."""
        if not self._container.streams.audio:
            raise MediaError("unknown_format", detail="there is no sound in it")
        self._stream = self._container.streams.audio[0]
        self._blocks = self._decoded()
        self._first = next(self._blocks, np.empty((0, 1), dtype=np.float32))
        self.channels = self._first.shape[1]
        # a header may name half the rate of what is decoded
        self.samplerate: float = self._rate if len(self._first) else self._stream.codec_context.sample_rate
        self.frames = self._claimed(demuxer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free what FFmpeg holds; the collector of garbage would do so, much later."""
        self._container.close()
        self.__dict__.clear()

    def read(self, out: np.ndarray) -> np.ndarray:
        """Return the next block, of shape (n_frames, n_channels), of about as many frames as `out`; none at the end."""
        pieces, found = [self._first], len(self._first)
        self._first = self._first[:0]
        while found < len(out) and (block := next(self._blocks, None)) is not None:
            pieces.append(block)
            found += len(block)
        return np.concatenate(pieces)

    def _decoded(self) -> Iterator[np.ndarray]:
        """Yield what each packet decodes to, without what lies before the time 0: an encoder's padding."""
        for frame in self._container.decode(self._stream):
            channels = frame.layout.nb_channels
            if channels > MAX_PLANES:
                raise MediaError("too_many_channels", detail=f"{channels} channels, at most {MAX_PLANES} in AAC")
            if frame.samples:
                self._rate = frame.sample_rate
                early = max(0, round(-(frame.time or 0.0) * frame.sample_rate))
                yield _as_shares(frame.to_ndarray(), channels)[early:]

    def _claimed(self, demuxer: str) -> int:
        """Return how many samples there are at least, 0 where the header does not say."""
        duration, base = self._stream.duration, self._stream.time_base
        if demuxer != "mp4" or duration is None or base is None:
            return 0
        return max(0, int(duration * base * self.samplerate) - SLACK)


def _as_shares(samples: np.ndarray, channels: int) -> np.ndarray:
    """Return planes, or one plane of interleaved channels, as (n_frames, n_channels), integers scaled to [-1, 1)."""
    block = samples.T if len(samples) == channels else samples.reshape(-1, channels)
    if block.dtype.kind == "f":
        return block.astype(np.float32, copy=False)
    half = 2.0 ** (8 * block.dtype.itemsize - 1)
    return ((block - (half if block.dtype.kind == "u" else 0.0)) / half).astype(np.float32)


def _is_cut(content: bytes) -> bool:
    """Return whether the last box of a file claims more bytes than there are."""
    place = 0
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        if size == 1:  # a number of 64 bits follows
            size = int.from_bytes(content[place + 8 : place + 16], "big")
        if size < 8:  # 0: to the end of the file
            return False
        place += size
    return place != len(content)
