"""A workspace with one package, and an editor in which nothing is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_editor import Editor


@pytest.fixture(scope="session")
def running_editor() -> Iterator[Editor]:
    with Editor() as editor:
        yield editor


@pytest.fixture
def editor(running_editor: Editor) -> Iterator[Editor]:
    """An editor that can all that the server knows how to use, without a workspace; its process is used again."""
    yield running_editor
    running_editor.reset()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A package that uses the SDK."""
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    (folder / "requirements.txt").write_text("upstash-workflow==2.0.0\n")
    return folder
