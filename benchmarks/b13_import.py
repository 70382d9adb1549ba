"""B13: `import mmsk` against importing pandas and the scikit-learn modules that it uses, each in a new process.

Strategy: mmsk loads a room when it is first asked for, so that the bare import says little; the second row asks for all
that a pipeline of text, pictures and sound needs.
"""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks._harness import Row, Timing, within
from benchmarks._options import Options, child_environment

CLAIM = "import mmsk"
TARGET = "<= 1.1x; mmsk --help loads no heavy library"

HEAVY = ("librosa", "numba", "skimage", "matplotlib")

NEEDED = "from mmsk import KernelFusionClassifier, audio, fusion_pipeline, image, text"

TIMED = """
import json, sys, time
wall, cpu = time.perf_counter(), time.process_time()
{code}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps([cpu, wall, sorted(sys.modules)]))
"""

HELP = """
import contextlib, io, json, sys
sys.argv = ["mmsk", "--help"]
from mmsk.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print(json.dumps(sorted(sys.modules)))
"""


def rows(options: Options) -> list[Row]:
    loaded = _run(TIMED.format(code=NEEDED))[2]
    others = ["pandas", *(name for name in loaded if name.split(".")[0] == "sklearn")]
    sides = {"import mmsk": "import mmsk", "what a pipeline needs": NEEDED, "other": f"import {', '.join(others)}"}
    timings = {name: Timing() for name in sides}
    for _ in range(options.pick(9, 1)):
        for name, code in sides.items():
            cpu, wall, _ = _run(TIMED.format(code=code))
            timings[name].cpu.append(cpu)
            timings[name].wall.append(wall)
    other = timings.pop("other")
    against = f"import pandas and the {len(others) - 1} modules of scikit-learn that a pipeline needs"
    found = [
        within("B13", f"{name} / {against}", {"mmsk": timing, "other": other}, at_most=1.1)
        for name, timing in timings.items()
    ]
    heavy = sorted(set(_run(HELP)) & set(HEAVY))
    told = ", ".join(heavy) or "none"
    help_row = Row("B13", f"mmsk --help: loaded of {', '.join(HEAVY)}", told, target="none", ok=not heavy)
    return [*found, help_row]


def _run(code: str) -> list:
    """Return what a new process prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=child_environment(), check=True, capture_output=True, text=True
    )
    return list(json.loads(done.stdout))
