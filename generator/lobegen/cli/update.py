"""`lobegen update`: bring the workflows of a project to a newer version of the template."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lobegen.cli.progress import SlowProgress
from lobegen.cli.terminal import paint

if TYPE_CHECKING:
    from lobegen.scaffold.update import Step, Update


def update(
    project: Annotated[Path, typer.Argument(help="The project's folder.", metavar="PROJECT")] = Path(),
    check: Annotated[bool, typer.Option("--check", help="Only say which workflows have a newer version.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would change; change nothing.")] = False,
    to: Annotated[
        str | None, typer.Option(help="The version to go to instead of the newest.", metavar="VERSION")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Bring all workflows of a project to a newer version.

    Generated code is merged three ways with your edits and left uncommitted, so that `git diff` shows all of it;
    your own files (logic, settings) stay as they are. Where both sides changed the same lines, the file keeps
    both, with conflict markers, and git lists it as unmerged.

    Exit codes: 0 updated or up to date, 1 files are unmerged (with --check: a newer version exists), 2 wrong input.
    """
    from lobegen.scaffold.project import open_project, workflows_of
    from lobegen.scaffold.update import apply_update, rehearse, steps

    if check:
        plan = steps(workflows_of(project), to)
        _show_versions(plan, as_json)
        raise typer.Exit(1 if any(step.newer for step in plan) else 0)
    opened = open_project(project)
    plan = steps(opened.workflows, to)
    with SlowProgress("Updating workflows") as bar:
        outcome = rehearse(opened, plan, bar.show)
    if not dry_run:
        apply_update(opened, outcome)
    _show_json(plan, outcome, dry_run) if as_json else _show(plan, outcome, dry_run)
    raise typer.Exit(1 if outcome.unmerged else 0)


def _show_versions(plan: "Sequence[Step]", as_json: bool) -> None:
    if as_json:
        print(json.dumps({"workflows": [_data(step) for step in plan]}, indent=2))
        return
    for step in plan:
        print(_line(step))


def _line(step: "Step") -> str:
    name, commit = paint(step.workflow.workflow, "bold"), step.workflow.commit
    return f"{name}  {commit} -> {step.version}" if step.newer else f"{name}  {commit}  {paint('up to date', 'dim')}"


def _show(plan: "Sequence[Step]", outcome: "Update", dry_run: bool) -> None:
    for step in plan:
        print(_line(step))
    for path, kind in _kinds(outcome):
        print(f"{paint(kind.ljust(8), _STYLES[kind])}  {path}")
    if outcome.unmerged:
        print("\nUnmerged files keep both sides between <<<<<<< and >>>>>>>: edit them, then `git add` them.")
    elif outcome.changes:
        print("\nNothing was changed: this is a dry run." if dry_run else "\nNothing is committed: see `git diff`.")


_STYLES = {"create": "green", "change": "yellow", "delete": "red", "unmerged": "red"}


def _kinds(outcome: "Update") -> list[tuple[str, str]]:
    """Every changed file and what happens to it."""
    kinds = []
    for change in outcome.changes:
        kind = "create" if change.before is None else "delete" if change.after is None else "change"
        kinds.append((change.path, "unmerged" if change.path in outcome.unmerged else kind))
    return kinds


def _show_json(plan: "Sequence[Step]", outcome: "Update", dry_run: bool) -> None:
    data = {
        "applied": not dry_run,
        "workflows": [_data(step) for step in plan],
        "changes": [{"path": path, "change": kind} for path, kind in _kinds(outcome)],
        "unmerged": sorted(outcome.unmerged),
    }
    print(json.dumps(data, indent=2))


def _data(step: "Step") -> dict[str, object]:
    return {
        "workflow": step.workflow.workflow,
        "answers_file": step.workflow.answers_file,
        "from": step.workflow.commit,
        "to": step.version,
        "newer": step.newer,
    }
