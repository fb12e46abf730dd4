"""Renders what rules want to change as edits of files, each by the front end of its language."""

from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from lobegen.model.fixes import Change, Edit, Fix
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
    """Renders fixes of the files of a tree; keeps those that it has read."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._editors: dict[str, Editor] = {}

    def rendered(self, fix: Fix) -> Fix:
        """A fix with its edits, or with the obstacle; one that has edits already stays as it is."""
        if fix.edits or not fix.changes:
            return fix
        try:
            edits = [edit for change in fix.changes for edit in self.editor(change.span.path).edits(change)]
        except CannotEditError as error:
            return replace(fix, obstacle=str(error))
        return replace(
            fix,
            edits=tuple(
                sorted(dict.fromkeys(edits), key=lambda each: (each.span.path, each.span.start, each.span.end))
            ),
        )

    def editor(self, path: str) -> Editor:
        """The editor of a file.

        Args:
            path: As in `Span.path`.

        Raises:
            CannotEditError: It cannot be read.
        """
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
