"""Edits of Python sources: each change that a rule can want, in Python's syntax."""

import ast
import re

from lobegen.model.fixes import Change, Edit, MakeFunction, PrefixText, RenameOption
from lobegen.model.source import Span
from lobegen.read.document import CannotEditError, Document
from lobegen.read.python.literals import literals

#: what does no work where it is written: a function around it would move nothing
_IDLE = (ast.Name, ast.Attribute, ast.Subscript, ast.Lambda, ast.Starred)
_KEYWORD = r"{}\s*=\s*\Z"
_AWAIT = re.compile(r"await\s*")


class PythonEditor:
    """Edits one Python file."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def edits(self, change: Change) -> list[Edit]:
        """The edits that make a change.

        Raises:
            CannotEditError: It cannot be made here.
        """
        match change:
            case MakeFunction(span=span):
                return [self._make_function(span)]
            case RenameOption():
                return [self._rename_option(change)]
            case PrefixText(span=span, prefix=prefix):
                return self._prefix_text(span, prefix)
        raise CannotEditError("there is no such change in Python")

    def _make_function(self, span: Span) -> Edit:
        text = self._document.text(span.start, span.end)
        node = expression(text)
        if isinstance(node, _IDLE):
            raise CannotEditError("what is passed there is made elsewhere")
        head = _AWAIT.match(text) if isinstance(node, ast.Await) else None
        if any(isinstance(each, ast.Yield | ast.YieldFrom | ast.NamedExpr) for each in ast.walk(node)):
            raise CannotEditError("a lambda cannot hold what is passed there")
        if sum(isinstance(each, ast.Await) for each in ast.walk(node)) > (head is not None):
            raise CannotEditError("a lambda cannot await")
        end = span.start + len(head[0].encode(self._document.codec)) if head else span.start
        return self._document.edit(span.start, end, "lambda: ")

    def _rename_option(self, change: RenameOption) -> Edit:
        """Rename a keyword, which stands before the span, or a key of a dict, with which the span begins."""
        span, document = change.span, self._document
        before = document.text(document.line_start(span.start), span.start)
        keyword = re.search(r"\b" + _KEYWORD.format(re.escape(change.old)), before)
        if keyword:
            start = span.start - len(before[keyword.start() :].encode(document.codec))
            return document.edit(start, start + len(change.old), change.new)
        key = re.match(rf"""(["']){re.escape(change.old)}\1\s*:""", document.text(span.start, span.end))
        if key is None:
            raise CannotEditError(f"`{change.old}` is not written there")
        return document.edit(span.start + 1, span.start + 1 + len(change.old), change.new)

    def _prefix_text(self, span: Span, prefix: str) -> list[Edit]:
        document = self._document
        text = document.text(span.start, span.end)
        parts = literals(text)
        if parts:
            first = parts[0]
            at = span.start + len(text[: first.inside].encode(document.codec))
            return [document.edit(at, at, first.spelled(prefix))]
        expression(text)
        quote = '"' if '"' not in text else "'"
        if quote in text or "\n" in text or "\\" in text or "{" in text:
            raise CannotEditError("the expression there does not fit into an f-string")
        return [
            document.edit(span.start, span.start, f"f{quote}{_in_fstring(prefix)}{{"),
            document.edit(span.end, span.end, f"}}{quote}"),
        ]


def expression(text: str) -> ast.expr:
    """The syntax of an expression.

    Raises:
        CannotEditError: It is none.
    """
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CannotEditError("the expression there cannot be read") from None


def _in_fstring(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
