"""What `lobegen new` would do or did, for people (lines, unified diff) and for programs (plain data for JSON)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from lobegen.cli.terminal import paint, say
from lobegen.scaffold.plan import Plan, PlannedFile, State
from lobegen.scaffold.workflow import Todo, foreign, variables

if TYPE_CHECKING:
    from lobegen.model.findings import Finding

_STYLES = {
    State.CREATE: "green",
    State.UNCHANGED: "dim",
    State.CONFLICT: "red",
    State.OVERWRITE: "yellow",
    State.YOURS: "cyan",
    State.KEPT: "cyan",
}
_NOTES = {
    State.CONFLICT: "has other content",
    State.YOURS: "yours: written once, never again",
    State.KEPT: "kept, as you said",
}


def show_plan(plan: Plan) -> None:
    """One line per file: what happens to it, its path, and why."""
    width = max(len(state) for state in State)
    for file in plan.files:
        note = paint(f"  ({_NOTES[file.state]})", "dim") if file.state in _NOTES else ""
        print(f"{paint(file.state.ljust(width), _STYLES[file.state])}  {file.path}{note}")


def diff_lines(file: PlannedFile) -> list[str]:
    """The unified diff of one file, coloured on a terminal."""
    return [_painted(line) for line in file.diff()]


def show_diff(plan: Plan) -> None:
    """The unified diff of what would be written, and, as comments, of the files that are kept because yours."""
    for file in plan.in_state(State.CREATE, State.CONFLICT, State.OVERWRITE):
        print(*diff_lines(file), sep="\n")
    for file in plan.in_state(State.YOURS):
        print(*(f"# {line}" for line in (f"kept because yours: {file.path}", *diff_lines(file))), sep="\n")


def lint_written(plan: Plan) -> "tuple[Finding, ...]":
    """What the linter says of the files that were written, but for what is left to the user anyway."""
    from lobegen.errors import LobegenError
    from lobegen.lint import ENDINGS, lint_paths

    paths = [plan.root / path for path in plan.written if path.endswith(ENDINGS)]
    if not paths:
        return ()
    try:
        report = lint_paths(paths, root=plan.root)
    except LobegenError as error:
        # the files are there: a broken setting of the linter is no reason to say that they are not
        say(f"lobegen: warning: what was written was not linted: {error}")
        return ()
    return tuple(finding for finding in report.findings if finding.rule != "unfinished-scaffold")


def show_result(plan: Plan, todos: Sequence[Todo], findings: "Sequence[Finding]", advice: str) -> None:
    """What was written, what is left to the user, and how to go on."""
    show_plan(plan)
    count = len(plan.written)
    print(
        f"\n{count} file{'' if count == 1 else 's'} written." if count else "\nNothing to write: all is there already."
    )
    for finding in findings:
        place = paint(f"{finding.span.path}:{finding.span.line}", "bold")
        print(f"{place} {finding.severity.label}[{finding.rule}] {finding.message}")
    kept = foreign(plan)
    if kept:
        print(
            f"\nNot touched, since they were there before: {', '.join(kept)}. --diff shows what the template has there."
        )
    if todos:
        print(paint("\nYours to fill in:", "bold"))
    for todo in todos:
        print(f"  {plan.root / todo.path}:{todo.line}  {todo.text}")
    needed, optional = variables(plan)
    if needed or optional:
        print(
            paint("\nEnvironment variables:", "bold"), ", ".join(needed + [f"{name} (optional)" for name in optional])
        )
    if advice.strip():
        print(f"\n{advice.strip()}")


def plan_data(plan: Plan, *, with_diff: bool) -> dict[str, object]:
    """The plan as plain data."""
    files = [
        {"path": file.path, "state": str(file.state)} | ({"diff": "\n".join(file.diff())} if with_diff else {})
        for file in plan.files
    ]
    return {"into": str(plan.root), "written": False, "files": files}


def result_data(plan: Plan, todos: Sequence[Todo], findings: "Sequence[Finding]", advice: str) -> dict[str, object]:
    """What `show_result` shows as plain data."""
    found = [
        {
            "rule": finding.rule,
            "path": finding.span.path,
            "line": finding.span.line,
            "severity": finding.severity.label,
            "message": finding.message,
        }
        for finding in findings
    ]
    needed, optional = variables(plan)
    return plan_data(plan, with_diff=False) | {
        "written": True,
        "todo": [asdict(todo) for todo in todos],
        "findings": found,
        "environment": {"needed": needed, "optional": optional},
        "next": advice.strip(),
    }


def _painted(line: str) -> str:
    if line.startswith(("+++", "---")):
        return paint(line, "bold")
    style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return paint(line, style) if style else line
