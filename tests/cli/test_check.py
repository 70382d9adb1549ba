"""`mmsk check`: words and exit codes."""

import hashlib

import pandas as pd


def test_a_table_without_faults(run, table):
    assert "nothing is wrong in 36 rows, as far as the heads of the files tell" in run("check", table(), "-j", "1")
    assert run("check", table(), "--full", "-j", "1").endswith("nothing is wrong in 36 rows")


def test_each_fault_is_a_line_and_the_exit_code_is_one(run, table, media, tmp_path):
    (tmp_path / "page.png").write_text("<html>")
    (tmp_path / "cut.png").write_bytes((media[0] / str(media[1]["image"][0])).read_bytes()[:-60])
    path = table(image={3: str(tmp_path / "page.png"), 5: str(tmp_path / "cut.png")})
    said = run("check", path, "-o", tmp_path / "bad.csv", code=1)
    assert "3 image unknown_format" in said
    assert said.endswith("1 bad item in 1 of 36 rows")
    assert "5 image truncated" in run("check", path, "--full", code=1)
    bad = pd.read_csv(tmp_path / "bad.csv")
    assert bad[["row", "column", "kind"]].to_numpy().tolist() == [[3, "image", "unknown_format"]]


def test_many_faults_are_counted(run, table, tmp_path, monkeypatch):
    monkeypatch.setattr("mmsk.cli._check.SHOWN", 10)
    (tmp_path / "page.png").write_text("<html>")
    said = run("check", table(image=dict.fromkeys(range(36), str(tmp_path / "page.png"))), code=1)
    assert "... and 26 more; --output LIST writes all" in said
    assert "36 bad items in 36 of 36 rows" in said


def test_sums(run, table, media, tmp_path):
    folder, frame = media
    sums = folder / f"{tmp_path.name}-SUMS"
    names = [str(name) for name in frame["image"].dropna()]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    sums.write_text("\n".join(lines))
    run("check", table(), "--hashes", sums, "-j", "1")
    sums.write_text("\n".join(["0" * 64 + lines[0][64:], *lines[1:]]))
    assert "0 image corrupt" in run("check", table(), "--hashes", sums, "-j", "1", code=1)
