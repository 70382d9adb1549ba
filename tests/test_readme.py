"""The README's Python runs as it stands."""

import re
import runpy
from pathlib import Path

import pytest

from mmsk.persistence import load

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_readmes_code_runs(number, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "readme.py"
    script.write_text(BLOCKS[number], encoding="utf-8")
    runpy.run_path(str(script))
    if "model.mmsk" in BLOCKS[number]:
        assert load("model.mmsk").classes_.size == 3
        assert "fusion__text__scale__weight" in capsys.readouterr().out


def test_there_is_code_to_run():
    assert BLOCKS
