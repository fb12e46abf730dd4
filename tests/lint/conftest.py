"""A folder to lint in, and short ways to fill and lint it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lint_samples import Lint

from lobegen.lint import LintOptions, Report, lint_paths


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def write(folder: Path) -> Callable[[dict[str, str]], None]:
    """Write files of the project, by path."""

    def files(contents: dict[str, str]) -> None:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    return files


@pytest.fixture
def lint(folder: Path) -> Lint:
    """Lint paths of the project, with options of `LintOptions`."""

    def run(*paths: str, **options: object) -> Report:
        return lint_paths([Path(path) for path in paths], options=LintOptions(**options))  # type: ignore[arg-type]

    return run


@pytest.fixture
def found(lint: Lint) -> Callable[..., list[str]]:
    """What linting finds, as "path:line rule"."""

    def run(*paths: str, **options: object) -> list[str]:
        return [f"{each.span.path}:{each.span.line} {each.rule}" for each in lint(*paths, **options).findings]

    return run
