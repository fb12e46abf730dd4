"""Updating all workflows of a project: each template version is rendered aside and the difference merged in memory.

`copier update` does the same for one workflow, but refuses the next one while the first is not committed (facts:
parsers.md) and takes the whole repository through a diff: half a minute for one as large as LobeHub's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.errors import LobegenError
from lobegen.git import git, paths
from lobegen.scaffold import versions
from lobegen.scaffold.apply import Change, apply
from lobegen.scaffold.fetched import Fetched, fetching
from lobegen.scaffold.installed import Installed
from lobegen.scaffold.project import Project
from lobegen.scaffold.questions import Questionnaire
from lobegen.scaffold.render import render
from lobegen.scaffold.source import Template
from lobegen.scaffold.threeway import Merge, Sides


@dataclass(frozen=True, slots=True)
class Step:
    """One workflow and the version that it goes to; `newer` is False when it is there already."""

    workflow: Installed
    version: str
    newer: bool


@dataclass(frozen=True, slots=True)
class Update:
    """What an update makes of the project: the changed files, relative to it, and those left in conflict."""

    changes: tuple[Change, ...]
    unmerged: Mapping[str, Sides]


def steps(workflows: Sequence[Installed], wanted: str | None) -> list[Step]:
    """Which version each workflow would be updated to: the one wanted, or the newest released.

    Raises:
        LobegenError: A template's repository cannot be read or has no such version, or it is an older one.
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
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Update:
    """Work the update out; the project is only read.

    Args:
        project: What is to be updated.
        plan: The steps, those to no newer version are left out.
        progress: Told before each step how many of how many are done.

    Raises:
        LobegenError: A version cannot be fetched or rendered, or an ignored file is where a new one has to go.
    """
    # newest first: a file that workflows share was written by the newest of them, so that one knows its base
    due = sorted((step for step in plan if step.newer), key=lambda s: versions.order(s.workflow.commit), reverse=True)
    merge = Merge(project.root)
    with fetching() as fetched:
        for done, step in enumerate(due):
            progress(done, len(due))
            _bring(merge, step, fetched)
    _refuse_untracked(project, merge)
    return Update(tuple(merge.changes()), merge.unmerged)


def apply_update(project: Project, update: Update) -> None:
    """Bring an update into the project, uncommitted; files in conflict are marked as such in git's index.

    Raises:
        LobegenError: Something is in the way; the project is as before.
    """
    listing = "".join(line for path, sides in update.unmerged.items() for line in _index_lines(project, path, sides))
    apply(project.root, update.changes, then=lambda: _mark_unmerged(project, listing) if listing else None)


def _bring(merge: Merge, step: Step, fetched: Fetched) -> None:
    from pathspec import GitIgnoreSpec

    workflow = step.workflow
    before = fetched.template(workflow.src_path, workflow.commit)
    after = fetched.template(workflow.src_path, step.version)
    old, new = _rendered(before, workflow, merge.root), _rendered(after, workflow, merge.root)
    if workflow.answers_file not in new:
        raise LobegenError(f"{step.version} of the template writes no {workflow.answers_file}.")
    old.pop(workflow.answers_file, None)
    merge.replace(workflow.answers_file, new.pop(workflow.answers_file))
    yours = GitIgnoreSpec.from_lines(Questionnaire(after.root).written_once)
    merge.bring(old, new, yours.match_file)


def _rendered(template: Template, workflow: Installed, root: Path) -> dict[str, bytes]:
    """What a version makes of the workflow's answers; Copier takes them from the answers file, as its update does."""
    with TemporaryDirectory(prefix="lobegen-update-") as name:
        folder = Path(name)
        answers_file = folder / workflow.answers_file
        answers_file.parent.mkdir(parents=True)
        answers_file.write_bytes((root / workflow.answers_file).read_bytes())
        render(template, {}, folder, answers_file=workflow.answers_file)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _refuse_untracked(project: Project, merge: Merge) -> None:
    """A file that git ignores is in no commit: what an update did to it could not be undone."""
    existing = [change.path for change in merge.changes() if change.before is not None]
    tracked = set(paths(project.root, "ls-files", "-z", "--", *existing)) if existing else set()
    for path in existing:
        if path not in tracked:
            raise LobegenError(f"{project.root / path} is not in git and would change.", "Commit it or move it away.")


def _index_lines(project: Project, path: str, sides: Sides) -> list[str]:
    """The lines that make git see a conflict: its entry removed, then the stages 1, 2 and 3."""
    place = f"{project.prefix}/{path}".lstrip("/")
    mode = "100755" if (project.root / path).stat().st_mode & 0o100 else "100644"
    lines = [f"0 {'0' * 40}\t{place}\n"]
    for stage, content in enumerate((sides.base, sides.ours, sides.theirs), 1):
        if content is not None:
            name = git(project.top, "hash-object", "-w", "--stdin", "--path", place, stdin=content).decode().strip()
            lines.append(f"{mode} {name} {stage}\t{place}\n")
    return lines


def _mark_unmerged(project: Project, listing: str) -> None:
    git(project.top, "update-index", "--index-info", stdin=listing.encode(errors="surrogateescape"))
