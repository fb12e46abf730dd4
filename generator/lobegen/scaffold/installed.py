"""The workflows that a project has: one answers file each, written by Copier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.scaffold.questions import read_mapping

FOLDER = ".copier"
_FILE = re.compile(r"lobegen-(?P<workflow>.+)\.yml")

#: answers that decide on paths and identifiers: fixed for the life of a workflow (facts: copier.md 2.4, rename)
NAMES = (
    "target",
    "workflow",
    "workflow_pascal",
    "entity",
    "entities",
    "action",
    "package",
    "app_dir",
    "server_dir",
    "placement",
)


@dataclass(frozen=True, slots=True)
class Installed:
    """One scaffolded workflow.

    Attributes:
        workflow: Its name in kebab-case, from the answers file's name.
        answers_file: Relative to the project.
        src_path: Where its template comes from, in Copier's words.
        commit: The template's version, as `git describe` printed it.
    """

    workflow: str
    answers_file: str
    src_path: str
    commit: str
    answers: Mapping[str, object]


def find(project: Path) -> list[Installed]:
    """All workflows of a project, sorted by name.

    Raises:
        LobegenError: An answers file is no YAML or says not where its template comes from.
    """
    files = sorted((project / FOLDER).glob("lobegen-*.yml"))
    return [read(project, f"{FOLDER}/{file.name}") for file in files]


def read(project: Path, answers_file: str) -> Installed:
    """One workflow by its answers file (relative to the project).

    Raises:
        LobegenError: As for `find`.
    """
    answers = read_mapping(project / answers_file, "the answers file")
    for key in ("_src_path", "_commit"):
        if not isinstance(answers.get(key), str):
            hint = "Copier needs it to update; restore the file from git, or scaffold the workflow again."
            raise LobegenError(f"the answers file {project / answers_file} has no {key}.", hint)
    named = _FILE.fullmatch(Path(answers_file).name)
    workflow = named["workflow"] if named else answers_file
    return Installed(workflow, answers_file, str(answers["_src_path"]), str(answers["_commit"]), answers)


def renamed(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The names that differ between two sets of answers, as `entity (user -> buyer)`."""
    shared = [name for name in NAMES if name in before and name in now]
    return [f"{name} ({before[name]} -> {now[name]})" for name in shared if before[name] != now[name]]
