"""Models that one scikit-learn has saved, opened by the others: the same answers, or an error that names both versions.

Strategy: an environment for each version, which holds that scikit-learn and nothing else, and finds all other libraries
in the environment that runs this. Each saves models and its own answers; each opens those of all.

    python tests/persistence/versions.py [--folder FOLDER] [--versions 1.6 1.7 1.8 newest]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import venv
import warnings
from pathlib import Path

import numpy as np

VERSIONS = ["1.6", "1.7", "1.8", "newest"]
KINDS = ["svc", "forest", "boosting", "hist boosting", "mlp", "calibrated", "kernels", "late gate"]
METHODS = ("predict_proba", "decision_function", "predict")
TOLERANCE = 1e-6
SAME, REFUSED = "same", "ModelVersionError"


def main() -> int:
    """Make the environments, save and open, print a table; return 1 if anything was silently different or broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where environments and models go; kept for the next time")
    parser.add_argument("--versions", nargs="+", default=VERSIONS)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="mmsk-versions-"))
    pythons = {version: environment(folder / f"sklearn-{version}", version) for version in options.versions}
    for version, python in pythons.items():
        run(python, "save", folder / f"models-{version}")
    found = {}
    for here, python in pythons.items():
        for saved in pythons:
            found[saved, here] = json.loads(run(python, "open", folder / f"models-{saved}").splitlines()[-1])
    for (saved, here), outcomes in found.items():
        same = sum(outcome == SAME for outcome in outcomes.values())
        refused = [kind for kind, outcome in outcomes.items() if outcome.startswith(REFUSED)]
        print(f"saved by {saved:>6}, opened by {here:>6}: {same} the same, {len(refused)} refused {refused or ''}")
    wrong = {
        f"{saved} -> {here}: {kind}": outcome
        for (saved, here), outcomes in found.items()
        for kind, outcome in outcomes.items()
        if outcome != SAME and not outcome.startswith(REFUSED)
    }
    print(f"silently different, or another error: {json.dumps(wrong, indent=1) if wrong else 'none'}")
    return int(bool(wrong))


def environment(folder: Path, version: str) -> Path:
    """Return the Python of an environment with one version of scikit-learn, made where it is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        wanted = "scikit-learn" if version == "newest" else f"scikit-learn=={version}.*"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wanted], check=True)
        own = next((folder / "lib").glob("python*/site-packages"))
        others = [path for path in sys.path if path.endswith("site-packages")]
        own.joinpath("others.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in others))
    return python


def run(python: Path, what: str, models: Path) -> str:
    """Run this file by another Python, and return what it printed."""
    done = subprocess.run([python, __file__, what, models], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{python} {what} {models}: {done.stderr[-3000:]}")
    return done.stdout


def zoo():
    """Return the module that fits models, for the tests as well."""
    path = Path(__file__).with_name("conftest.py")
    spec = importlib.util.spec_from_file_location("zoo", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(model, rows) -> np.ndarray:
    """Return what a model says, as numbers."""
    name = next(name for name in METHODS if hasattr(model, name))
    return np.asarray(getattr(model, name)(rows), dtype=float)


def save_all(folder: Path) -> None:
    """Save a model of each kind, and its answers."""
    from mmsk.persistence import save

    made = zoo()
    folder.mkdir(exist_ok=True)
    for kind in KINDS:
        model = made.MODELS[kind]()
        save(model, folder / f"{kind}.mmsk")
        np.save(folder / f"{kind}.npy", answer(model, made.X))


def open_all(folder: Path) -> None:
    """Print what became of each model."""
    from mmsk.errors import ModelVersionError
    from mmsk.persistence import load

    rows, outcomes = zoo().X, {}
    for kind in KINDS:
        try:
            found = answer(load(folder / f"{kind}.mmsk"), rows)
            expected = np.load(folder / f"{kind}.npy")
            same = np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)
            outcomes[kind] = SAME if same else f"DIFFERENT by {np.abs(found - expected).max():.3g}"
        except ModelVersionError as error:
            outcomes[kind] = f"{REFUSED}: {error.detail}"
        except Exception as error:
            outcomes[kind] = f"{type(error).__name__}: {error}"
    print(json.dumps(outcomes))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ("save", "open"):
        warnings.simplefilter("ignore")
        {"save": save_all, "open": open_all}[sys.argv[1]](Path(sys.argv[2]))
    else:
        sys.exit(main())
