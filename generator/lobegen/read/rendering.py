"""Renders what rules want to change as edits of files, each by the front end of its language."""

from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from lobegen.model.fixes import Change, Edit, Fix
from lobegen.read.document import CannotEditError, Document


class Editor(Protocol):
    """What a front end offers: it knows one file."""

    def edits(self, change: Change) -> list[Edit]:
        """The edits that make a change.

        Raises:
            CannotEditError: It cannot be made here.
        """
        ...


class FixRenderer:
    """Renders fixes; keeps the files that it has read.

    Args:
        read: The bytes of a file by its path as in `Span.path`; None when it cannot be read.
    """

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._editors: dict[str, Editor] = {}

    def rendered(self, fix: Fix) -> Fix:
        """A fix with its edits, or with the obstacle; one that has edits already stays as it is."""
        if fix.edits or not fix.changes:
            return fix
        try:
            edits = [edit for change in fix.changes for edit in self._editor(change.span.path).edits(change)]
        except CannotEditError as error:
            return replace(fix, obstacle=str(error))
        return replace(fix, edits=tuple(sorted(edits, key=lambda each: (each.span.path, each.span.start))))

    def _editor(self, path: str) -> Editor:
        if path not in self._editors:
            source = self._read(path)
            if source is None:
                raise CannotEditError(f"{path} cannot be read")
            self._editors[path] = _editor_of(Document(path, source))
        return self._editors[path]


def _editor_of(document: Document) -> Editor:
    if document.path.endswith(".py"):
        from lobegen.read.python.editing import PythonEditor

        return PythonEditor(document)
    from lobegen.read.typescript.editing import TypescriptEditor

    return TypescriptEditor(document)
