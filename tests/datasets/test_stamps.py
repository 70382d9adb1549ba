"""fetch_stamps: how a folder of stamps is read, a small one and the real one."""

import os

import numpy as np
import pytest

from mmsk.datasets import _package, fetch_stamps
from mmsk.datasets._stamps_tree import group_by_words

from ._stamps_data import fetch


def test_a_stamp_becomes_a_row_of_what_belongs_to_it(folder):
    stamps = fetch(path=folder)
    birds = folder / "animals" / "birds"
    assert stamps.frame.iloc[0].to_dict() == {
        "caption": "An owl.",
        "picture": str(birds / "owl.png"),
        "speech": str(birds / "owl_desc_fr.ogg"),
        "effect": str(birds / "owl.ogg"),
        "label": "animals",
    }
    assert stamps.frame["caption"].tolist() == ["An owl.", "Two owls!", "A cat doing a flip.", "Seven.", None]
    assert stamps.frame["picture"][1] is None  # only an SVG
    assert stamps.frame["effect"][3] == str(folder / "symbols" / "7_fr.ogg")
    assert stamps.target.tolist() == ["animals"] * 3 + ["symbols"] * 2
    assert stamps.target_names == ["animals", "symbols"]
    assert list(stamps.data.columns) == stamps.feature_names == ["caption", "picture", "speech", "effect"]
    assert stamps.groups.tolist() == [0, 0, 1, 2, 3]
    assert stamps.folder == folder


def test_languages_of_text_and_speech(folder):
    assert fetch(path=folder, language="fr").frame["caption"].tolist() == [
        "Un hibou.",
        "Deux hiboux.",
        None,
        "Sept.",
        None,
    ]
    assert fetch(path=folder, language="sq@x").frame["caption"][0] == "Një buf = zog."
    assert fetch(path=folder, speech="en").frame["speech"][0].endswith("owl_desc.ogg")
    assert fetch(path=folder, speech="pt_BR").frame["speech"][0].endswith("owl_desc_pt_BR.wav")
    assert fetch(path=folder, speech="en").frame["effect"][3].endswith("7.ogg")
    with pytest.raises(ValueError, match="language='xx' is not in the stamps; there are en, fr, sq@x"):
        fetch(path=folder, language="xx")
    with pytest.raises(ValueError, match="speech='de' is not in the stamps; there are en, fr, pt_BR"):
        fetch(path=folder, speech="de")


def test_small_classes_are_left_out_and_said_so(folder):
    stamps = fetch(path=folder, min_rows=3)
    assert set(stamps.target) == {"animals"}
    assert "3 stamps (2 more in classes of fewer than 3 rows were left out)" in stamps.DESCR
    with pytest.raises(ValueError, match="no class has min_rows=4 stamps; the largest has 3"):
        fetch(path=folder, min_rows=4)


def test_groups_join_texts_of_the_same_words():
    texts = [
        "A red fox.",
        "Fox, red!",
        "RED FOXS",
        "A fox.",
        "5 Japanese yen.",
        "10 Japanese yen",
        "Some cherries",
        "A cherry",
    ]
    assert group_by_words(texts).tolist() == [0, 0, 0, 1, 2, 2, 3, 3]
    assert group_by_words(["The letter A.", "The letter b", "the letter B.", "A.", "", "1", "2", None]).tolist() == [
        0, 1, 1, 2, 3, 4, 5, 6]  # fmt: skip


def test_a_folder_without_stamps_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="'animals', 'clothes'"):
        fetch(path=tmp_path)


def test_a_description_that_is_not_utf8_is_named(folder):
    (folder / "animals" / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"bad\.txt is not UTF-8"):
        fetch(path=folder)


def test_the_real_stamps(monkeypatch):
    """On the real data, fetched into the user's own data home; without it there is nothing to look at."""
    monkeypatch.setattr(_package, "DOWNLOAD_SECONDS", 120)
    monkeypatch.setattr(_package, "UPDATE_SECONDS", 45)
    try:
        stamps = fetch_stamps()
    except OSError as error:
        pytest.skip(f"the stamps cannot be had here: {error}")
    frame = stamps.frame
    assert len(frame) > 900
    assert frame["label"].value_counts().min() >= 10
    assert len(stamps.target_names) >= 14
    assert frame["caption"].notna().all()
    assert frame["picture"].notna().mean() > 0.75
    assert frame["speech"].notna().mean() > 0.95
    assert frame["effect"].notna().sum() > 100
    for column in ("picture", "speech", "effect"):
        assert all(map(os.path.isfile, frame[column].dropna()))
    assert not frame["picture"].dropna().str.contains("_mirror").any()
    assert 700 < len(np.unique(stamps.groups)) < 0.85 * len(frame)
    for caption, numbers in frame.groupby("caption").groups.items():
        assert len(set(stamps.groups[numbers])) == 1, caption
    assert fetch_stamps("zh_CN", "ro", min_rows=0).frame["caption"].notna().sum() > 700
