"""Fixtures for the template's tests: bare `copier.run_copy`, never trusted, and a Jinja environment for the macros."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Render = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def no_user_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The developer's own Copier settings and cache must not reach a test."""
    folder = tmp_path_factory.mktemp("copier")
    settings = folder / "settings.yml"
    settings.write_text("{}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        patch.setenv("COPIER_CACHE_DIR", str(folder / "cache"))
        yield


@pytest.fixture(scope="session")
def template_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain folder with the template as it is in the working tree: no git, so no tag is taken for it."""
    folder = tmp_path_factory.mktemp("source")
    shutil.copy(ROOT / "copier.yml", folder)
    shutil.copytree(ROOT / "template", folder / "template")
    return folder


@pytest.fixture(scope="session")
def render(template_source: Path) -> Render:
    """`render(destination, target=..., workflow=..., ...)` copies one workflow into `destination` and returns it."""

    def copy(destination: Path, **answers: object) -> Path:
        import copier

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            copier.run_copy(str(template_source), str(destination), data=answers, defaults=True, quiet=True)
        return destination

    return copy
