"""One new workflow for a project: rendered aside, compared with what is there, and afterwards looked over."""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.errors import LobegenError
from lobegen.scaffold.answers import Answers
from lobegen.scaffold.installed import FOLDER, renamed
from lobegen.scaffold.plan import Plan, State, compare
from lobegen.scaffold.questions import Questionnaire, read_mapping
from lobegen.scaffold.render import render
from lobegen.scaffold.source import Template

#: what stands in generated files where the user has to write
MARKER = "TODO(lobegen)"


@dataclass(frozen=True, slots=True)
class Todo:
    """One place that is left to the user; `line` counts from 1."""

    path: str
    line: int
    text: str


def plan(template: Template, questionnaire: Questionnaire, answers: Answers, root: Path) -> Plan:
    """What scaffolding the workflow would do to the project in `root`; writes nothing there.

    Raises:
        LobegenError: The template refused an answer, something is in the way, or the workflow exists by other names.
    """
    _refuse_rename(root, answers)
    with TemporaryDirectory(prefix="lobegen-new-") as folder:
        render(template, answers.given, Path(folder))
        return compare(Path(folder), root, questionnaire.written_once)


def answers_file(answers: Answers) -> str:
    """Where Copier keeps the answers, relative to the project."""
    return f"{FOLDER}/lobegen-{answers.all['workflow_kebab']}.yml"


def todos(root: Path, paths: list[str]) -> list[Todo]:
    """The places marked for the user in the files named, in their order."""
    found = []
    for path in paths:
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        found += [
            Todo(path, number, line[line.index(MARKER) + len(MARKER) :].strip(" :*/#-"))
            for number, line in enumerate(lines, 1)
            if MARKER in line
        ]
    return found


def variables(rendered: Plan) -> tuple[list[str], list[str]]:
    """The environment variables that the example environment sets, and those that it has commented out."""
    examples = [file for file in rendered.files if Path(file.path).name.startswith(".env")]
    text = "\n".join(file.after.decode(errors="replace") for file in examples)
    needed = re.findall(r"^([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
    optional = re.findall(r"^# ?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
    return list(dict.fromkeys(needed)), [name for name in dict.fromkeys(optional) if name not in needed]


def foreign(rendered: Plan) -> list[str]:
    """The files that were there before lobegen was: kept as the user's, though the workflow may need them changed."""
    first = len(list((rendered.root / FOLDER).glob("lobegen-*.yml"))) <= 1
    return [file.path for file in rendered.in_state(State.YOURS)] if first else []


def _refuse_rename(root: Path, answers: Answers) -> None:
    path = root / answers_file(answers)
    if not path.is_file():
        return
    changed = renamed(read_mapping(path, "the answers file"), answers.all)
    if changed:
        hint = "Names are fixed once a workflow exists: choose another workflow name."
        raise LobegenError(f"{path} has the workflow with another {', '.join(changed)}.", hint)
