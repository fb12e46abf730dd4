"""The hooks `lobegen-fix` and `lobegen-lint`, installed and run by pre-commit itself in a repository just made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = ["pyproject.toml", "README.md", "LICENSE", "copier.yml", ".pre-commit-hooks.yaml", "generator", "template"]
CONFIGURATION = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: lobegen-fix
      - id: lobegen-lint
"""
IDLE = "// lobegen: allow nested-step (it was)\n"


def git(folder: Path, *arguments: str) -> str:
    identity = {f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = os.environ | identity | {"GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def revision(tmp_path: Path) -> tuple[Path, str]:
    """A repository with this working tree as its only commit, and that commit."""
    repository = tmp_path / "lobegen"
    repository.mkdir()
    for name in SHIPPED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repository / name)
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "all")
    return repository, git(repository, "rev-parse", "HEAD")


def test_pre_commit_installs_the_hooks_and_runs_them(tmp_path: Path, revision: tuple[Path, str]) -> None:
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q")
    configuration = CONFIGURATION.format(repository=revision[0], revision=revision[1])
    (project / ".pre-commit-config.yaml").write_text(configuration)
    (project / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    (project / "bad.ts").write_text(UNNAMED)
    (project / "notes.md").write_text("no source\n")
    environment = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    environment = {name: value for name, value in environment.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}

    def hook() -> tuple[int, str]:
        git(project, "add", ".")
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, text = hook()
    assert code == 1, text
    assert "error[unnamed-step]" in text
    assert "bad.ts:3:21" in text
    (project / "bad.ts").write_text(IDLE + CLEAN)
    code, text = hook()
    assert code == 1, text
    assert "files were modified by this hook" in text
    assert (project / "bad.ts").read_text() == CLEAN
    code, text = hook()
    assert code == 0, text
    assert text.count("Passed") == 2
