"""`lobegen update`: every workflow of a project, merged, uncommitted, all or nothing."""

import json
from pathlib import Path

import pytest
from scaffold_helpers import MINI_FILES, Run, commit, copier_copy, git, release, tree

GLUE = "template/{{ workflow_kebab }}/glue.py.jinja"
LOGIC = "template/{{ workflow_kebab }}/logic.py.jinja"
BILLING = ".copier/lobegen-billing.yml"
NEW_GLUE = MINI_FILES[GLUE].replace("last = 1", "last = 2")


def test_brings_every_workflow_to_the_newest_version(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    copier_copy(mini_template, mini_project, workflow="mailing", entity="user")
    commit(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    outcome = lobegen("update", mini_project)
    assert outcome.code == 0, outcome.err
    for workflow in ("billing", "mailing"):
        assert "last = 2" in (mini_project / workflow / "glue.py").read_text()
        assert "v0.2.0" in (mini_project / f".copier/lobegen-{workflow}.yml").read_text()


def test_leaves_the_result_uncommitted_and_unstaged(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    head = git(mini_project, "rev-parse", "HEAD")
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    lobegen("update", mini_project)
    assert git(mini_project, "rev-parse", "HEAD") == head
    assert git(mini_project, "status", "--porcelain") == " M .copier/lobegen-billing.yml\n M billing/glue.py"


def test_keeps_the_lines_that_the_user_changed(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    glue = mini_project / "billing/glue.py"
    glue.write_text(glue.read_text().replace("first = 1", "first = 'mine'"))
    commit(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    lobegen("update", mini_project)
    assert "first = 'mine'" in glue.read_text()
    assert "last = 2" in glue.read_text()


def test_leaves_the_users_own_file_alone(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    (mini_project / "billing/logic.py").write_text("mine = True\n")
    commit(mini_project)
    release(mini_template, "v0.2.0", {LOGIC: "# TODO(lobegen): another text\n"})
    assert lobegen("update", mini_project).code == 0
    assert (mini_project / "billing/logic.py").read_text() == "mine = True\n"


@pytest.fixture
def conflict(mini_template: Path, mini_project: Path) -> Path:
    """Both sides changed the last line of glue.py; a second workflow shares shared.py, changed on both sides too."""
    copier_copy(mini_template, mini_project, workflow="mailing", entity="user")
    glue = mini_project / "billing/glue.py"
    glue.write_text(glue.read_text().replace("last = 1", "last = 'mine'"))
    (mini_project / "shared.py").write_text("shared = 'mine'\n")
    commit(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE, "template/shared.py.jinja": "shared = 2\n"})
    return mini_project


def test_conflicts_end_with_1_and_are_listed(lobegen: Run, conflict: Path) -> None:
    outcome = lobegen("update", conflict)
    assert outcome.code == 1
    assert "unmerged  billing/glue.py" in outcome.out
    assert git(conflict, "diff", "--name-only", "--diff-filter=U") == "billing/glue.py\nshared.py"


def test_a_conflict_keeps_both_sides_in_the_file(lobegen: Run, conflict: Path) -> None:
    lobegen("update", conflict)
    glue = (conflict / "billing/glue.py").read_text()
    assert "<<<<<<< before updating\nlast = 'mine'\n=======\nlast = 2\n>>>>>>> after updating" in glue
    assert not list(conflict.rglob("*.rej"))


def test_a_shared_file_in_conflict_gets_its_markers_once(lobegen: Run, conflict: Path) -> None:
    lobegen("update", conflict)
    assert (conflict / "shared.py").read_text().count("<<<<<<<") == 1


def test_git_knows_the_three_sides_of_a_conflict(lobegen: Run, conflict: Path) -> None:
    lobegen("update", conflict)
    assert git(conflict, "show", ":1:shared.py") == "shared = 1"
    assert git(conflict, "show", ":2:shared.py") == "shared = 'mine'"
    assert git(conflict, "show", ":3:shared.py") == "shared = 2"


def test_check_names_what_is_newer_and_ends_with_1(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    outcome = lobegen("update", mini_project, "--check")
    assert (outcome.code, outcome.out) == (1, "billing  v0.1.0 -> v0.2.0\n")
    assert git(mini_project, "status", "--porcelain") == ""


def test_check_ends_with_0_when_all_is_up_to_date(lobegen: Run, mini_project: Path) -> None:
    outcome = lobegen("update", mini_project, "--check")
    assert (outcome.code, outcome.out) == (0, "billing  v0.1.0  up to date\n")


def test_check_gives_json_too_and_needs_no_git(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    (mini_project / ".git").rename(mini_project.parent / "git-moved-away")
    outcome = lobegen("update", mini_project, "--check", "--json")
    assert outcome.code == 1
    expected = {"workflow": "billing", "answers_file": BILLING, "from": "v0.1.0", "to": "v0.2.0", "newer": True}
    assert json.loads(outcome.out) == {"workflows": [expected]}


def test_check_leaves_prereleases_out(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    release(mini_template, "v0.3.0rc1", {GLUE: NEW_GLUE})
    assert lobegen("update", mini_project, "--check").code == 0


def test_dry_run_lists_and_changes_nothing(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    before = tree(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE, "template/added.py.jinja": "added = 1\n"})
    outcome = lobegen("update", mini_project, "--dry-run")
    assert "change    billing/glue.py" in outcome.out
    assert "create    added.py" in outcome.out
    assert tree(mini_project) == before


def test_json_gives_versions_and_changes(lobegen: Run, conflict: Path) -> None:
    data = json.loads(lobegen("update", conflict, "--json").out)
    assert data["workflows"][0] | {"to": "v0.2.0", "from": "v0.1.0"} == data["workflows"][0]
    assert {"path": "mailing/glue.py", "change": "change"} in data["changes"]
    assert data["unmerged"] == ["billing/glue.py", "shared.py"]


def test_to_names_the_version(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    release(mini_template, "v0.3.0", {GLUE: NEW_GLUE.replace("last = 2", "last = 3")})
    lobegen("update", mini_project, "--to", "0.2.0")
    assert "last = 2" in (mini_project / "billing/glue.py").read_text()


def test_files_that_the_template_dropped_or_added_go_and_come(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    (mini_template / "template/shared.py.jinja").unlink()
    release(mini_template, "v0.2.0", {"template/deep/added.py.jinja": "added = 1\n"})
    lobegen("update", mini_project)
    assert not (mini_project / "shared.py").exists()
    assert (mini_project / "deep/added.py").read_text() == "added = 1\n"


def test_a_project_in_a_folder_of_its_repository(lobegen: Run, tmp_path: Path, mini_template: Path) -> None:
    project = tmp_path / "mono/apps/api"
    copier_copy(mini_template, project, workflow="billing", entity="user")
    commit(tmp_path / "mono")
    (tmp_path / "mono/untracked.txt").write_text("outside of the project\n")
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    assert lobegen("update", project).code == 0
    assert "last = 2" in (project / "billing/glue.py").read_text()


def test_an_update_that_fails_leaves_the_project_as_it_was(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    before = tree(mini_project)
    broken = {GLUE: NEW_GLUE, "template/zzz.py.jinja": "{{ not_defined }}"}
    release(mini_template, "v0.2.0", broken)
    outcome = lobegen("update", mini_project)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert tree(mini_project) == before
    assert git(mini_project, "status", "--porcelain") == ""


def test_a_merge_that_fails_at_its_end_is_undone(lobegen: Run, conflict: Path) -> None:
    before = tree(conflict)
    (conflict / ".git/index.lock").touch()
    outcome = lobegen("update", conflict)
    assert outcome.code == 2
    assert tree(conflict) == before


def test_a_new_file_never_overwrites_one_that_git_ignores(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    (mini_project / ".gitignore").write_text("secret.py\n")
    commit(mini_project)
    (mini_project / "secret.py").write_text("mine\n")
    release(mini_template, "v0.2.0", {"template/secret.py.jinja": "theirs\n"})
    outcome = lobegen("update", mini_project)
    assert outcome.code == 2
    assert "secret.py is not in git" in outcome.err
    assert (mini_project / "secret.py").read_text() == "mine\n"


def test_hooks_of_the_user_do_not_run(lobegen: Run, mini_template: Path, mini_project: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hooks/pre-commit"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    git(mini_project, "config", "core.hooksPath", str(hook.parent))
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    assert lobegen("update", mini_project).code == 0


def test_gives_what_copiers_own_update_gives(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    import copier

    glue = mini_project / "billing/glue.py"
    glue.write_text(glue.read_text().replace("first = 1", "first = 'mine'"))
    commit(mini_project)
    (mini_template / "template/shared.py.jinja").unlink()
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE, "template/added.py.jinja": "added = {{ page_size }}\n"})
    lobegen("update", mini_project)
    ours = tree(mini_project)
    git(mini_project, "stash", "--include-untracked")
    copier.run_update(
        mini_project, answers_file=".copier/lobegen-billing.yml", defaults=True, overwrite=True, quiet=True
    )
    assert tree(mini_project) == ours


def test_a_deleted_file_stays_deleted(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    (mini_project / "billing/glue.py").unlink()
    commit(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    assert lobegen("update", mini_project).code == 0
    assert not (mini_project / "billing/glue.py").exists()


def test_an_edited_file_that_the_template_dropped_is_kept_as_a_conflict(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    (mini_project / "shared.py").write_text("mine\n")
    commit(mini_project)
    (mini_template / "template/shared.py.jinja").unlink()
    release(mini_template, "v0.2.0", {})
    assert lobegen("update", mini_project).code == 1
    assert (mini_project / "shared.py").read_text() == "mine\n"
    assert git(mini_project, "status", "--porcelain", "shared.py") == "UD shared.py"


def test_a_file_that_both_sides_added_is_a_conflict(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    (mini_project / "added.py").write_text("mine\n")
    commit(mini_project)
    release(mini_template, "v0.2.0", {"template/added.py.jinja": "theirs\n"})
    assert lobegen("update", mini_project).code == 1
    assert {"mine", "theirs"} < set((mini_project / "added.py").read_text().splitlines())
    assert git(mini_project, "status", "--porcelain", "added.py") == "AA added.py"


def test_windows_line_ends_are_no_change(lobegen: Run, mini_template: Path, mini_project: Path) -> None:
    glue = mini_project / "billing/glue.py"
    glue.write_bytes(glue.read_bytes().replace(b"\n", b"\r\n"))
    commit(mini_project)
    release(mini_template, "v0.2.0", {GLUE: NEW_GLUE})
    assert lobegen("update", mini_project).code == 0
    assert glue.read_bytes() == NEW_GLUE.replace("{{ page_size }}", "50").replace("\n", "\r\n").encode()


def test_workflows_of_different_versions_meet_at_the_newest(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    release(mini_template, "v0.2.0", {"template/shared.py.jinja": "shared = 2\n"})
    copier_copy(mini_template, mini_project, workflow="mailing", entity="user", overwrite=True)
    commit(mini_project)
    release(mini_template, "v0.3.0", {"template/shared.py.jinja": "shared = 3\n"})
    assert lobegen("update", mini_project).code == 0
    assert (mini_project / "shared.py").read_text() == "shared = 3\n"


def test_a_question_that_the_new_version_adds_takes_its_default(
    lobegen: Run, mini_template: Path, mini_project: Path
) -> None:
    questions = MINI_FILES["copier.yml"] + "colour: {type: str, default: 'for {{ entity }}'}\n"
    release(mini_template, "v0.2.0", {"copier.yml": questions})
    lobegen("update", mini_project)
    assert "colour: for user" in (mini_project / ".copier/lobegen-billing.yml").read_text()


@pytest.mark.parametrize(("target", "comment"), [("fastapi", "# released"), ("nextjs", "// released")])
def test_the_real_template_moves_glue_and_leaves_what_is_yours(
    lobegen: Run, tmp_path: Path, real_template: Path, target: str, comment: str
) -> None:
    project = tmp_path / "project"
    for workflow in ("welcome", "mailing"):
        copier_copy(real_template, project, target=target, workflow=workflow, entity="user")
    commit(project)
    before = tree(project)
    for path in (real_template / "template" / target).rglob("*.jinja"):
        if "answers_file" not in path.name:
            path.write_text(path.read_text() + f"{comment}\n")
    release(real_template, "v99.0.0", {})
    assert lobegen("update", project).code == 0
    moved = [path for path, content in tree(project).items() if content == before[path] + f"{comment}\n".encode()]
    kept = [path for path, content in tree(project).items() if content == before[path]]
    assert len(moved) >= 9
    assert len(kept) >= 4
    assert {Path(path).stem for path in before if Path(path).stem == "logic"} <= {Path(path).stem for path in kept}
