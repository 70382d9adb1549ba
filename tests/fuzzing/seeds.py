"""Small pictures and sounds to mutate, made by code: each format, depth and way of packing that the decoders know."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np
import soundfile
from PIL import Image

__all__ = ["SOUNDS", "seeds"]

ROWS, COLUMNS, RATE = 40, 56, 8_000
SOUNDS = (  # format, subtype, channels
    ("WAV", "PCM_U8", 1),
    ("WAV", "PCM_16", 2),
    ("WAV", "PCM_24", 1),
    ("WAV", "PCM_32", 1),
    ("WAV", "FLOAT", 6),
    ("WAV", "ULAW", 1),
    ("WAV", "IMA_ADPCM", 1),
    ("FLAC", "PCM_16", 1),
    ("FLAC", "PCM_24", 2),
    ("OGG", "VORBIS", 1),
    ("OGG", "OPUS", 2),
    ("MP3", "MPEG_LAYER_III", 1),
    ("MP3", "MPEG_LAYER_III", 2),
    ("AIFF", "PCM_16", 1),
    ("AU", "PCM_16", 1),
    ("CAF", "PCM_16", 1),
    ("RF64", "PCM_16", 1),
    ("W64", "PCM_16", 1),
)


def seeds() -> dict[str, tuple[str, bytes]]:
    """Return {name: (kind, content)}."""
    return {**dict(_pictures()), **dict(_sounds())}


def _pictures() -> Iterator[tuple[str, tuple[str, bytes]]]:
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8))
    color = coarse.resize((COLUMNS, ROWS), Image.Resampling.BICUBIC)
    gray = color.convert("L")
    alpha = color.convert("RGBA")
    alpha.putalpha(gray)
    palette = color.quantize(16)
    numbers = np.asarray(gray)
    wide, real = Image.fromarray(numbers.astype(np.uint16) * 257), Image.fromarray(numbers.astype(np.float32))
    turned = color.getexif()
    turned[0x0112] = 6
    frames = {"save_all": True, "append_images": [color.rotate(90), color.rotate(180)]}
    made = {
        "PNG grey": (gray, "PNG", {}),
        "PNG colour": (color, "PNG", {}),
        "PNG alpha": (alpha, "PNG", {}),
        "PNG palette": (palette, "PNG", {"transparency": 3}),
        "PNG 1 bit": (gray.convert("1"), "PNG", {}),
        "PNG 16 bits": (wide, "PNG", {}),
        "APNG": (color, "PNG", frames),
        "JPEG": (color, "JPEG", {}),
        "JPEG progressive": (gray, "JPEG", {"progressive": True}),
        "JPEG turned": (color, "JPEG", {"exif": turned}),
        "JPEG CMYK": (color.convert("CMYK"), "JPEG", {}),
        "GIF": (palette, "GIF", {"transparency": 3}),
        "GIF animated": (color, "GIF", frames),
        "TIFF": (color, "TIFF", {}),
        "TIFF LZW": (gray, "TIFF", {"compression": "tiff_lzw"}),
        "TIFF deflate": (color, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "TIFF JPEG": (color, "TIFF", {"compression": "jpeg"}),
        "TIFF fax": (gray.convert("1"), "TIFF", {"compression": "group4"}),
        "TIFF CMYK": (color.convert("CMYK"), "TIFF", {}),
        "TIFF 16 bits": (wide, "TIFF", {}),
        "TIFF floating": (real, "TIFF", {}),
        "TIFF pages": (color, "TIFF", frames),
        "WebP": (color, "WEBP", {}),
        "WebP lossless": (alpha, "WEBP", {"lossless": True}),
        "WebP animated": (color, "WEBP", frames),
        "BMP": (color, "BMP", {}),
        "BMP palette": (palette, "BMP", {}),
        "PPM": (color, "PPM", {}),
        "PGM 16 bits": (wide, "PPM", {}),
    }
    for name, (picture, form, options) in made.items():
        buffer = io.BytesIO()
        picture.save(buffer, form, **options)
        yield name, ("image", buffer.getvalue())


def _sounds() -> Iterator[tuple[str, tuple[str, bytes]]]:
    time = np.arange(RATE // 4) / RATE
    for form, subtype, channels in SOUNDS:
        waves = [0.4 * np.sin(2 * np.pi * 220 * (1 + channel) * time) for channel in range(channels)]
        buffer = io.BytesIO()
        soundfile.write(buffer, np.stack(waves, axis=1), RATE, format=form, subtype=subtype)
        yield f"{form} {subtype} {channels}", ("audio", buffer.getvalue())
    for form in ("ipod", "adts"):
        yield f"AAC {form}", ("audio", _aac(0.4 * np.sin(2 * np.pi * 220 * time), form))


def _aac(wave: np.ndarray, form: str) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form) as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(wave[np.newaxis].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return buffer.getvalue()
