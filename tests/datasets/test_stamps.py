"""fetch_stamps: how a folder of stamps is read, where it is looked for, and how it is fetched."""

import hashlib
import os
import stat

import numpy as np
import pytest

from mmsk.datasets import _package, _stamps_home, fetch_stamps, get_data_home
from mmsk.datasets._stamps_tree import group_by_words

PACKAGE = _stamps_home.PACKAGE
FILES = {
    "animals/birds/owl.png": "",
    "animals/birds/owl_mirror.png": "",
    "animals/birds/owl.txt": "An owl.\nfr.utf8=Un hibou.\nde.utf8=\nsq@x.utf8=Një buf = zog.\n",
    "animals/birds/owl.ogg": "",
    "animals/birds/owl_desc_fr.ogg": "",
    "animals/birds/owl_desc.ogg": "",
    "animals/birds/owl_desc_pt_BR.wav": "",
    "animals/birds/owl2.svg": "",
    "animals/birds/owl2.txt": "Two owls!\nfr.utf8=Deux hiboux.\n",
    "animals/cat_flip.png": "",
    "animals/cat_flip.txt": "A cat doing a flip.",
    "symbols/7.png": "",
    "symbols/7.txt": "\ufeffSeven.\nfr.utf8=Sept.\n",
    "symbols/7.ogg": "",
    "symbols/7_fr.ogg": "",
    "symbols/8.png": "",
    "README.txt": "no stamp",
}


@pytest.fixture
def folder(tmp_path):
    """A small folder of stamps."""
    return plant(tmp_path / "own")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """An apt-get and a dpkg-deb that know one package; `tools / "calls"` lists what they were asked."""
    tools = tmp_path / "tools"
    content = tools / "content"
    plant(content / _stamps_home.INSIDE)
    files = sorted(path for path in content.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(content).as_posix()}\n" for path in files
    ]
    (tools / "md5sums").write_text("".join(lines))
    script(
        tools / "apt-get",
        f"""echo "apt-get $*" >> {tools}/calls
        case "$1" in
        update) rm -f {tools}/no-lists ;;
        download)
            if [ -e {tools}/no-lists ]; then echo "E: Unable to locate package $2" >&2; exit 100; fi
            if [ -e {tools}/hangs ]; then sleep 60; fi
            if [ ! -e {tools}/nothing ]; then touch "$2_1.0_all.deb"; fi ;;
        esac""",
    )
    script(
        tools / "dpkg-deb",
        f"""echo "dpkg-deb $1" >> {tools}/calls
        mkdir -p "$3"
        case "$1" in
        -x) cp -R {content}/. "$3" ;;
        -e) cp {tools}/md5sums "$3" ;;
        esac""",
    )
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(_stamps_home, "INSTALLED", tmp_path / "not-installed")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tools


