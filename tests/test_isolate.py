"""isolate=True: what an item does to its process is told as that item's error, and costs no other item."""

import ctypes
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from mmsk import DescriptorUnion, FeatureCache, FunctionDescriptor, _isolate
from mmsk._worker import cloudpickle
from mmsk.audio import MFCC
from mmsk.errors import MediaBatchError, MmskError
from mmsk.image import HOG, ColorMoments

cloudpickle().register_pickle_by_value(sys.modules[__name__])  # workers cannot import this file


def misbehave(text):
    """Return the length of a text, or do as it says."""
    if text == "be killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if text == "crash":
        ctypes.string_at(0)
    if text == "take memory":
        return float(len(bytearray(3 * 2**30)))
    if text == "exit":
        os._exit(3)
    while text == "loop":
        pass
    while text == "sleep":
        time.sleep(1)
    if text == "fail":
        raise ZeroDivisionError("a mistake of the function")
    if text == "print":
        print("no answer", flush=True)
        os.write(1, b"no answer")
    return float(len(text))


def describer(**params):
    params = {"names": ["length"], "isolate": True, "cache": False, "on_error": "missing", **params}
    return FunctionDescriptor(misbehave, "text", **params)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(_isolate, "SECONDS", 3.0)


ENDS = {  # what an item does, and how that is told
    "be killed": ("killed", "SIGKILL"),
    "crash": ("killed", "SIGSEGV"),
    "take memory": ("killed", "more than 2 GiB of memory"),
    "exit": ("killed", "exit code 3"),
    "loop": ("timeout", "more than 3 s"),
    "sleep": ("timeout", "more than 3 s"),
}


def test_an_item_that_ends_its_worker_costs_itself_alone(impatient):
    """A worker that is killed, crashes, takes 3 GB, exits, loops or sleeps: six of 1,000 items, one error each."""
    column = pd.Series([f"text {row}" for row in range(1_000)], index=[f"id{row}" for row in range(1_000)])
    places = dict(zip(ENDS, range(100, 700, 100), strict=True))
    for text, place in places.items():
        column.iloc[place] = text
    descriptor = describer(n_jobs=2).fit(column)
    matrix = descriptor.transform(column)
    bad = list(places.values())
    assert np.flatnonzero(np.isnan(matrix[:, 0])).tolist() == bad
    np.testing.assert_array_equal(np.delete(matrix[:, 0], bad), [len(text) for text in column.drop(column.index[bad])])
    for line, (text, place) in zip(descriptor.report_, places.items(), strict=True):
        kind, detail = ENDS[text]
        assert (line["row"], line["ref"], line["kind"]) == (f"id{place}", text, kind)
        assert detail in line["detail"]


def test_a_bad_row_is_an_error_with_its_place():
    with pytest.raises(MediaBatchError) as caught:
        describer(on_error="raise").fit_transform(["a", "exit", None, "b"])
    assert [(error.row, error.kind) for error in caught.value.errors] == [(1, "killed")]


def test_a_mistake_of_the_function_is_raised_as_it_is_without():
    for isolate in (False, True):
        with pytest.raises(MmskError, match=r"row 1: fail: cannot be described \(ZeroDivisionError: a mistake"):
            describer(isolate=isolate).fit_transform(["a", "fail", "b"])


def test_what_is_printed_is_no_answer(capfd):
    np.testing.assert_array_equal(describer().fit_transform(["print", "ab"])[:, 0], [5, 2])
    assert "no answer" in capfd.readouterr().err


def test_features_are_counted_without_danger(impatient):
    descriptor = describer(names=None)
    assert descriptor.fit(["loop", "abc"]).names_ == ["misbehave_0"]


def test_features_are_the_same_to_the_bit():
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (50, 60, 3), dtype=np.uint8) for _ in range(5)] + [None, np.zeros(3)]
    clips = [(rng.standard_normal(9_000).astype(np.float32), 22_050), None]
    union = DescriptorUnion([("hog", HOG()), ("color", ColorMoments())], cache=False)
    for descriptor, column in ((union, pictures), (MFCC(cache=False), clips)):
        descriptor.set_params(on_error="missing", max_missing=1.0)
        expected, report = descriptor.fit_transform(column), descriptor.report_
        found = descriptor.set_params(isolate=True, n_jobs=2).fit_transform(column)
        np.testing.assert_array_equal(found, expected)
        assert descriptor.report_ == report


def test_several_items_in_a_cell():
    descriptor = describer().fit(["a"])
    matrix = descriptor.set_params(max_missing=1.0).transform([["ab", "abcd"], ["a", "exit"], []])
    np.testing.assert_array_equal(matrix[:, 0], [3, np.nan, np.nan])
    assert [(line["row"], line["ref"]) for line in descriptor.report_] == [(1, "<2 items>")]


def test_what_is_known_starts_no_worker(monkeypatch):
    descriptor = describer(cache=FeatureCache(), version="1")
    assert descriptor.fit_transform(["ab", "abc"])[:, 0].tolist() == [2, 3]
    monkeypatch.setattr(_isolate, "START", "raise SystemExit(1)")
    assert descriptor.fit_transform(["abc", "ab"])[:, 0].tolist() == [3, 2]
    with pytest.raises(MmskError, match="a worker did not begin"):
        descriptor.fit_transform(["abcd"])


def test_no_worker_is_left_behind(monkeypatch):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **kwargs: started.append(popen(*args, **kwargs)) or started[-1]
    )
    with pytest.raises(MmskError):
        describer(n_jobs=2).fit_transform(["a", "fail", *"bcdefgh"])
    describer().fit_transform(["a", "exit", *"bcdefghijkl"])
    assert len(started) >= 3
    assert all(worker.returncode is not None for worker in started)


def test_a_script_needs_no_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from mmsk import FunctionDescriptor\n"
        "def length(text):\n    return len(text)\n"
        "print(FunctionDescriptor(length, 'text', isolate=True).fit_transform(['abc']))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100)
    assert done.stdout == "[[3.]]\n", done.stderr


def once(path, text):
    """Kill the worker, but only the first time."""
    if text == "be killed" and not os.path.exists(path):
        os.mkdir(path)
        os.kill(os.getpid(), signal.SIGKILL)
    return len(text)


def test_a_worker_that_others_have_killed_costs_nothing(tmp_path):
    import functools

    tasks = [("ab",), ("be killed",), ("a",)]
    assert list(_isolate.run_isolated(functools.partial(once, str(tmp_path / "seen")), tasks, 2)) == [2, 9, 1]


def test_what_cannot_be_loaded_is_told():
    class Odd:
        def __reduce__(self):
            return int, ("no number",)

    with pytest.raises(MmskError, match="a worker cannot load what it should run: ValueError: invalid literal"):
        list(_isolate.run_isolated(Odd(), [(1,)], 1))


def refuse(number):
    class LocalError(Exception):
        def __init__(self, one, two):
            super().__init__("cannot be made again")

    raise LocalError(1, 2)


def test_an_exception_that_cannot_be_pickled_is_told():
    with pytest.raises(MmskError, match="LocalError: cannot be made again"):
        list(_isolate.run_isolated(refuse, [(1,)], 1))
