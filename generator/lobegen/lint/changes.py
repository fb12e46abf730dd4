"""The edits of one round of fixing: none overlaps another, and every changed file can still be read."""

from collections.abc import Iterable
from pathlib import Path

from lobegen.lint.engine import Reading
from lobegen.model.findings import Finding
from lobegen.model.fixes import Edit, Fix
from lobegen.read.document import codec_of
from lobegen.read.modules import lowered


class Changes:
    """Edits of the files of one reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._edits: dict[str, list[Edit]] = {}

    def take(self, fix: Fix) -> bool:
        """Add the edits of a fix, unless one overlaps another or is of a file out of scope."""
        if not all(self._is_free(edit) for edit in fix.edits):
            return any(self._edits.values()) and all(edit in self._of(edit) for edit in fix.edits)
        for edit in fix.edits:
            self._edits.setdefault(edit.span.path, []).append(edit)
        return True

    def _of(self, edit: Edit) -> list[Edit]:
        return self._edits.get(edit.span.path, [])

    def _is_free(self, edit: Edit) -> bool:
        if not self._reading.may_change(edit.span.path):
            return False
        return not any(overlap(edit, other) for other in self._of(edit))

    def contents(self) -> dict[str, bytes]:
        """The files as changed, by absolute path; of the encoding that they were of.

        Raises:
            UnicodeEncodeError: An encoding that does not have what is put in.
        """
        changed: dict[str, bytes] = {}
        for display, edits in self._edits.items():
            path = self._reading.path_of(display)
            source = self._reading.tree.read(Path(path)) or b""
            changed[path] = applied(source, edits, codec_of(display, source))
        return changed

    def are_readable(self) -> bool:
        """Whether no file is worse to read than before."""
        try:
            changed = self.contents()
        except UnicodeEncodeError:
            return False
        for path, content in changed.items():
            display = self._reading.tree.display(path)
            before = self._reading.tree.read(Path(path)) or b""
            if len(lowered(display, content).faults) > len(lowered(display, before).faults):
                return False
        return True


def applied(source: bytes, edits: Iterable[Edit], codec: str) -> bytes:
    """The bytes of a file with edits that do not overlap."""
    parts: list[bytes] = []
    end = 0
    for edit in sorted(edits, key=lambda each: (each.span.start, each.span.end)):
        parts += [source[end : edit.span.start], edit.text.encode(codec)]
        end = edit.span.end
    return b"".join([*parts, source[end:]])


def choose(reading: Reading, findings: list[Finding]) -> tuple[Changes, list[Finding], list[Finding]]:
    """What one round does: the changes, the findings that they fix, and those whose fix would spoil a file."""
    changes, taken = _together(reading, findings)
    if changes.are_readable():
        return changes, taken, []
    good = [each for each in taken if _together(reading, [each])[0].are_readable()]
    changes, taken_now = _together(reading, good)
    if not changes.are_readable():  # each alone is well, not so all of them
        changes, taken_now = _together(reading, good[:1])
    return changes, taken_now, [each for each in taken if each not in good]


def _together(reading: Reading, findings: list[Finding]) -> tuple[Changes, list[Finding]]:
    changes = Changes(reading)
    return changes, [each for each in findings if each.fix and changes.take(each.fix)]


def overlap(one: Edit, other: Edit) -> bool:
    """Whether the order of two edits matters; where one ends the other may begin."""
    if one.span.start == other.span.start:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end
