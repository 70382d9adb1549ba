"""B11: peak memory of describing 10,000 pictures of one megapixel, and the cost of a row as the rows get many.

Strategy: memory is the peak of a whole process that does nothing else, above what it holds after a first call. Pictures
are files of which no two have the same bytes, so that a memo cannot save the work. The cost of a row is measured on
small pictures, where what each row costs besides its picture would show most; with the memo on, memory that is touched
for the first time is part of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks._data import made_jpeg
from benchmarks._harness import Row, check_close, measure, show
from benchmarks._options import ROOT, Options, child_environment

CLAIM = "peak memory of 10,000 one-megapixel pictures; cost of a row"
TARGET = "<= the output + 128 MB; within 10%"

SPARE = 128  # MB above the output
DRIFT = 0.10
N_FEATURES = 1764


def rows(options: Options) -> list[Row]:
    n_pictures = options.pick(10_000, 8)
    folder = options.scratch / "megapixels"
    write_pictures(folder, n_pictures, options.pick(1024, 64))
    output = n_pictures * N_FEATURES * 4 / 1e6
    found = []
    for name, memo in (("memo off", 0), ("memo on", 256 * 2**20)):
        code = f"from benchmarks._memory import peak_of_describing; peak_of_describing({str(folder)!r}, {memo})"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=child_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        peak = json.loads(done.stdout)
        allowed = output + SPARE + min(memo / 1e6, output)
        what = f"{n_pictures:,} pictures of 1 megapixel to HOG, {name}: peak above the first call / the output"
        ratio = f"{peak['above'] - output:+.0f} MB"
        target = f"<= the output + {allowed - output:.0f} MB"
        ok = peak["above"] <= allowed
        found.append(Row("B11", what, f"{peak['above']:.0f} MB", f"{output:.0f} MB", ratio, target, ok, peak))
    return [*found, _cost_of_a_row(options, "memo off", 0), _cost_of_a_row(options, "memo on", 256 * 2**20)]


def write_pictures(folder: Path, n_pictures: int, side: int) -> None:
    """Write JPEGs that differ in a comment only."""
    folder.mkdir(exist_ok=True)
    picture = made_jpeg(side, side)
    for number in range(n_pictures):
        comment = b"\xff\xfe\x00\x0a" + f"{number:08d}".encode()
        (folder / f"{number:05d}.jpg").write_bytes(picture[:2] + comment + picture[2:])


def _cost_of_a_row(options: Options, setting: str, memo: int) -> Row:
    """Compare the time a row in a long column with that in a short one."""
    from mmsk import FeatureCache
    from mmsk.image import HOG

    short, long = options.pick((1_000, 20_000), (10, 40))
    small = made_jpeg(48, 48)
    cells = [small + number.to_bytes(4, "big") for number in range(long)]  # what follows a JPEG's end is not decoded
    hog = HOG(cache=FeatureCache()).fit(cells[:1])
    check_close("rows", hog.transform(cells[:5]), HOG(cache=False).fit_transform([small] * 5), 0)

    def describe(n_rows: int) -> None:
        hog.set_params(cache=FeatureCache(max_memory=memo)).transform(cells[:n_rows])

    sides = {"other": lambda: describe(short), "mmsk": lambda: describe(long)}
    timings = measure(sides, repeats=options.pick(3, 1), least=options.pick(1.0, 0))
    for name, n_rows in (("other", short), ("mmsk", long)):
        timings[name] = timings[name].per(n_rows)
    ratio = timings["mmsk"].median() / timings["other"].median()
    what = f"a row of {long:,} small pictures / a row of {short:,}, {setting}"
    ok = abs(ratio - 1) <= DRIFT
    figures = {"seconds": {name: timing.rounded() for name, timing in timings.items()}}
    mine, other = (show(timings[name].median()) for name in ("mmsk", "other"))
    return Row("B11", what, mine, other, f"{ratio:.3f}x", f"1 +- {DRIFT:g}", ok, figures)
