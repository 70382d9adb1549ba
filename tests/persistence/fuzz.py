"""Mutated model files: each is refused, or is the same model: `python -m tests.persistence.fuzz N`.

Strategy: half of the mutations are of the whole file; the other half are of the payload within it, with the hash in the
manifest made right again, as somebody would who knows the format.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import json
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from mmsk.errors import ModelError
from mmsk.persistence import load, save

SLOW = 2.0  # seconds that one file may take
SAME = "the same model"


def main() -> int:
    """Mutate, load, report; return 1 if a file became another model, or raised what is no ModelError."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes, slowest = run(options.n, options.seed)
    bad = {outcome: count for outcome, count in outcomes.items() if outcome.startswith("WRONG")}
    report = {"files": options.n, "slowest_s": round(slowest, 3), "wrong": sum(bad.values()), "outcomes": outcomes}
    print(json.dumps(report, indent=1))
    return int(bool(bad) or slowest > SLOW)


def run(n: int, seed: int) -> tuple[Counter[str], float]:
    """Return how often each outcome came, and the seconds that the slowest file took."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        good, rows, expected = example(Path(folder))
        path = Path(folder, "mutated.mmsk")
        for number in range(n):
            generator = np.random.default_rng([seed, number])
            path.write_bytes(mutated(good, generator) if number % 2 else forged(good, generator))
            start = time.perf_counter()
            outcomes[outcome_of(path, rows, expected, number)] += 1
            slowest = max(slowest, time.perf_counter() - start)
            if number % 1000 == 999:
                print(f"{number + 1:,} of {n:,}", file=sys.stderr)
    return outcomes, slowest


def example(folder: Path) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Return a model's file, rows, and what it says of them."""
    spec = importlib.util.spec_from_file_location("zoo", Path(__file__).with_name("conftest.py"))
    zoo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(zoo)
    model = zoo.small_model()
    save(model, folder / "good.mmsk")
    return (folder / "good.mmsk").read_bytes(), zoo.NUMERIC, model.predict_proba(zoo.NUMERIC)


def outcome_of(path: Path, rows: np.ndarray, expected: np.ndarray, number: int) -> str:
    """Return what became of a file."""
    try:
        found = load(path).predict_proba(rows)
    except ModelError as error:
        return type(error).__name__
    except Exception as error:
        return f"WRONG: number {number} raised {type(error).__name__}: {error}"
    return SAME if np.array_equal(found, expected) else f"WRONG: number {number} is another model"


def mutated(content: bytes, generator: np.random.Generator) -> bytes:
    """Return bytes with one to eight changes: bits, bytes, pieces lost, doubled or moved, the end cut off."""
    changed = bytearray(content)
    for _ in range(generator.integers(1, 9)):
        place, length = int(generator.integers(len(changed))), int(generator.integers(1, 40))
        match generator.integers(6):
            case 0:
                changed[place] ^= 1 << int(generator.integers(8))
            case 1:
                changed[place] = int(generator.integers(256))
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = changed[place : place + length]
            case 4:
                other = int(generator.integers(len(changed)))
                changed[place : place + length] = changed[other : other + length]
            case _ if generator.integers(4) == 0:
                del changed[place:]
        if not changed:
            return b""
    return bytes(changed)


def forged(content: bytes, generator: np.random.Generator) -> bytes:
    """Return a file with a mutated payload whose hash is right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest, payload = json.loads(archive.read("manifest.json")), archive.read("model.skops")
    payload = mutated(payload, generator)
    manifest["payload"]["sha256"] = hashlib.sha256(payload).hexdigest()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("model.skops", payload)
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main())
