"""The command as a process of its own: what it loads, what goes to which stream, and Ctrl-C."""

import os
import signal
import subprocess
import sys

HEAVY = ("librosa", "skimage", "numba", "matplotlib", "soundfile", "soxr")


def mmsk(*words, **options):
    command = [sys.executable, "-m", "mmsk", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_loads_nothing_heavy():
    script = (
        "import sys; from mmsk.cli import main\n"
        "sys.argv = ['mmsk', '--help']\n"
        "try: main()\n"
        f"finally: print('LOADED', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout


def test_train_then_predict_to_a_pipe(table, tmp_path):
    model = tmp_path / "m.mmsk"
    trained = mmsk("train", table(), "-t", "label", "-o", model, "-b", "p=hog:image", "-j", "1")
    assert trained.returncode == 0, trained.stderr
    done = mmsk("predict", model, table(), "-j", "1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "row,prediction"  # nothing but the table: progress and notes are on the other stream
    assert len(lines) == 37
    assert "describing image" in done.stderr


def test_an_error_goes_to_standard_error(table):
    done = mmsk("evaluate", table(), "-t", "nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the table has no column 'nothing'")


def test_ctrl_c_ends_with_130_and_leaves_nothing_behind(table, tmp_path):
    command = [sys.executable, "-m", "mmsk", "tune", str(table()), "-t", "label", "-o", str(tmp_path / "m.mmsk")]
    # jobs in the background ignore it, and so would their children
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen([*command, "-j", "1", "--step", "0.05"], stderr=subprocess.PIPE, text=True) as process:
        signal.signal(signal.SIGINT, before)
        said = process.stderr.readline()  # the first thing it says: it is at work
        process.send_signal(signal.SIGINT)
        said += process.stderr.read()
    assert process.returncode == 130, said
    assert said.endswith("interrupted\n")
    assert "Traceback" not in said
    assert os.listdir(tmp_path) == []
