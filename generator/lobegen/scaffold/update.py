"""Updating all workflows of a project: Copier works in a temporary clone, the result is merged back uncommitted.

Copier refuses a second update while the first is not committed (facts: parsers.md), so the clone commits between
workflows; the user's repository sees one set of changed files, and conflicts as git shows them after a merge.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.errors import LobegenError
from lobegen.scaffold import versions
from lobegen.scaffold.apply import Change, apply
from lobegen.scaffold.git import git, paths, text
from lobegen.scaffold.installed import Installed
from lobegen.scaffold.project import Project
from lobegen.scaffold.render import copier_errors

_SETTINGS = {
    "user.name": "lobegen",
    "user.email": "lobegen@localhost",
    "commit.gpgsign": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "false",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One workflow and the version that it goes to; `newer` is False when it is there already."""

    workflow: Installed
    version: str
    newer: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of git's index for a file in conflict; stage 1 is the base, 2 the user's, 3 the template's."""

    mode: str
    number: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Update:
    """What an update makes of the project: the changed files, relative to it, and those left in conflict."""

    changes: tuple[Change, ...]
    unmerged: dict[str, tuple[Stage, ...]]


def steps(workflows: Sequence[Installed], wanted: str | None) -> list[Step]:
    """Which version each workflow would be updated to: the one wanted, or the newest released.

    Raises:
        LobegenError: A template's repository cannot be read or has no such version.
    """
    targets: dict[str, str] = {}
    for workflow in workflows:
        source = workflow.src_path
        if source not in targets:
            targets[source] = versions.resolve(source, wanted) if wanted else versions.newest(source)
    return [_step(workflow, targets[workflow.src_path], wanted is not None) for workflow in workflows]


def _step(workflow: Installed, version: str, named: bool) -> Step:
    newer = versions.is_newer(version, workflow.commit)
    if named and versions.is_newer(workflow.commit, version) and not newer:
        hint = "A workflow cannot be brought back to an older version."
        raise LobegenError(f"{version} is older than {workflow.commit}, which {workflow.workflow} has.", hint)
    return Step(workflow, version, newer)


def rehearse(
    project: Project,
    plan: Sequence[Step],
    progress: Callable[[str], AbstractContextManager[None]] = lambda _label: nullcontext(),
) -> Update:
    """Do the update in a temporary clone and say what it changes; the project is only read.

    Raises:
        LobegenError: Copier refused it.
    """
    due = [step for step in plan if step.newer]
    with _clone(project) as clone:
        first = text(clone, "rev-parse", "HEAD")
        unmerged: dict[str, tuple[Stage, ...]] = {}
        for number, step in enumerate(due, 1):
            with progress(f"[{number}/{len(due)}] updating {step.workflow.workflow} to {step.version}"):
                _update_one(clone, project.prefix, step, unmerged)
        inside = {project.inside(path): stages for path, stages in unmerged.items()}
        return Update(tuple(_changes(project, clone, first)), inside)


def merge(project: Project, update: Update) -> None:
    """Bring an update into the project, uncommitted; files in conflict are marked as such in git's index.

    Raises:
        LobegenError: Something is in the way; the project is as before.
    """
    lines = []
    for inside, stages in update.unmerged.items():
        path = f"{project.prefix}/{inside}".lstrip("/")
        lines.append(f"0 {'0' * 40}\t{path}")
        for stage in stages:
            name = git(project.top, "hash-object", "-w", "--stdin", stdin=stage.content).decode().strip()
            lines.append(f"{stage.mode} {name} {stage.number}\t{path}")
    listing = "".join(f"{line}\n" for line in lines).encode()
    apply(
        project.root,
        update.changes,
        then=lambda: git(project.top, "update-index", "--index-info", stdin=listing) if lines else None,
    )


def _update_one(clone: Path, prefix: str, step: Step, unmerged: dict[str, tuple[Stage, ...]]) -> None:
    """Update one workflow in the clone and commit it, conflict markers included."""
    import copier

    with copier_errors():
        copier.run_update(
            clone / prefix,
            answers_file=step.workflow.answers_file,
            vcs_ref=step.version,
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=copier.Settings(),
        )
    in_conflict = _unmerged(clone)
    # a shared file that an earlier workflow left in conflict stays as that one left it: its markers are no content
    for path in unmerged:
        git(clone, "checkout", "-q", "HEAD", "--", path)
    unmerged |= {path: stages for path, stages in in_conflict.items() if path not in unmerged}
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "-q", "--no-verify", "--allow-empty", "-m", step.workflow.workflow)


def _unmerged(clone: Path) -> dict[str, tuple[Stage, ...]]:
    found: dict[str, tuple[Stage, ...]] = {}
    for entry in paths(clone, "ls-files", "--unmerged", "-z"):
        (mode, name, number), path = entry.partition("\t")[0].split(), entry.partition("\t")[2]
        stage = Stage(mode, number, git(clone, "cat-file", "blob", name))
        found[path] = (*found.get(path, ()), stage)
    return found


def _changes(project: Project, clone: Path, first: str) -> Iterator[Change]:
    """The difference between the clone's first and last commit as changes of the project's files."""
    listing = iter(paths(clone, "diff", "--raw", "--no-renames", "--no-abbrev", "-z", first, "HEAD"))
    for header in listing:
        path, mode = next(listing), header.split()[1]
        target = project.inside(path)
        here = project.root / target
        if mode in ("120000", "160000") or here.is_symlink():
            raise LobegenError(f"{path} is a symbolic link or a submodule: an update cannot merge it.")
        before = here.read_bytes() if here.is_file() else None
        after = None if mode == "000000" else (clone / path).read_bytes()
        if before == after and header.split()[4] == "A":
            continue
        if header.split()[4] == "A" and before is not None:
            raise LobegenError(f"{here} is not in git and would be overwritten.", "Move it away or commit it.")
        yield Change(target, before, after, 0o755 if mode == "100755" else 0o644)


@contextmanager
def _clone(project: Project) -> Iterator[Path]:
    """A clone of the project's last commit that no hook, signature or push can reach out of."""
    with TemporaryDirectory(prefix="lobegen-update-") as folder:
        clone = Path(folder, "project")
        git(project.top, "clone", "-q", "--no-tags", "--single-branch", "--", str(project.top), str(clone))
        git(clone, "remote", "remove", "origin")
        for key, value in _SETTINGS.items():
            git(clone, "config", key, value)
        yield clone
