"""What tells the rounds of a Python loop apart, and the edits that make it known inside."""

import ast
import codecs
import re

from msgspec import Struct

from lobegen.model.fixes import Edit
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.document import CannotEditError, Document
from lobegen.read.items import free_number, identifying, is_plain

_LINE_END = compiled(r"\r\n?|\n")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Round(Struct, frozen=True):
    """A variable of a loop, perhaps with the field that tells items apart.

    Attributes:
        variable: Its name.
        field: The attribute, or the key.
        is_key: Whether the field is a key of a dict.
        edits: What makes the variable known.
    """

    variable: str
    field: str = ""
    is_key: bool = False
    edits: tuple[Edit, ...] = ()

    def spelled(self, quote: str) -> str:
        """The expression, inside a text of this quote."""
        inner = "'" if quote.startswith('"') else '"'
        if not self.field:
            return self.variable
        return f"{self.variable}[{inner}{self.field}{inner}]" if self.is_key else f"{self.variable}.{self.field}"


class Rounds:
    """The loops of one file."""

    def __init__(self, document: Document) -> None:
        self._document = document
        text = document.source.decode(document.codec).removeprefix("\ufeff")
        try:
            self._tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise CannotEditError("this Python does not read the file") from None
        self._lines = _LINE_END.split(text)
        mark = 3 if document.source.startswith(codecs.BOM_UTF8) else 0
        self._starts = [mark, *(match.end() for match in re.finditer(_LINE_END.pattern.encode(), document.source))]

    def of(self, place: Span, loop: Span) -> Round:
        """What tells the rounds of a loop apart.

        Args:
            place: Something inside it.
            loop: Where it is: a statement or a comprehension.

        Raises:
            CannotEditError: Nothing is known to tell them apart.
        """
        if not loop.contains(place):
            raise CannotEditError("the loop is not around it in this file")
        for node in ast.walk(self._tree):
            if isinstance(node, ast.For | ast.AsyncFor) and self._begins(node, loop):
                return self._found(node.target, node.iter, node, isinstance(node, ast.AsyncFor))
            if isinstance(node, _COMPREHENSIONS) and self._begins(node, loop):
                clause = node.generators[-1]
                return self._found(clause.target, clause.iter, node, bool(clause.is_async))
        raise CannotEditError("the loop has no variable")

    def _begins(self, node: ast.stmt | ast.expr, loop: Span) -> bool:
        return node.lineno == loop.line and self._column(node.lineno, node.col_offset) == loop.column

    def _column(self, line: int, offset: int) -> int:
        """The column in characters, from 1, of an offset in bytes of UTF-8."""
        return len(self._lines[line - 1].encode()[:offset].decode("utf-8", "replace")) + 1

    def _found(self, target: ast.expr, items: ast.expr, loop: ast.AST, is_async: bool) -> Round:
        numbered = isinstance(items, ast.Call) and isinstance(items.func, ast.Name) and items.func.id == "enumerate"
        if isinstance(target, ast.Tuple):
            names = [each.id for each in target.elts if isinstance(each, ast.Name)]
            found = names[0] if names and (numbered or is_plain(names[0])) else identifying(names)
            return Round(found) if found else self._numbered(target, items, is_async)
        if not isinstance(target, ast.Name):
            return self._numbered(target, items, is_async)
        attributes, keys = _reads(target.id, loop)
        field = identifying((*keys, *attributes))
        if field:
            return Round(target.id, field, field in keys)
        counts = isinstance(items, ast.Call) and isinstance(items.func, ast.Name) and items.func.id == "range"
        if counts or (is_plain(target.id) and not (attributes or keys)):
            return Round(target.id)
        return self._numbered(target, items, is_async)

    def _numbered(self, target: ast.expr, items: ast.expr, is_async: bool) -> Round:
        number = free_number(node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name))
        if is_async or number is None:
            raise CannotEditError("nothing is known that tells the items apart")
        start, end = self._bytes(target)
        begin, finish = self._bytes(items)
        edit = self._document.edit
        bare, double = self._is_bare(target), self._is_bare(items)
        return Round(
            number,
            edits=(
                edit(start, start, f"{number}, {'(' if bare else ''}"),
                *([edit(end, end, ")")] if bare else []),
                edit(begin, begin, "enumerate((" if double else "enumerate("),
                edit(finish, finish, "))" if double else ")"),
            ),
        )

    def _is_bare(self, node: ast.expr) -> bool:
        """Whether it is a tuple without parentheses."""
        if not isinstance(node, ast.Tuple) or not node.elts:
            return False
        start, end = self._bytes(node)
        return start == self._bytes(node.elts[0])[0] or end == self._bytes(node.elts[-1])[1]

    def _bytes(self, node: ast.expr) -> tuple[int, int]:
        """Byte offsets of a node in the file."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._byte(node.lineno, node.col_offset), self._byte(node.end_lineno, node.end_col_offset)

    def _byte(self, line: int, offset: int) -> int:
        text = self._lines[line - 1].encode()[:offset].decode()
        return self._starts[line - 1] + len(text.encode(self._document.codec))


def _reads(variable: str, loop: ast.AST) -> tuple[list[str], list[str]]:
    """The attributes and the keys of a variable that a loop reads."""
    attributes: list[str] = []
    keys: list[object] = []
    for node in ast.walk(loop):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == variable:
            attributes.append(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == variable:
            keys += [node.slice.value] if isinstance(node.slice, ast.Constant) else []
    return attributes, [key for key in keys if isinstance(key, str)]
