"""What scaffolding would do to a project: every rendered file against what is there, before anything is written."""

import difflib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.scaffold.apply import Change


class State(StrEnum):
    """What becomes of one file."""

    CREATE = "create"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    OVERWRITE = "overwrite"
    YOURS = "yours"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One rendered file.

    Attributes:
        path: Relative to the project, with `/`.
        before: What is there now; None when nothing is.
        after: What the template makes.
        mode: Permission bits of the rendered file.
    """

    path: str
    state: State
    before: bytes | None
    after: bytes
    mode: int

    def diff(self) -> Iterator[str]:
        """The lines of a unified diff from what is there to what the template makes, without line ends."""
        old, new = _lines(self.before or b""), _lines(self.after)
        source = "/dev/null" if self.before is None else f"a/{self.path}"
        for line in difflib.unified_diff(old, new, source, f"b/{self.path}", lineterm=""):
            yield line.rstrip("\n")


@dataclass(frozen=True, slots=True)
class Plan:
    """All rendered files of one workflow, sorted by path, for the project in `root`."""

    root: Path
    files: tuple[PlannedFile, ...]

    def in_state(self, *states: State) -> list[PlannedFile]:
        """The files in one of `states`."""
        return [file for file in self.files if file.state in states]

    @property
    def conflicts(self) -> list[PlannedFile]:
        """The files that have other content and no decision yet."""
        return self.in_state(State.CONFLICT)

    @property
    def written(self) -> list[str]:
        """The paths that applying the plan writes."""
        return [file.path for file in self.in_state(State.CREATE, State.OVERWRITE)]

    def decide(self, choose: Callable[[PlannedFile], State]) -> "Plan":
        """The plan with every conflict turned into what `choose` says: OVERWRITE, KEPT or still CONFLICT."""
        decided = (replace(f, state=choose(f)) if f.state is State.CONFLICT else f for f in self.files)
        return replace(self, files=tuple(decided))

    def changes(self) -> list[Change]:
        """What has to be written."""
        return [
            Change(file.path, file.before, file.after, file.mode)
            for file in self.in_state(State.CREATE, State.OVERWRITE)
        ]


def compare(rendered: Path, root: Path, written_once: Iterable[str]) -> Plan:
    """Compare the files under `rendered` with the project in `root` (which need not exist yet).

    Args:
        rendered: The folder that the template was rendered into.
        root: The project.
        written_once: Patterns, as in `.gitignore`, of files that belong to the user once they exist.

    Raises:
        LobegenError: A folder, a symbolic link or a read-only file stands where a file has to go.
    """
    from pathspec import GitIgnoreSpec

    _check_root(root)
    yours = GitIgnoreSpec.from_lines(written_once)
    files = []
    for source in sorted(path for path in rendered.rglob("*") if path.is_file()):
        path = source.relative_to(rendered).as_posix()
        before, after = _present(root, path), source.read_bytes()
        state = _state(before, after, yours.match_file(path))
        files.append(PlannedFile(path, state, before, after, source.stat().st_mode & 0o777))
    plan = Plan(root, tuple(files))
    for file in plan.in_state(State.CREATE, State.CONFLICT):
        _check_writable(root, file)
    return plan


def _state(before: bytes | None, after: bytes, yours: bool) -> State:
    if before is None:
        return State.CREATE
    if before == after:
        return State.UNCHANGED
    return State.YOURS if yours else State.CONFLICT


def _check_root(root: Path) -> None:
    above = next(folder for folder in [root, *root.absolute().parents] if os.path.lexists(folder))
    if not above.is_dir():
        raise LobegenError(f"{above} is not a folder.", "--into takes the folder of the project.")


def _present(root: Path, path: str) -> bytes | None:
    """The content of the project's file `path`, None when there is none; refuses what is in its way."""
    for parent in reversed(Path(path).parents[:-1]):
        folder = root / parent
        if folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
            raise LobegenError(f"{folder} is a symbolic link that leads out of the project; {path} has to go there.")
        if folder.exists() and not folder.is_dir():
            raise LobegenError(f"{folder} is a file; {path} needs a folder there.")
    target = root / path
    if target.is_symlink():
        raise LobegenError(f"{target} is a symbolic link; lobegen writes plain files only.", "Remove it or move it.")
    if target.is_dir():
        raise LobegenError(f"{target} is a folder; a file has to go there.")
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LobegenError(f"{target} cannot be read: {error.strerror}.") from None


def _check_writable(root: Path, file: PlannedFile) -> None:
    target = root / file.path
    if file.before is not None and not _writable(target):
        raise LobegenError(f"{target} is read-only and has other content.")
    folder = next(parent for parent in target.absolute().parents if parent.is_dir())
    if not _writable(folder):
        raise LobegenError(f"{folder} is not writable; {file.path} has to go there.")


def _writable(path: Path) -> bool:
    """Asked of the permission bits too: for the superuser everything is writable, and a mark is still a mark."""
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


def _lines(content: bytes) -> list[str]:
    if b"\0" in content:
        return [f"(binary, {len(content)} bytes)"]
    return content.decode(errors="replace").splitlines(keepends=True)
