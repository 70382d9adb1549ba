"""validate_media finds what would be refused later, and says so for every item."""

import hashlib
import io

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler

from mmsk import fusion_pipeline, fusion_transformer, validate_media
from mmsk.audio import MFCC, Chroma
from mmsk.errors import MediaBatchError
from mmsk.image import HOG, ColorHistogram
from mmsk.text import TextStatistics, Tfidf


def encoded(form, size=(40, 30)):
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, form)
    return file.getvalue()


def clip(form="WAV", seconds=1.0, rate=8_000, channels=1):
    file = io.BytesIO()
    soundfile.write(file, np.random.default_rng(0).uniform(-1, 1, (int(seconds * rate), channels)), rate, format=form)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    files = {
        "good.png": encoded("PNG"),
        "good.jpg": encoded("JPEG"),
        "cut.png": encoded("PNG")[:900],
        "cut.jpg": encoded("JPEG")[:900],
        "huge.png": encoded("PNG", (300, 300)),
        "page.png": b"<html>",
        "empty.png": b"",
        "good.wav": clip(),
        "long.wav": clip(seconds=3),
        "cut.wav": clip()[:900],
        "wide.wav": clip(channels=3),
        "slow.wav": clip(rate=500),
        "silent.wav": clip(seconds=0),
        "cut.flac": clip("FLAC")[:3_000],
        "page.wav": b"<html>" * 50,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def found(frame, branches, **options):
    return {line.row: line.kind for line in validate_media(frame, branches, **options).itertuples()}


def test_pictures_by_their_heads_and_in_full(folder):
    names = ["good.png", "good.jpg", "cut.png", "cut.jpg", "huge.png", "page.png", "empty.png", "folder.png", "no.png"]
    frame = pd.DataFrame({"photo": [str(folder / name) for name in names]}, index=names)
    branches = [("image", [HOG(), ColorHistogram()], "photo")]
    branches = fusion_transformer(branches).set_params(image__describe__limits={"max_pixels": 80_000})
    heads = {"huge.png": "too_large", "page.png": "unknown_format", "empty.png": "empty"}
    heads |= {"folder.png": "not_regular", "no.png": "missing_file"}
    assert found(frame, branches) == heads
    assert found(frame, branches, full=True, n_jobs=2) == heads | {"cut.png": "truncated", "cut.jpg": "truncated"}


def test_sounds_by_their_heads_and_in_full(folder):
    names = sorted(path.name for path in folder.iterdir() if path.suffix in (".wav", ".flac"))
    frame = pd.DataFrame({"clip": [str(folder / name) for name in names]}, index=names)
    heads = {"cut.wav": "truncated", "wide.wav": "too_many_channels", "slow.wav": "bad_rate", "long.wav": "too_long"}
    heads |= {"silent.wav": "empty", "page.wav": "unknown_format"}
    limits = {"max_seconds": 2, "max_channels": 2}
    assert found(frame, [("audio", MFCC(limits=limits), ["clip"])]) == heads
    full = found(frame, [("audio", MFCC(limits=limits), "clip")], full=True)
    assert full.pop("cut.flac") in ("corrupt", "truncated")
    assert full == heads


def test_what_a_descriptor_does_not_decode_is_not_refused(folder):
    frame = pd.DataFrame({"clip": [str(folder / "long.wav")]})
    limits = {"max_seconds": 2}
    assert found(frame, [("audio", MFCC(duration=1.5, limits=limits), "clip")], full=True) == {}
    both = [MFCC(duration=1.5), Chroma()]
    union = fusion_transformer([("audio", both, "clip")]).set_params(audio__describe__limits=limits)
    assert found(frame, union) == {0: "too_long"}


def test_texts(folder):
    frame = pd.DataFrame({"text": ["a cat", 3, None, b"\xff", "x" * 101]}, dtype=object)
    for descriptor in (Tfidf(max_bytes=100), TextStatistics(limits={"max_bytes": 100})):
        assert found(frame, [("text", descriptor, "text")]) == {1: "wrong_type", 3: "corrupt", 4: "too_large"}


def test_every_item_of_every_column_is_named(folder):
    good = str(folder / "good.png")
    frame = pd.DataFrame(
        {"a": [[good, "no.png", "none.png"], None], "b": [np.zeros((5, 5)), np.zeros(5)], "c": [1.5, 2.5]},
        index=["x", "x"],
    )
    branches = [("one", HOG(), "a"), ("two", HOG(), "b"), ("number", StandardScaler(), ["c"])]
    branches += [("words", TfidfVectorizer(), "a"), ("same", "passthrough", ["c"])]
    bad = validate_media(frame, fusion_pipeline(branches))
    assert bad.columns.tolist() == ["row", "column", "branch", "kind", "ref", "detail"]
    assert bad[["row", "column", "branch", "kind", "ref"]].to_numpy().tolist() == [
        ["x at position 0", "a", "one", "missing_file", "no.png"],
        ["x at position 0", "a", "one", "missing_file", "none.png"],
        ["x at position 1", "b", "two", "wrong_type", "<array of shape (5,), float64>"],
    ]
    assert bad["detail"].str.len().min() > 5


def test_it_agrees_with_the_descriptors(folder):
    frame = pd.DataFrame({"photo": [str(path) for path in sorted(folder.glob("*.png"))]})
    with pytest.raises(MediaBatchError) as caught:
        HOG().fit_transform(frame)
    branches = [("image", HOG(), "photo")]
    assert found(frame, branches, full=True) == {error.row: error.kind for error in caught.value.errors}


def test_sums_tell_what_no_decoder_can(folder):
    changed = bytearray((folder / "good.wav").read_bytes())
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("good.wav", "good.png")}
    changed[200] ^= 1
    (folder / "good.wav").write_bytes(changed)
    (folder / "SHA256SUMS").write_text(f"{sums['good.wav'].upper()}  good.wav\n{sums['good.png']} *./good.png\n")
    frame = pd.DataFrame({"clip": [str(folder / "good.wav")], "photo": [{"path": str(folder / "good.png")}]})
    branches = [("audio", MFCC(), "clip"), ("image", HOG(), "photo")]
    assert found(frame, branches, full=True) == {}
    absolute = {str(folder / name): value for name, value in sums.items()}
    for hashes in (folder / "SHA256SUMS", str(folder / "SHA256SUMS"), absolute):
        bad = validate_media(frame, branches, hashes=hashes)
        assert bad[["branch", "kind"]].to_numpy().tolist() == [["audio", "corrupt"]]
        assert f"expected {sums['good.wav'][:16]}" in bad["detail"][0]
    rooted = fusion_transformer([("audio", MFCC(limits={"root": str(folder)}), "clip")])
    assert found(pd.DataFrame({"clip": ["good.wav"]}), rooted, hashes=folder / "SHA256SUMS") == {0: "corrupt"}


def test_what_is_no_file_of_sums_is_refused(folder):
    (folder / "SUMS").write_text("abc  good.png\n")
    with pytest.raises(ValueError, match="line 1: expected a SHA-256 and a path"):
        validate_media(pd.DataFrame({"photo": ["a.png"]}), [("image", HOG(), "photo")], hashes=folder / "SUMS")


def test_a_column_that_is_not_there():
    with pytest.raises(ValueError, match=r"no column 'foto' \(branch 'image'\); there are photo"):
        validate_media(pd.DataFrame({"photo": ["a.png"]}), [("image", HOG(), "foto")])
    for column in (["photo", "other"], 0):
        with pytest.raises(ValueError, match="branch 'image' opens the items of one column"):
            validate_media(pd.DataFrame({"photo": ["a.png"], "other": ["b.png"]}), [("image", HOG(), column)])
