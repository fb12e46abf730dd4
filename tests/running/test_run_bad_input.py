"""What `lobegen run` refuses: one line that says what to do, exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from lobegen.cli import main


def refusal(capfd: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a run is refused with."""
    with pytest.raises(SystemExit) as ended:
        main(["run", *map(str, arguments)])
    captured = capfd.readouterr()
    assert ended.value.code == 2
    assert captured.out == ""
    *started, line = captured.err.splitlines()
    assert all(text.startswith("Starting ") for text in started)
    return line


def test_a_misspelt_workflow_gets_the_nearest_name(fastapi: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = refusal(capfd, "welcome-placeholders", "--project", fastapi)

    assert line.endswith("has no workflow welcome-placeholders. Did you mean welcome-placeholder?")


def test_an_unknown_flag_gets_the_nearest_name(fastapi: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = refusal(capfd, "--flag", "paid", "--flag", "payedOnly", "--project", fastapi)

    assert line.endswith("welcome-placeholder has no flag paid. Did you mean paidOnly?")


def test_a_folder_without_a_project_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert "has no workflow of lobegen" in refusal(capfd, "welcome-placeholder")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--items", -1], "--items -1: it must be from 0 to 100,000."),
        (["--speed", 0], "--speed 0: it must be more than 0"),
        (["--production"], "--production builds a Next.js application."),
        (["--serve", "'"], "no closing quotation"),
        (["--serve", "/no/such/program"], "cannot start /no/such/program"),
        (["--log", "/no/such/folder/log"], "--log /no/such/folder/log"),
    ],
)
def test_bad_options_are_said(
    fastapi: Path, capfd: pytest.CaptureFixture[str], options: list[object], text: str
) -> None:
    assert text in refusal(capfd, *options, "--project", fastapi)


def test_a_missing_extra_is_said_with_the_command_that_installs_it() -> None:
    script = "import sys; sys.modules['uvicorn'] = None; from lobegen.cli import main; main(['run', 'any'])"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.endswith("Install it with: pip install 'lobegen[qstash]'\n")
