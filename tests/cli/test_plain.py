"""An ordinary `lobegen lint` is read without Typer: as Typer would have read it, or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lobegen.cli.lint as typed
from lobegen.cli.application import run_application
from lobegen.cli.linting import run_lint
from lobegen.cli.plain import read_plainly

LINES = [
    "",
    "src app/a.py",
    "--exit-zero",
    "--format concise src --statistics",
    "--format=concise --format=json -",
    "--select a,b --select c --ignore=d x",
    "--extend-select core",
    "--config lobegen.toml --output-file out.txt --output-file=sarif=a=b --fail-on error",
    "--include-tests --force-exclude --show-suppressed a b c",
    "--stdin-filename src/a.ts -",
    "--select=",
    "--show-files --show-settings --explain-finding a.ts:1:2",
    "--since origin/main --changed",
    "--add-suppressions --reason why",
    "--watch src",
    "--baseline a.json --write-baseline=b.json",
]
FOR_TYPER = [
    "--help",
    "-h",
    "--exit-zero=1",
    "--form concise",
    "--select",
    "--select --exit-zero",
    "--exclude-tests",
    "-- a",
]


def of_typer(line: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the function of the command is given when Typer reads the line."""
    given: dict[str, Any] = {}
    read: Callable[..., int] = lambda **options: given.update(options) or 0  # noqa: E731
    monkeypatch.setattr(typed, "run_lint", read)
    assert run_application(["lint", *line.split()]) == 0
    return given


@pytest.mark.parametrize("line", LINES)
def test_it_is_read_as_typer_reads_it(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = {"paths": None, **(run_lint.__kwdefaults__ or {})}
    plain = read_plainly(line.split(), run_lint)
    assert plain is not None
    assert defaults | plain == of_typer(line, monkeypatch)


@pytest.mark.parametrize("line", FOR_TYPER)
def test_what_is_not_ordinary_is_left_to_typer(line: str) -> None:
    assert read_plainly(line.split(), run_lint) is None


def test_completion_is_left_to_typer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_LOBEGEN_COMPLETE", "complete_bash")
    assert read_plainly([str(Path("a.py"))], run_lint) is None
