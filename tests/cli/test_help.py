"""`--help` of every command, and whether its examples are ones."""

import shlex

import pytest
from typer.testing import CliRunner

import mmsk
from mmsk.cli import app
from mmsk.cli._app import COMMANDS
from mmsk.cli._examples import EXAMPLES


def test_commands_are_listed_and_the_version_is_shown(run):
    said = run("--help")
    assert all(f" {name} " in said for name in COMMANDS)
    assert run("--version") == f"mmsk {mmsk.__version__}"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_examples(run, command):
    said = run(command, "--help")
    assert "Usage:" in said
    assert "--debug" in said
    for example in EXAMPLES[command]:
        assert example in said


@pytest.mark.parametrize("example", [line for lines in EXAMPLES.values() for line in lines])
def test_the_options_of_every_example_exist(example, tmp_path, monkeypatch):
    for name in ("shop.csv", "new.csv", "shop.mmsk", "SHA256SUMS"):
        (tmp_path / name).touch()
    (tmp_path / "birds").mkdir()
    monkeypatch.chdir(tmp_path)
    program, command, *options = shlex.split(example.partition(" > ")[0])
    assert program == "mmsk"
    monkeypatch.setattr("mmsk.cli._run._clear_errors", _stop)
    assert CliRunner().invoke(app, [command, *options]).exit_code == 77


def _stop(debug):
    """Stand in for what surrounds a command: typer has taken the options by then, and no work has been done."""
    import typer

    raise typer.Exit(77)


@pytest.mark.parametrize("command", ["predict", "inspect"])
def test_who_opens_a_model_may_trust_names(run, command):
    assert "--trust" in run(command, "--help")


def test_no_command_is_wrong_usage_and_shows_the_help():
    result = CliRunner().invoke(app, [])
    assert result.exit_code in (0, 2)
    assert "Commands" in result.output