def plant(folder):
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def script(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def fetch(**options):
    return fetch_stamps(**{"min_rows": 1, **options})


def calls(tools):
    return (tools / "calls").read_text().splitlines()


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


def test_an_installed_copy_is_used_as_it_is(folder, tools, tmp_path, monkeypatch):
    monkeypatch.setattr(_stamps_home, "INSTALLED", folder)
    assert fetch(data_home=tmp_path / "home").folder == folder
    assert not (tools / "calls").exists()


def test_the_package_is_unpacked_once(tools, tmp_path):
    home = tmp_path / "new" / "home"
    stamps = fetch(data_home=home)
    assert len(stamps.frame) == 5
    assert stamps.folder == home / PACKAGE / _stamps_home.INSIDE
    assert calls(tools) == [f"apt-get download {PACKAGE}", "dpkg-deb -x", "dpkg-deb -e"]
    assert os.listdir(home) == [PACKAGE]  # nothing temporary stays
    again = fetch(data_home=home, download_if_missing=False)
    assert again.frame.equals(stamps.frame)
    assert len(calls(tools)) == 3


def test_nothing_is_downloaded_unasked(tools, tmp_path):
    with pytest.raises(OSError, match="download_if_missing=False"):
        fetch(data_home=tmp_path, download_if_missing=False)
    assert not (tools / "calls").exists()


def test_root_refreshes_the_lists_of_packages_once(tools, tmp_path, monkeypatch):
    (tools / "no-lists").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert len(fetch(data_home=tmp_path).frame) == 5
    assert calls(tools)[:3] == [f"apt-get download {PACKAGE}", "apt-get update", f"apt-get download {PACKAGE}"]


def test_others_are_told_what_to_do(tools, tmp_path):
    (tools / "no-lists").touch()
    with pytest.raises(OSError, match="Unable to locate package") as caught:
        fetch(data_home=tmp_path / "home")
    for remedy in ("sudo apt-get update", "path=FOLDER", "dpkg-deb -x", "make_multimodal"):
        assert remedy in str(caught.value)
    assert calls(tools) == [f"apt-get download {PACKAGE}"]
    assert os.listdir(tmp_path / "home") == []


def test_a_machine_without_the_tools_is_told_so(tools, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="no apt-get and no dpkg-deb on the PATH"):
        fetch(data_home=tmp_path)


def test_a_download_that_hangs_is_ended(tools, tmp_path, monkeypatch):
    (tools / "hangs").touch()
    monkeypatch.setattr(_package, "DOWNLOAD_SECONDS", 0.2)
    with pytest.raises(OSError, match=r"took more than 0\.2 s; it said nothing"):
        fetch(data_home=tmp_path / "home")
    assert os.listdir(tmp_path / "home") == []


def test_a_download_that_brings_nothing_is_an_error(tools, tmp_path):
    (tools / "nothing").touch()
    with pytest.raises(OSError, match=r"left no tuxpaint-stamps-default_\*\.deb"):
        fetch(data_home=tmp_path)


@pytest.mark.parametrize("damage", ["gone", "changed", "no list"])
def test_what_was_unpacked_is_compared_with_the_packages_list(tools, tmp_path, damage):
    picture = tools / "content" / _stamps_home.INSIDE / "symbols" / "8.png"
    if damage == "gone":
        picture.unlink()
    elif damage == "changed":
        picture.write_bytes(b"other")
    else:
        (tools / "md5sums").write_text("")
    with pytest.raises(OSError, match=r"symbols/8\.png" if damage != "no list" else "list of files is empty"):
        fetch(data_home=tmp_path / "home")
    assert os.listdir(tmp_path / "home") == []


def test_a_copy_that_another_process_finished_first_is_taken(tools, tmp_path):
    target = tmp_path / PACKAGE
    _package.unpack_package(PACKAGE, target)
    before = target.stat().st_ino
    _package.unpack_package(PACKAGE, target)
    assert target.stat().st_ino == before
    assert sorted(os.listdir(tmp_path)) == ["tools", PACKAGE]
    (target / _package.MANIFEST).unlink()
    with pytest.raises(OSError, match="not empty"):
        _package.unpack_package(PACKAGE, target)


def test_a_copy_that_lost_files_is_not_used(tools, tmp_path):
    stamps = fetch(data_home=tmp_path)
    os.unlink(stamps.frame["picture"][0])
    with pytest.raises(OSError, match=f"{PACKAGE} is incomplete; delete that folder"):
        fetch(data_home=tmp_path)


def test_the_data_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MMSK_DATA", str(tmp_path / "a"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
    monkeypatch.setenv("HOME", str(tmp_path / "c"))
    assert get_data_home(tmp_path / "d") == tmp_path / "d"
    assert get_data_home() == tmp_path / "a"
    monkeypatch.delenv("MMSK_DATA")
    assert get_data_home() == tmp_path / "b" / "mmsk"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert get_data_home() == tmp_path / "c" / ".cache" / "mmsk"
    assert (tmp_path / "c" / ".cache" / "mmsk").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="set data_home= or MMSK_DATA"):
        get_data_home(tmp_path / "file" / "home")


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
