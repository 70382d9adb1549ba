"""fetch_stamps: where a folder of stamps is looked for, and how it is fetched."""

import hashlib
import os
import stat

import pytest

from mmsk.datasets import _package, _stamps_home, get_data_home

from ._stamps_data import fetch, plant

PACKAGE = _stamps_home.PACKAGE


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


def script(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def calls(tools):
    return (tools / "calls").read_text().splitlines()


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
