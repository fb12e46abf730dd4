"""Standard streams that are closed, full or without a reader: no run ends in a traceback or lies about its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED

#: all that prints, and how it ends where somebody reads
COMMANDS = {
    "lint": 1,
    "lint --no-cache": 1,
    "lint --fix": 1,
    "lint --show-files": 0,
    "lint --explain-finding a.ts:3": 0,
    "list": 0,
    "rule nested-step": 0,
    "migrate": 0,
    "--help": 0,
    "--version": 0,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one finding."""
    (tmp_path / "a.ts").write_text(UNNAMED)
    return tmp_path


def ended(line: str, folder: Path, redirected: str) -> tuple[int, str]:
    """Exit code and standard error of `lobegen LINE REDIRECTED` in a shell."""
    command = f'"{sys.executable}" -m lobegen {line} {redirected}'
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


@pytest.mark.parametrize("line", COMMANDS)
def test_a_full_disk_is_one_line(project: Path, line: str) -> None:
    said = "lobegen: error: standard output: cannot be written: No space left on device.\n"
    assert ended(line, project, "> /dev/full") == (2, said)


@pytest.mark.parametrize("line", COMMANDS)
def test_closed_streams_lead_nowhere(project: Path, line: str) -> None:
    assert ended(line, project, ">&- <&-") == (COMMANDS[line], "")


@pytest.mark.parametrize("line", ["lint", "list", "rule nested-step", "lint --show-files"])
def test_a_reader_that_has_gone_is_no_error(project: Path, line: str) -> None:
    assert ended(line, project, "| true; exit ${PIPESTATUS[0]}") == (COMMANDS[line], "")


@pytest.mark.parametrize("where", ["2>&-", "2> /dev/full"])
def test_what_cannot_be_said_still_ends_with_2(project: Path, where: str) -> None:
    assert ended("lint nowhere", project, where)[0] == 2


def test_names_are_shown_in_any_encoding(project: Path) -> None:
    (project / "日本.ts").write_text(CLEAN)
    command = [sys.executable, "-m", "lobegen", "list"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    listed = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=True)
    assert "\\u65e5\\u672c.ts:2" in listed.stdout


def test_a_folder_that_is_gone_is_one_line(project: Path) -> None:
    (project / "gone").mkdir()
    command = f'cd gone && rmdir ../gone && "{sys.executable}" -m lobegen lint'
    done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True)
    said = "lobegen: error: the current folder is gone, or cannot be looked into.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_nobody_watches_for_a_reader_that_has_gone(project: Path) -> None:
    command = [sys.executable, "-m", "lobegen", "lint", "--watch"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        watching.stdout.close()
        try:
            assert watching.wait(timeout=20) == 0
        finally:
            watching.kill()
