"""Runs of the command line in a folder of their own."""

import io
import sys
from pathlib import Path

import pytest
from cli_helpers import Outcome, Run

from lobegen.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def lobegen(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lobegen ARGUMENTS` in this process, without a terminal."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run
