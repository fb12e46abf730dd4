"""What the tests of scaffolding share: a template of four files, git in three words, Copier itself."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MINI_QUESTIONS = """\
_subdirectory: template
_answers_file: ".copier/lobegen-{{ workflow_kebab }}.yml"
_envops: {undefined: jinja2.StrictUndefined}
_exclude: [".git"]
_skip_if_exists: ["**/logic.py"]
workflow: {type: str}
entity: {type: str}
page_size: {type: int, default: 50}
workflow_kebab: {type: str, when: false, default: "{{ workflow | lower | replace(' ', '-') }}"}
"""
ANSWERS = "{{ _copier_answers | combine(lobegen_source | default({})) | to_nice_yaml }}"
MINI_FILES = {
    "copier.yml": MINI_QUESTIONS,
    "template/{{ _copier_conf.answers_file }}.jinja": ANSWERS,
    "template/{{ workflow_kebab }}/glue.py.jinja": "first = 1\n\n\n\nsize = {{ page_size }}\n\n\n\nlast = 1\n",
    "template/{{ workflow_kebab }}/logic.py.jinja": "# TODO(lobegen): list every {{ entity }}\n",
    "template/shared.py.jinja": "shared = 1\n",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of the command line ended with."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints; the test fails when the command does."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.rstrip("\n")


def commit(folder: Path, message: str = "change") -> None:
    """Commit everything; the folder becomes a repository when it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def release(repository: Path, tag: str, files: Mapping[str, str]) -> None:
    """Write `files`, commit and tag."""
    for name, content in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    commit(repository, tag)
    git(repository, "tag", "-a", tag, "-m", tag)


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their content, git's own left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink())
    kept = (path for path in found if ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): _content(path) for path in kept}


def _content(path: Path) -> bytes:
    return b"-> " + os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()


def copier_copy(template: Path, project: Path, overwrite: bool = False, **answers: object) -> None:
    """Scaffold a workflow with Copier itself, at the newest release of the template."""
    import copier

    copier.run_copy(
        str(template), project, data=answers, defaults=True, quiet=True, overwrite=overwrite, settings=copier.Settings()
    )
