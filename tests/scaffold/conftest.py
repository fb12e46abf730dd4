"""Runs of the command line, template repositories with releases, and projects made from them."""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

import pytest
from scaffold_helpers import MINI_FILES, Outcome, Run, commit, copier_copy, release

from lobegen import __version__
from lobegen.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the machine that runs the tests reaches git or Copier."""
    home = tmp_path_factory.mktemp("home")
    (home / "settings.yml").write_text("{}\n")
    (home / "gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(home / "settings.yml"))
    monkeypatch.setenv("COPIER_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def lobegen(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `lobegen ARGUMENTS` in this process, without a terminal."""

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


@pytest.fixture
def mini_template(tmp_path: Path) -> Path:
    """A repository with a template of four files, released as v0.1.0."""
    repository = tmp_path / "mini-template"
    repository.mkdir()
    release(repository, "v0.1.0", MINI_FILES)
    return repository


@pytest.fixture
def real_template(tmp_path: Path) -> Path:
    """A repository with this working tree's own template, released as this version."""
    repository = tmp_path / "real-template"
    repository.mkdir()
    copy2(REPOSITORY / "copier.yml", repository)
    copytree(REPOSITORY / "template", repository / "template", ignore=ignore_patterns("__pycache__"))
    release(repository, f"v{__version__}", {})
    return repository


@pytest.fixture
def mini_project(tmp_path: Path, mini_template: Path) -> Path:
    """A committed project with the workflow `billing` of the small template."""
    project = tmp_path / "project"
    copier_copy(mini_template, project, workflow="billing", entity="user")
    commit(project, "scaffold")
    return project
