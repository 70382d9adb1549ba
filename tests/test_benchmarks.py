"""The benchmarks work: each claim is found, runs in a tiny mode, and compares what is equal. Nothing is timed here."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the benchmarks are not installed

from benchmarks import _harness, _readme, _run  # noqa: E402
from benchmarks.__main__ import main  # noqa: E402
from benchmarks._child import rows_of  # noqa: E402
from benchmarks._counting import counting  # noqa: E402
from benchmarks._options import THREADS, Options, child_environment  # noqa: E402
from benchmarks._registry import claim, claim_ids  # noqa: E402


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    return Options(tmp_path_factory.mktemp("scratch"), tiny=True)


def test_every_file_of_a_claim_is_found():
    assert claim_ids() == [f"B{number}" for number in range(1, 14)]
    for id_ in claim_ids():
        module = claim(id_)
        assert module.__doc__.startswith(f"{id_}: ")
        assert module.CLAIM
        assert module.TARGET


# librosa 0.11 imports audioread, which imports what Python 3.13 has removed
@pytest.mark.filterwarnings("ignore:.* is deprecated and slated for removal in Python 3.13:DeprecationWarning")
@pytest.mark.parametrize("id_", claim_ids())
def test_claim_runs_and_compares_equal_outputs(id_, options, monkeypatch):
    monkeypatch.delenv("MMSK_CACHE", raising=False)
    found = rows_of(id_, options)
    assert found
    for row in found:
        assert row.id == id_
        assert row.what
        assert row.mmsk not in ("failed", "unequal"), row.other
        assert row.ok is None
        json.dumps(row.as_dict())


def test_unequal_outputs_are_reported_and_not_timed(options, monkeypatch):
    from mmsk.image import _hog_kernel

    right = _hog_kernel.hog
    monkeypatch.setattr(_hog_kernel, "hog", lambda *args, **kwargs: 1.001 * right(*args, **kwargs))
    (row,) = rows_of("B1", options)
    assert (row.mmsk, row.ok) == ("unequal", False)


def test_a_failing_claim_is_a_row(options, monkeypatch):
    monkeypatch.setattr(claim("B5"), "rows", lambda options: 1 / 0)
    (row,) = rows_of("B5", options)
    assert (row.mmsk, row.ok) == ("failed", False)
    assert "ZeroDivisionError" in row.other


def test_data_that_cannot_be_had(tmp_path):
    (row,) = rows_of("B4", Options(tmp_path, stamps=tmp_path / "nowhere"))
    assert (row.mmsk, row.ok) == ("no data", None)
    assert "nowhere" in row.other


def test_sides_take_turns():
    calls = []
    timings = _harness.measure({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2, least=0)
    assert calls == ["a", "b"] * 3  # once to warm up
    assert [len(timings[name].cpu) for name in "ab"] == [2, 2]


def test_ratios_point_the_right_way():
    timings = {"mmsk": _harness.Timing([1.0, 2.0, 9.0], []), "other": _harness.Timing([30.0, 40.0, 50.0], [])}
    fast, slow = _harness.faster("B1", "", timings, at_least=21), _harness.within("B1", "", timings, at_most=0.06)
    assert (fast.ratio, fast.target, fast.ok) == ("20x", ">= 21x", False)
    assert (slow.ratio, slow.target, slow.ok) == ("0.05x", "<= 0.06x", True)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(8.32e-5, "83.2 µs"), (0.0123, "12.3 ms"), (75, "75 s"), (1900, "31.7 min")]
)
def test_seconds_are_shown_in_a_unit_to_read(seconds, shown):
    assert _harness.show(seconds) == shown


def test_check_close_sees_values_and_holes():
    assert _harness.check_close("x", [1.0, np.nan], [1.0, np.nan], 0) == 0
    for wrong in ([1.1, np.nan], [1.0, 0.0], [1.0]):
        with pytest.raises(_harness.UnequalError):
            _harness.check_close("x", wrong, [1.0, np.nan], 0.01)


def test_check_cosine_needs_something_to_compare():
    assert _harness.check_cosine("x", np.eye(2), 2 * np.eye(2), 0.99) == pytest.approx(1)
    for other in (np.eye(2)[::-1], np.zeros((2, 2))):
        with pytest.raises(_harness.UnequalError):
            _harness.check_cosine("x", np.eye(2), other, 0.99)


def test_counting_counts_reads_and_decodes(tmp_path):
    picture, sound = tmp_path / "a.png", tmp_path / "a.wav"
    Image.new("L", (4, 4)).save(picture)
    soundfile.write(sound, np.zeros(100), 8000)
    with counting(tmp_path / "log", [str(picture), str(sound)]) as counts:
        for _ in range(2):
            with Image.open(str(picture)) as opened:
                opened.load()
                opened.load()  # decoded already
        soundfile.read(str(sound))
    soundfile.read(str(sound))
    (found,) = counts
    assert found.reads[str(picture)] == 2
    assert sorted(found.decodes.values()) == [1, 2]


def test_processes_measure_with_one_thread_and_no_cache(monkeypatch):
    monkeypatch.setenv("MMSK_CACHE", "somewhere")
    environment = child_environment()
    assert "MMSK_CACHE" not in environment
    assert THREADS.items() <= environment.items()


def some_row(id_, **changed):
    return {
        "id": id_,
        "what": "a | b",
        "mmsk": "1 s",
        "other": "2 s",
        "ratio": "2x",
        "target": "",
        "ok": None,
    } | changed


def test_results_of_other_claims_are_kept(tmp_path):
    path = tmp_path / "results" / "latest.json"
    _run.write_results([some_row("B2"), some_row("B10")], Options(tmp_path), path)
    _run.write_results([some_row("B2", ratio="3x"), some_row("B1")], Options(tmp_path), path)
    content = json.loads(path.read_text("utf-8"))
    assert [(row["id"], row["ratio"]) for row in content["rows"]] == [("B1", "2x"), ("B2", "3x"), ("B10", "2x")]
    assert content["machine"]["cores"] >= 1
    assert "numpy" in content["machine"]["versions"]


def test_readme_table_is_written_between_the_markers(tmp_path):
    readme, results = tmp_path / "README.md", tmp_path / "latest.json"
    _run.write_results([some_row("B1", ok=True), some_row("B2", ok=False)], Options(tmp_path), results)
    readme.write_text(f"# Title\n{_readme.BEGIN}\nold\n{_readme.END}\nend\n", "utf-8")
    for _ in range(2):
        _readme.rewrite(readme, results)
    lines = readme.read_text("utf-8").splitlines()
    assert lines[:3] == ["# Title", _readme.BEGIN, "| id | what | mmsk | other | ratio | target | ok |"]
    assert lines[4:6] == [r"| B1 | a \| b | 1 s | 2 s | 2x |  | yes |", r"| B2 | a \| b | 1 s | 2 s | 2x |  | NO |"]
    assert lines[-2:] == [_readme.END, "end"]
    assert "old" not in lines


def test_readme_without_markers_is_left_alone(tmp_path):
    readme, results = tmp_path / "README.md", tmp_path / "latest.json"
    _run.write_results([some_row("B1")], Options(tmp_path), results)
    readme.write_text("# Title\n", "utf-8")
    with pytest.raises(ValueError, match="<!-- benchmarks -->"):
        _readme.rewrite(readme, results)
    assert readme.read_text("utf-8") == "# Title\n"


def test_unknown_claims_are_refused(capsys):
    with pytest.raises(SystemExit):
        main(["B99"])
    assert "no such claim: B99" in capsys.readouterr().err


def test_command_runs_a_claim_in_its_own_process(capsys, monkeypatch):
    monkeypatch.setattr(
        sys.modules["benchmarks.__main__"], "write_results", lambda *args: pytest.fail("tiny is not kept")
    )
    assert main(["b1", "--tiny"]) == 0
    assert "skimage.feature.hog" in capsys.readouterr().out
