"""A project that is to be updated: its git repository, its workflows, and what forbids touching it."""

from dataclasses import dataclass
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.git import GitError, git, paths, text
from lobegen.scaffold import installed
from lobegen.scaffold.installed import Installed


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder inside a git repository.

    Attributes:
        root: The project's folder.
        top: The repository's working tree.
        prefix: The way from `top` to `root`, with `/`, empty when they are the same.
        workflows: What was scaffolded in it.
    """

    root: Path
    top: Path
    prefix: str
    workflows: tuple[Installed, ...]


def workflows_of(root: Path) -> tuple[Installed, ...]:
    """The workflows of the project in `root`.

    Raises:
        LobegenError: There is no such folder, or no workflow in it.
    """
    if not root.is_dir():
        raise LobegenError(f"{root} is not a folder." if root.exists() else f"{root} does not exist.")
    found = installed.find(root)
    if not found:
        hint = "Name the folder that `lobegen new` wrote to."
        raise LobegenError(f"{root} has no workflow of lobegen: no {installed.FOLDER}/lobegen-*.yml.", hint)
    return tuple(found)


def open_project(root: Path) -> Project:
    """The project in `root`, fit to be updated.

    Raises:
        LobegenError: It is not in git, has changes that are not committed, or a workflow was renamed.
    """
    workflows = workflows_of(root)
    root = root.resolve()
    try:
        top = Path(text(root, "rev-parse", "--show-toplevel"))
        text(root, "rev-parse", "--verify", "-q", "HEAD^{commit}")
    except GitError:
        hint = "Commit the project first: an update is a merge."
        raise LobegenError(f"{root} is not in a git repository with a commit.", hint) from None
    _refuse_dirty(root)
    prefix = root.relative_to(top.resolve()).as_posix()
    project = Project(root, top, "" if prefix == "." else prefix, workflows)
    for workflow in workflows:
        _refuse_renamed(project, workflow)
    return project


def _refuse_dirty(root: Path) -> None:
    changed = [entry[3:] for entry in paths(root, "status", "--porcelain", "--no-renames", "-z", "--", ".")]
    if changed:
        listed = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        raise LobegenError(f"{root} has changes that are not committed: {listed}.", "Commit or stash them first.")


def _refuse_renamed(project: Project, workflow: Installed) -> None:
    """Compare the names with those that the answers file had when it was committed first.

    Copier would delete the files of the old names, the user's edits with them (facts: copier.md 2.4).
    """
    import yaml

    file = f"{project.prefix}/{workflow.answers_file}".lstrip("/")
    if workflow.answers.get("workflow") is None:
        raise LobegenError(f"the answers file {project.root / workflow.answers_file} has no workflow.")
    born = text(project.top, "log", "-1", "--diff-filter=A", "--format=%H", "--", file)
    if not born:
        return
    try:
        before = yaml.safe_load(git(project.top, "show", f"{born}:{file}"))
    except yaml.YAMLError:
        return
    changed = installed.renamed(before, workflow.answers) if isinstance(before, dict) else []
    if changed:
        hint = "Names are fixed once a workflow exists: undo that, or scaffold a new workflow."
        raise LobegenError(f"{workflow.answers_file} was renamed: {', '.join(changed)}.", hint)
