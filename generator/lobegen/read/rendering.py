"""Renders what rules want to change as edits of files, each by the front end of its language."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from lobegen.model.fixes import Change, Edit, Fix
from lobegen.model.project import Fault
from lobegen.read.discovery import SourceTree
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
    """Renders fixes of the files of a tree; keeps those that it has read.

    Args:
        tree: The files.
        faults: What is wrong with them: a file that surely has a fault is not changed.
    """

    def __init__(self, tree: SourceTree, faults: Iterable[Fault]) -> None:
        self._tree = tree
        self._broken = {fault.span.path for fault in faults if fault.certain}
        self._editors: dict[str, Editor] = {}

    def rendered(self, fix: Fix) -> Fix:
        """A fix with its edits, or with the obstacle; edits that are there already may meet one too."""
        try:
            edits = list(fix.edits) or [
                edit for change in fix.changes for edit in self.editor(change.span.path).edits(change)
            ]
            for path in {edit.span.path for edit in edits}:
                self._check(path)
        except CannotEditError as error:
            return replace(fix, edits=(), obstacle=str(error))
        except Exception as error:  # a mistake of ours costs one fix, and is said
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            return replace(fix, edits=(), obstacle=f"lobegen failed on it: {reason}")
        return replace(fix, edits=tuple(sorted(dict.fromkeys(edits), key=_place)))

    def _check(self, path: str) -> None:
        if path in self._broken:
            raise CannotEditError(f"{path} has a syntax error")

    def editor(self, path: str) -> Editor:
        """The editor of a file.

        Args:
            path: As in `Span.path`.

        Raises:
            CannotEditError: It cannot be read.
        """
        self._check(path)
        if path not in self._editors:
            source = self._tree.read(Path(self._tree.path_of(path)))
            if source is None:
                raise CannotEditError(f"{path} cannot be read")
            self._editors[path] = self._made(Document(path, source))
        return self._editors[path]

    def _made(self, document: Document) -> Editor:
        if document.path.endswith(".py"):
            from lobegen.read.python.editing import PythonEditor

            return PythonEditor(document)
        from lobegen.read.typescript import TypescriptResolver
        from lobegen.read.typescript.editing import TypescriptEditor

        resolver = TypescriptResolver(self._tree.root)

        def resolve(path: str, specifier: str) -> str | None:
            found = resolver.resolve(Path(self._tree.path_of(path)), specifier)
            return None if found is None else self._tree.display(found)

        def other(path: str) -> TypescriptEditor:
            editor = self.editor(path)
            if not isinstance(editor, TypescriptEditor):
                raise CannotEditError(f"{path} is no TypeScript")
            return editor

        return TypescriptEditor(document, other, resolve)


def _place(edit: Edit) -> tuple[str, int, int]:
    return edit.span.path, edit.span.start, edit.span.end
