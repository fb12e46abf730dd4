"""A folder with settings, and a way to read them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lobegen.config import Settings, SettingsFinder

RULES = frozenset({"nested-step", "unnamed-step", "missing-flow-control"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def settings(folder: Path) -> Callable[..., Settings]:
    """The settings that hold in a folder below the current one."""

    def read(inside: str = ".", explicit: str | None = None) -> Settings:
        finder = SettingsFinder(RULES, Path(explicit) if explicit else None)
        return finder.for_folder((folder / inside).resolve())

    return read
