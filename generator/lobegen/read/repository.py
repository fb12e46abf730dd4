"""Where a git repository begins, and the ignore files that hold for one of its folders."""

import os

from lobegen.errors import LobegenError
from lobegen.read.ignoring import IgnoreRules


def repository_root(folder: str) -> str | None:
    """The nearest folder, this one included, that holds a `.git`; None outside of repositories."""
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def rules_of_file(path: str, base: str) -> IgnoreRules:
    """The patterns of one ignore file; none when it cannot be read; bad patterns are passed over, as by git."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return IgnoreRules((), base)
    try:
        return IgnoreRules(lines, base, path)
    except LobegenError:
        return IgnoreRules((line if _readable(line) else "" for line in lines), base, path)


def _readable(line: str) -> bool:
    try:
        IgnoreRules((line,), "")
    except LobegenError:
        return False
    return True


def rules_of_repository(root: str) -> IgnoreRules:
    """The patterns of `.git/info/exclude`; in a worktree or submodule, those of the repository that it belongs to."""
    git = os.path.join(root, ".git")
    if os.path.isfile(git):
        git = _linked(git, "gitdir:") or git
    common = os.path.join(git, "commondir")
    if os.path.isfile(common):
        git = _linked(common, "") or git
    return rules_of_file(os.path.join(git, "info", "exclude"), root)


def _linked(file: str, key: str) -> str | None:
    """The folder that a `.git` or `commondir` file names."""
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as content:
            target = content.readline().removeprefix(key).strip()
    except OSError:
        return None
    return os.path.join(os.path.dirname(file), target)


def rules_above(folder: str, top: str | None) -> tuple[IgnoreRules, ...]:
    """The rules of a repository that hold for what is inside `folder`, those of its own ignore file excepted.

    A folder that is itself ignored and was asked for all the same is not held to the rules that ignore it.

    Args:
        folder: Where a walk starts.
        top: The root of its repository; None when there is none.
    """
    if top is None:
        return ()
    parts = os.path.relpath(folder, top).split(os.sep) if folder != top else []
    rules = [rules_of_repository(top)]
    here = top
    for part in parts:
        rules.append(rules_of_file(os.path.join(here, ".gitignore"), here))
        here = os.path.join(here, part)
        if is_ignored(rules, part, here, is_folder=True):
            rules = []
    return tuple(each for each in rules if each)


def is_ignored(rules: list[IgnoreRules] | tuple[IgnoreRules, ...], name: str, path: str, *, is_folder: bool) -> bool:
    """Whether the rules, those of deeper folders last, ignore a path."""
    for each in reversed(rules):
        verdict = each.verdict(name, path, is_folder)
        if verdict is not None:
            return verdict
    return False
