"""A project written to disk and read by the public face."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from lobegen.model.project import Project
from lobegen.read import read_project
from lobegen.read.discovery import SourceTree


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Project]:
    """Read files given as name to text; returns the project."""
    monkeypatch.chdir(tmp_path)

    def read_files(files: dict[str, str]) -> Project:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return read_project(SourceTree(tmp_path, [tmp_path]))

    return read_files
