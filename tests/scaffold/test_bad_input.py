"""Wrong answers, options, paths and files: each gives one line on standard error and exit 2, and writes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from scaffold_helpers import Run, commit, git, tree

Prepare = Callable[[Path], None]
GOOD = ("welcome", "--entity", "user")
ANSWERS = ".copier/lobegen-welcome.yml"


def nothing(_root: Path) -> None:
    """The project is empty."""


def file(path: str, content: str | bytes = "x\n", mode: int = 0o644) -> Prepare:
    def write(root: Path) -> None:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)

    return write


def folder(path: str, mode: int = 0o755) -> Prepare:
    return lambda root: (root / path).mkdir(parents=True, mode=mode)


def link(path: str, target: str) -> Prepare:
    def make(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)

    return make


ANSWER_ROWS = {
    "unknown target": (("welcome", "--entity", "user", "--target", "fastpi"), "Did you mean fastapi?"),
    "name with a digit first": (("1welcome", "--entity", "user"), "begin with an ASCII letter"),
    "name too short": (("ab", "--entity", "user"), "has 2 characters"),
    "name too long": (("w" * 41, "--entity", "user"), "has 41 characters"),
    "name that is a path": (("../../etc", "--entity", "user"), "no workflow name"),
    "name with a line end": (("wel\ncome", "--entity", "user"), "no workflow name"),
    "reserved word": (("welcome", "--entity", "class"), "reserved word"),
    "action of another layer": ((*GOOD, "--action", "process"), "first two layers"),
    "flag of the payload": ((*GOOD, "--flag", "dryRun"), "choose another flag name"),
    "flag no camel case": ((*GOOD, "--flag", "paid-only"), "no flag name"),
    "flag given twice": ((*GOOD, "--flag", "paid", "--flag", "paid"), "given twice"),
    "flags no YAML": ((*GOOD, "--data", "flags=[a"), "flags: not YAML"),
    "number in words": ((*GOOD, "--data", "page_size=ten"), "page_size: 'ten' is no whole number"),
    "number out of bounds": ((*GOOD, "--data", "page_size=0"), "whole number from 1"),
    "number with a fraction": ((*GOOD, "--data", "page_size=50.5"), "no whole number"),
    "unknown store": ((*GOOD, "--store", "rediss"), "Did you mean redis?"),
    "unknown dispatch": ((*GOOD, "--dispatch", "all"), "not one of steps, batch"),
    "neither yes nor no": ((*GOOD, "--target", "nextjs", "--data", "lobehub=maybe"), "neither yes nor no"),
    "folder outside of the project": ((*GOOD, "--target", "nextjs", "--data", "app_dir=../x"), "no folder inside"),
    "package that hides a module": ((*GOOD, "--package", "json"), "choose another package name"),
    "description of two lines": ((*GOOD, "--description", "a\nb"), "on one line"),
    "answer of the other target": ((*GOOD, "--sdk", "1"), "sdk does not apply here"),
    "unknown name": ((*GOOD, "--data", "pagesize=5"), "Did you mean page_size?"),
    "computed name": ((*GOOD, "--data", "workflow_kebab=x"), "Give workflow instead"),
    "data without a value": ((*GOOD, "--data", "page_size"), "--data takes NAME=VALUE"),
    "two values for one answer": ((*GOOD, "--data", "entity=agent"), "entity is given twice"),
    "nobody to ask": ((), "missing: workflow, entity"),
    "a required answer left out": (("welcome", "--defaults"), "missing: entity"),
    "force and skip": ((*GOOD, "--force", "--skip"), "exclude each other"),
    "data file missing": ((*GOOD, "--data-file", "/nowhere.yml"), "does not exist"),
    "data file is a folder": ((*GOOD, "--data-file", "/"), "cannot be read"),
}


@pytest.mark.parametrize(("arguments", "expected"), ANSWER_ROWS.values(), ids=ANSWER_ROWS)
def test_new_refuses_an_answer(lobegen: Run, tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    outcome = lobegen("new", *arguments, "--into", tmp_path / "project")
    assert_refused(outcome.code, outcome.err, expected)
    assert not (tmp_path / "project").exists()


PATH_ROWS = {
    "project is a file": (file("project"), "is not a folder"),
    "project lies below a file": (link("project", "file/below"), "is not a folder"),
    "folder stands for a file": (folder(f"project/{ANSWERS}"), "a file has to go there"),
    "file stands for a folder": (file("project/.copier"), "needs a folder there"),
    "file is a symbolic link": (link(f"project/{ANSWERS}", "elsewhere"), "is a symbolic link"),
    "folder leads out of the project": (link("project/.copier", ".."), "leads out of the project"),
    "project is not writable": (folder("project", 0o555), "is not writable"),
    "folder is not writable": (folder("project/.copier", 0o555), "is not writable"),
    "other content": (file("project/.copier/lobegen-welcome.yml", "{}"), "nothing written"),
    "answers of another name": (file(f"project/{ANSWERS}", "entity: agent\n"), "another entity (agent -> user)"),
    "answers no YAML": (file(f"project/{ANSWERS}", "entity: [\n"), "not YAML (line 2"),
}


@pytest.mark.parametrize(("prepare", "expected"), PATH_ROWS.values(), ids=PATH_ROWS)
def test_new_refuses_what_is_in_the_way(lobegen: Run, tmp_path: Path, prepare: Prepare, expected: str) -> None:
    file("file")(tmp_path)
    prepare(tmp_path)
    before = tree(tmp_path)
    outcome = lobegen("new", *GOOD, "--into", tmp_path / "project")
    assert_refused(outcome.code, outcome.err, expected)
    assert tree(tmp_path) == before


def test_new_refuses_to_overwrite_a_read_only_file_by_force(lobegen: Run, tmp_path: Path) -> None:
    file(ANSWERS, "entity: user\n", 0o444)(tmp_path)
    outcome = lobegen("new", *GOOD, "--into", tmp_path, "--force")
    assert_refused(outcome.code, outcome.err, "is read-only")
    assert list(tree(tmp_path)) == [ANSWERS]


FILE_ROWS = {
    "no YAML": (b"entity: [", "not YAML (line 1"),
    "a list": (b"- entity\n", "must hold names and values"),
    "empty": (b"", "must hold names and values"),
    "binary": (b"\xff\xfe\x00", "not UTF-8 text"),
    "wrong type": (b"page_size: [1]\n", "no whole number"),
    "unknown name": (b"entitty: user\n", "Did you mean entity?"),
    "name that is no text": (b"1: user\n", "must hold names and values"),
    "tag of Python": (b"entity: !!python/object:os.system {}\n", "not YAML"),
}


@pytest.mark.parametrize(("content", "expected"), FILE_ROWS.values(), ids=FILE_ROWS)
def test_new_refuses_a_data_file(lobegen: Run, tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "data.yml").write_bytes(content)
    outcome = lobegen("new", *GOOD, "--data-file", tmp_path / "data.yml", "--into", tmp_path / "project")
    assert_refused(outcome.code, outcome.err, expected)
    assert not (tmp_path / "project").exists()


def edit(path: str, old: str, new: str) -> Prepare:
    def replace(root: Path) -> None:
        (root / path).write_text((root / path).read_text().replace(old, new))
        commit(root)

    return replace


def vanish(root: Path) -> None:
    (root.parent / "mini-template").rename(root.parent / "moved")


def no_release(root: Path) -> None:
    git(root.parent / "mini-template", "tag", "-d", "v0.1.0")


def no_repository(root: Path) -> None:
    (root.parent / "mini-template/.git").rename(root.parent / "git-moved-away")


BILLING = ".copier/lobegen-billing.yml"
UPDATE_ROWS = {
    "changed file": (file("shared.py", "mine\n"), (), "not committed: shared.py"),
    "untracked file": (file("new.py"), (), "not committed: new.py"),
    "answers no YAML": (edit(BILLING, "entity: user", "entity: ["), (), "not YAML"),
    "answers without source": (edit(BILLING, "_src_path", "src_path"), (), "has no _src_path"),
    "answers without version": (edit(BILLING, "_commit", "commit"), (), "has no _commit"),
    "answers without workflow": (edit(BILLING, "workflow:", "flow:"), (), "has no workflow"),
    "renamed entity": (edit(BILLING, "entity: user", "entity: buyer"), (), "entity (user -> buyer)"),
    "renamed workflow": (edit(BILLING, "workflow: billing", "workflow: paying"), (), "workflow (billing -> paying)"),
    "relative source": (edit(BILLING, "_src_path: /", "_src_path: ./"), (), "relative _src_path"),
    "source is gone": (vanish, (), "cannot be read"),
    "source has no release": (no_release, (), "no released version"),
    "source is no repository": (no_repository, (), "cannot be read"),
    "branch that is not there": (nothing, ("--to", "develop"), "no version develop"),
    "unknown version": (nothing, ("--to", "0.1.1"), "Did you mean v0.1.0?"),
    "older version": (edit(BILLING, "_commit: v0.1.0", "_commit: v9.9.9"), ("--to", "v0.1.0"), "is older than v9.9.9"),
}


@pytest.mark.parametrize(("prepare", "arguments", "expected"), UPDATE_ROWS.values(), ids=UPDATE_ROWS)
def test_update_refuses_a_project(
    lobegen: Run, mini_project: Path, prepare: Prepare, arguments: tuple[str, ...], expected: str
) -> None:
    prepare(mini_project)
    before, status = tree(mini_project), git(mini_project, "status", "--porcelain")
    outcome = lobegen("update", mini_project, *arguments)
    assert_refused(outcome.code, outcome.err, expected)
    assert (tree(mini_project), git(mini_project, "status", "--porcelain")) == (before, status)


FOLDER_ROWS = {
    "missing": (nothing, "does not exist"),
    "a file": (file("project"), "is not a folder"),
    "without workflows": (folder("project"), "has no workflow of lobegen"),
    "answers a list": (file(f"project/{BILLING}", "- a\n"), "must hold names and values"),
    "answers a folder": (folder(f"project/{BILLING}"), "cannot be read"),
    "answers binary": (file(f"project/{BILLING}", b"\xff"), "not UTF-8"),
    "not in git": (file(f"project/{BILLING}", "{_src_path: /x, _commit: v1}\n"), "not in a git repository"),
    "nothing committed": (
        lambda root: (file(f"project/{BILLING}", "{_src_path: /x, _commit: v1}\n")(root), git(root, "init", "-q")),
        "not in a git repository with a commit",
    ),
}


@pytest.mark.parametrize(("prepare", "expected"), FOLDER_ROWS.values(), ids=FOLDER_ROWS)
def test_update_refuses_a_folder(lobegen: Run, tmp_path: Path, prepare: Prepare, expected: str) -> None:
    prepare(tmp_path)
    before = tree(tmp_path)
    outcome = lobegen("update", tmp_path / "project")
    assert_refused(outcome.code, outcome.err, expected)
    assert tree(tmp_path) == before


def assert_refused(code: int, err: str, expected: str) -> None:
    assert code == 2, err
    assert err.startswith("lobegen: error: ")
    assert err.count("\n") == 1, err
    assert expected in err


def test_an_empty_folder_name_is_no_folder(lobegen: Run, tmp_path: Path) -> None:
    outcome = lobegen("new", *GOOD, "--defaults", "--into", "")
    assert_refused(outcome.code, outcome.err, "--into: the folder's name is empty.")
    assert list(tmp_path.iterdir()) == []
