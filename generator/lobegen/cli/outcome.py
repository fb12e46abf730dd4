"""What `lobegen new` would do or did, for people (lines, unified diff) and for programs (plain data for JSON)."""

import json
from dataclasses import asdict

from lobegen.cli.terminal import paint
from lobegen.scaffold.plan import Plan, PlannedFile, State
from lobegen.scaffold.workflow import Todo

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
    """The unified diff of all files that differ from what is there."""
    for file in plan.files:
        if file.state is not State.UNCHANGED:
            print(*diff_lines(file), sep="\n")


def show_result(plan: Plan, todos: list[Todo], advice: str) -> None:
    """What was written, what is left to the user, and how to go on."""
    show_plan(plan)
    count = len(plan.written)
    print(
        f"\n{count} file{'' if count == 1 else 's'} written." if count else "\nNothing to write: all is there already."
    )
    if todos:
        print(paint("\nYours to fill in:", "bold"))
    for todo in todos:
        print(f"  {plan.root / todo.path}:{todo.line}  {todo.text}")
    if advice.strip():
        print(f"\n{advice.strip()}")


def show_json(plan: Plan, *, with_diff: bool, written: bool, todos: list[Todo], advice: str) -> None:
    """The same as one JSON object."""
    files = [
        {"path": file.path, "state": str(file.state)} | ({"diff": "\n".join(file.diff())} if with_diff else {})
        for file in plan.files
    ]
    outcome = {
        "into": str(plan.root),
        "written": written,
        "files": files,
        "todo": [asdict(todo) for todo in todos],
        "next": advice.strip(),
    }
    print(json.dumps(outcome, indent=2))


def _painted(line: str) -> str:
    if line.startswith(("+++", "---")):
        return paint(line, "bold")
    style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return paint(line, style) if style else line
