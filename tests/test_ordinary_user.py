"""As a service runs: packages that cannot be written to and no home folder. Nothing but a warning may change."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mmsk

AS_A_SERVICE = """
import ctypes, json, os, sys, warnings

def become_nobody():
    # root may write anywhere: be nobody, who may still read and enter each folder, wherever Python is installed
    libc = ctypes.CDLL(None, use_errno=True)
    keep_capabilities, version_3, read_and_search = 8, 0x20080522, 1 << 2
    assert libc.prctl(keep_capabilities, 1, 0, 0, 0) == 0
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    header = (ctypes.c_uint32 * 2)(version_3, 0)
    assert libc.capset(header, (ctypes.c_uint32 * 6)(read_and_search, read_and_search, 0, 0, 0, 0)) == 0

if os.getuid() == 0:
    become_nobody()
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    import mmsk
    from mmsk.audio import MFCC, Chroma, SpectralShape
    from mmsk.datasets import make_multimodal
    from mmsk.image import HOG, LBP, ColorHistogram
    from mmsk.text import Tfidf

    data = make_multimodal(30, 2, random_state=0)
    branches = [("text", Tfidf(), "text"), ("image", [HOG(), LBP(), ColorHistogram()], "image")]
    branches += [("audio", [MFCC(), Chroma(), SpectralShape()], "audio")]
    model = mmsk.fusion_pipeline(branches).fit(data.frame.drop(columns="label"), data.frame["label"])
    predicted = model.predict(data.frame.drop(columns="label"))
writable = [folder for folder in (sys.argv[1], os.path.dirname(mmsk.__file__)) if os.access(folder, os.W_OK)]
json.dump(
    {
        "package": mmsk.__file__,
        "user": os.getuid(),
        "writable": writable,
        "right": float((predicted == data.frame["label"]).mean()),
        "warnings": sorted({f"{w.category.__name__}: {w.message}" for w in caught}),
    },
    sys.stdout,
)
"""


@pytest.fixture
def site(tmp_path):
    """Return a folder of packages that nobody can write to, with mmsk in it."""
    folder = tmp_path / "site"
    shutil.copytree(Path(mmsk.__file__).parent, folder / "mmsk", ignore=shutil.ignore_patterns("__pycache__"))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)


def test_import_describe_and_predict_without_a_home_or_a_place_to_write(site):
    hidden = ("HOME", "XDG_CACHE_HOME", "MMSK_CACHE", "NUMBA_CACHE_DIR", "PYTHONPYCACHEPREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"} | ({} if os.getuid() == 0 else {"HOME": "/none"})
    command = [sys.executable, "-c", AS_A_SERVICE, str(site)]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3_000:]
    found = json.loads(done.stdout)
    assert found["package"].startswith(str(site))
    assert found["user"] != 0
    assert found["writable"] == []
    assert found["right"] > 0.9
    assert len(found["warnings"]) == 1, found["warnings"]
    assert "NUMBA_CACHE_DIR" in found["warnings"][0]
