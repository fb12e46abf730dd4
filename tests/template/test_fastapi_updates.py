"""`copier update` of generated FastAPI workflows: bare `run_update` on a repository of the template with tags."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

PAGINATE = "app/api/workflows/welcome_placeholder/paginate_users.py"
LOGIC = "app/workflows/welcome_placeholder/logic.py"
ANSWERS = ".copier/lobegen-welcome-placeholder.yml"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str, tag: str = "") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    if tag:
        git(folder, "tag", "-a", tag, "-m", tag)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def released(template_source: Path, tmp_path: Path) -> Path:
    """The template as v1.0.0, and as v1.1.0 with one change in glue, seam and a shared file."""
    repository = tmp_path / "template"
    shutil.copytree(template_source, repository)
    git(repository.parent, "init", "-q", str(repository))
    commit(repository, "first", "v1.0.0")
    folder = repository / "template/fastapi/{{ package }}"
    edit(folder / "api/workflows/{{ workflow_snake }}/paginate_{{ entities_snake }}.py.jinja", "Got batch", "Got page")
    edit(folder / "workflows/{{ workflow_snake }}/logic.py.jinja", "five functions", "five better functions")
    edit(folder / "workflows/runtime.py.jinja", "By lobegen.", "By lobegen 1.1.")
    commit(repository, "second", "v1.1.0")
    return repository


def copy(released: Path, project: Path, **answers: object) -> None:
    import copier

    copier.run_copy(str(released), str(project), data=answers, defaults=True, quiet=True, vcs_ref="v1.0.0")


def update(project: Path, answers_file: str = ANSWERS) -> None:
    import copier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_update(str(project), answers_file=answers_file, defaults=True, overwrite=True, quiet=True)


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    copy(released, folder, workflow="welcome-placeholder", entity="user", flags=["paidOnly"])
    git(tmp_path, "init", "-q", str(folder))
    commit(folder, "scaffold")
    return folder


def test_an_update_brings_glue_and_keeps_the_users_lines_in_it(project: Path) -> None:
    edit(project / PAGINATE, "import logging\n", "import logging\nimport time\n")
    commit(project, "mine")

    update(project)

    text = (project / PAGINATE).read_text()
    assert "Got page" in text
    assert "import time" in text
    assert "<<<<<<<" not in text
    assert "By lobegen 1.1." in (project / "app/workflows/runtime.py").read_text()


def test_an_update_leaves_the_seam_alone(project: Path) -> None:
    (project / LOGIC).write_text("# all mine\n")
    commit(project, "mine")

    update(project)

    assert (project / LOGIC).read_text() == "# all mine\n"


def test_an_update_leaves_the_seam_alone_when_a_generated_file_was_deleted(project: Path) -> None:
    """The case in which Copier forgets a protected file whose pattern depends on an answer."""
    (project / LOGIC).write_text("# all mine\n")
    (project / "tests/workflows/test_welcome_placeholder.py").unlink()
    commit(project, "mine")

    update(project)

    assert (project / LOGIC).read_text() == "# all mine\n"
    assert not (project / "tests/workflows/test_welcome_placeholder.py").exists()


def test_an_update_remembers_all_answers(project: Path) -> None:
    before = (project / ANSWERS).read_text()

    update(project)

    assert (project / ANSWERS).read_text() == before.replace("_commit: v1.0.0", "_commit: v1.1.0")


def test_a_second_workflow_is_updated_after_the_first(released: Path, project: Path) -> None:
    copy(released, project, workflow="second-one", entity="order", dispatch="batch", store="redis")
    commit(project, "second")

    update(project)
    commit(project, "updated the first")
    update(project, ".copier/lobegen-second-one.yml")

    assert "Got page" in (project / "app/api/workflows/second_one/paginate_orders.py").read_text()
    assert "By lobegen 1.1." in (project / "app/workflows/runtime.py").read_text()
    assert "UU" not in git(project, "status", "--porcelain")


def test_two_changes_of_one_line_are_a_conflict_to_see(project: Path) -> None:
    edit(project / PAGINATE, "Got batch", "Got a lot")
    commit(project, "mine")

    update(project)

    assert f"UU {PAGINATE}" in git(project, "status", "--porcelain")
    assert "<<<<<<< before updating" in (project / PAGINATE).read_text()
