"""What becomes of errors, warnings and Ctrl-C: through the whole application, with a command that is made for it."""

import warnings

import pytest
import typer
from typer.testing import CliRunner

from mmsk.cli._run import guarded


@pytest.fixture
def invoke():
    """Return a function that runs a function as a command."""

    def run(function, *words):
        app = typer.Typer(pretty_exceptions_enable=False)
        app.command()(guarded(function))
        return CliRunner().invoke(app, list(words))

    return run


def fail(name: str = "x") -> None:
    raise ValueError(f"no {name}")


def test_an_error_is_a_line_and_exit_code_1(invoke):
    result = invoke(fail)
    assert (result.exit_code, result.output) == (1, "error: no x\n")


def test_options_of_the_function_stay(invoke):
    assert invoke(fail, "--name", "table").output == "error: no table\n"


def test_debug_shows_where_it_comes_from(invoke):
    result = invoke(fail, "--debug")
    assert result.exit_code == 1
    assert 'raise ValueError(f"no {name}")' in result.output
    assert result.output.endswith("error: no x\n")


def test_what_was_not_foreseen_says_so(invoke):
    def stumble() -> None:
        raise KeyError("key")

    result = invoke(stumble)
    assert result.exit_code == 1
    assert result.output == "error: KeyError: 'key'\nThis was not foreseen; --debug shows where it comes from.\n"


def test_an_error_of_the_system_names_the_file_first(invoke):
    def write() -> None:
        raise PermissionError(13, "Permission denied", "/out.csv")

    assert invoke(write).output == "error: /out.csv: Permission denied\n"


def test_brackets_are_no_markup(invoke):
    def bracket() -> None:
        raise ValueError("got [red]x[/red] and [/]")

    assert invoke(bracket).output == "error: got [red]x[/red] and [/]\n"


def test_interrupted(invoke):
    def work() -> None:
        raise KeyboardInterrupt

    result = invoke(work)
    assert (result.exit_code, result.output) == (130, "interrupted\n")


@pytest.mark.filterwarnings("always")
def test_a_warning_is_one_line_and_comes_once(invoke):
    def warn() -> None:
        for _ in range(3):
            warnings.warn("two\n   lines; pass root= here", stacklevel=1)
        warnings.warn("another", stacklevel=1)

    assert invoke(warn).output == "warning: two lines; give --root here\nwarning: another\n"


def test_warnings_are_python_s_again_afterwards(invoke):
    before = warnings.showwarning
    invoke(fail)
    assert warnings.showwarning is before


def test_wrong_usage_is_typer_s_affair(invoke):
    def refuse() -> None:
        raise typer.BadParameter("bad")

    assert invoke(refuse).exit_code == 2
    assert invoke(fail, "--no-such-option").exit_code == 2
