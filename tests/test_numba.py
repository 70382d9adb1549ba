"""Kernels are compiled when they are first called, and also where nothing can be written."""

import subprocess
import sys
import warnings

import numba
import numpy as np
import pytest

from mmsk import _numba


@pytest.fixture(autouse=True)
def never_warned():
    """Let each test be the first to miss a place for compiled code."""
    _numba._warn_once.cache_clear()
    yield
    _numba._warn_once.cache_clear()


def total(values):
    """Return the sum."""
    found = 0.0
    for value in values:
        found += value
    return found


def test_compiled_code_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    kernel = _numba.jit(total)
    assert kernel.compiled is None
    assert kernel(np.arange(4.0)) == 6
    assert list(tmp_path.rglob("*.nbc"))
    assert (kernel.__name__, kernel.__doc__) == ("total", "Return the sum.")


@pytest.mark.parametrize("when", ["compiled", "called"])
def test_without_a_place_to_write(monkeypatch, when):
    njit = numba.njit

    def refusing(function, *, nogil, cache=False):
        assert nogil
        if not cache:
            return njit(function, nogil=nogil)
        if when == "compiled":
            raise RuntimeError("cannot cache function 'total': no locator available")
        return full_disk

    def full_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(numba, "njit", refusing)
    kernel = _numba.jit(total)
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        found = kernel(np.arange(4.0))
    assert found == 6
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # once is enough
        assert _numba.jit(total)(np.arange(3.0)) == 3
        assert kernel(np.arange(3.0)) == 3


def test_the_mistakes_of_a_kernel_are_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    with pytest.raises(numba.TypingError):
        _numba.jit(total)("text")


def test_numba_is_imported_by_the_first_call_only():
    code = "import sys, mmsk._numba, mmsk.audio, mmsk.image; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
