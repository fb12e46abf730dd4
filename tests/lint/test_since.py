"""Runs about a change: findings in changed files only, and steps compared with a revision."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from lint_samples import UNNAMED, Lint

from lobegen.errors import LobegenError
from lobegen.report import Style, renderer

Write = Callable[[dict[str, str]], None]
Git = Callable[..., None]
Found = Callable[..., list[str]]
ROUTE = UNNAMED.replace("''", "'load'").replace("});\n", "  await context.run('send', () => 2);\n});\n", 1)
RENAMED = ROUTE.replace("'load'", "'fetch'")


def run_git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def git(folder: Path) -> Git:
    """Run git in the project, which is a repository with a branch `main`."""
    run_git(folder, "init", "-q", "-b", "main")
    return lambda *words: run_git(folder, *words)


@pytest.fixture
def commit(git: Git, write: Write) -> Write:
    """Write files and commit all."""

    def files(contents: dict[str, str]) -> None:
        write(contents)
        git("add", ".")
        git("commit", "-qm", "x")

    return files


def test_changed_confines_findings_to_what_differs_from_the_last_commit(
    commit: Write, write: Write, git: Git, found: Found
) -> None:
    commit(dict.fromkeys(("same.ts", "edited.ts", "staged.ts"), UNNAMED))
    write({"edited.ts": UNNAMED + "\n", "staged.ts": UNNAMED + "\n", "new/untracked.ts": UNNAMED})
    git("add", "staged.ts")
    assert found(changed=True) == [f"{name}:3 unnamed-step" for name in ("edited.ts", "new/untracked.ts", "staged.ts")]


def test_before_the_first_commit_all_has_changed(write: Write, git: Git, found: Found) -> None:
    write({"staged.ts": UNNAMED, "untracked.ts": UNNAMED})
    git("add", "staged.ts")
    assert found(changed=True) == ["staged.ts:3 unnamed-step", "untracked.ts:3 unnamed-step"]


def test_what_did_not_change_is_read_all_the_same(commit: Write, write: Write, found: Found) -> None:
    route = UNNAMED.replace("''", "NAME").replace("import", "import { NAME } from './names';\nimport", 1)
    commit({"names.ts": "export const NAME = '';\n", "route.ts": route})
    write({"route.ts": route + "\n"})
    assert found(changed=True) == ["route.ts:4 unnamed-step"]


def test_since_counts_from_where_the_branch_forked_off(commit: Write, git: Git, found: Found) -> None:
    commit({"a.ts": "", "b.ts": "", "c.ts": ROUTE})
    git("switch", "-qc", "topic")
    commit({"a.ts": UNNAMED})
    git("switch", "-q", "main")
    commit({"b.ts": UNNAMED, "c.ts": RENAMED})
    git("switch", "-q", "topic")
    assert found(since="main") == ["a.ts:3 unnamed-step"]


def test_steps_are_compared_wherever_what_made_them_another_has_changed(
    commit: Write, write: Write, found: Found
) -> None:
    route = ROUTE.replace("'load'", "NAME").replace("import", "import { NAME } from './names';\nimport", 1)
    commit({"names.ts": "export const NAME = 'load';\n", "route.ts": route})
    write({"names.ts": "export const NAME = 'fetch';\n"})
    assert found(since="HEAD") == ["route.ts:4 incompatible-step-change"]
    assert found("names.ts", since="HEAD") == []


def test_both_options_together(commit: Write, write: Write, found: Found) -> None:
    commit({"a.ts": UNNAMED, "b.ts": ROUTE})
    commit({"a.ts": UNNAMED + "\n", "b.ts": RENAMED})
    write({"c.ts": UNNAMED})
    assert found(since="HEAD~1") == ["a.ts:3 unnamed-step", "b.ts:3 incompatible-step-change", "c.ts:3 unnamed-step"]
    assert found(since="HEAD~1", changed=True) == ["b.ts:3 incompatible-step-change", "c.ts:3 unnamed-step"]
    assert found(changed=True) == ["c.ts:3 unnamed-step"]


def test_the_report_shows_the_old_step_in_the_old_file(commit: Write, write: Write, lint: Lint) -> None:
    commit({"src/route.ts": ROUTE})
    write({"src/route.ts": "\n\n" + RENAMED})
    report = lint("src", since="HEAD")
    text = "\n".join(renderer("text")(report, Style()))
    assert "--> HEAD:src/route.ts:3:21\n" in text
    assert "3 |   await context.run('load', () => 1);\n" in text


def test_a_comment_allows_a_change(commit: Write, write: Write, found: Found) -> None:
    commit({"route.ts": ROUTE})
    allowed = "// lobegen: allow incompatible-step-change (nothing is in flight)\n  await context.run('fetch'"
    write({"route.ts": ROUTE.replace("await context.run('load'", allowed)})
    assert found(since="HEAD") == []
    assert found() == []


def test_a_worktree_and_a_folder_in_it(
    commit: Write, git: Git, folder: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit({"app/route.ts": ROUTE, "other.ts": ""})
    git("worktree", "add", "-q", "-b", "topic", "../tree")
    (folder.parent / "tree" / "app" / "route.ts").write_text(RENAMED)
    (folder.parent / "tree" / "other.ts").write_text(UNNAMED)
    monkeypatch.chdir(folder.parent / "tree" / "app")
    assert found(since="main") == ["route.ts:3 incompatible-step-change"]
    assert found("..", changed=True) == [f"{folder.parent}/tree/other.ts:3 unnamed-step"]


def test_nothing_is_left_behind(
    commit: Write, write: Write, found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    commit({"route.ts": ROUTE})
    write({"route.ts": RENAMED})
    before = sorted(tmp_path.rglob("*"))
    assert found(since="HEAD") == ["route.ts:3 incompatible-step-change"]
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("revision", ["nowhere", "--all", "", "HEAD:route.ts"])
def test_a_revision_that_is_none_is_named(commit: Write, found: Found, revision: str) -> None:
    commit({"route.ts": ROUTE})
    with pytest.raises(LobegenError, match=f'--since: there is no revision "{revision}" in this repository.$'):
        found(since=revision)


def test_in_a_shallow_clone_it_is_said_how_to_get_what_is_missing(
    commit: Write, git: Git, folder: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit({"route.ts": ROUTE})
    git("switch", "-qc", "topic")
    commit({"route.ts": RENAMED})
    git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{folder}", "../clone")
    monkeypatch.chdir(folder.parent / "clone")
    with pytest.raises(LobegenError, match=r"origin/main and HEAD have no common ancestor\. This clone is shallow: "):
        found(since="origin/main")


def test_what_git_does_not_read_is_not_taken_for_unchanged(
    commit: Write, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit({"route.ts": UNNAMED})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(LobegenError, match="git rev-parse failed: detected dubious ownership in repository at"):
        found(changed=True)


@pytest.mark.parametrize("options", [{"changed": True}, {"since": "main"}])
def test_outside_of_a_repository(write: Write, found: Found, options: dict[str, object]) -> None:
    write({"route.ts": ROUTE})
    with pytest.raises(LobegenError, match=f"--{next(iter(options))}: .*/project is in no git repository."):
        found(**options)
