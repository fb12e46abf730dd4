"""Edits of Python sources: each change that a rule can want, in Python's syntax."""

import ast
import re

from lobegen.model.fixes import AddRound, Change, Edit, MakeFunction, PrefixText, RenameOption
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.document import CannotEditError, Document
from lobegen.read.python.literals import literals
from lobegen.read.python.rounds import Rounds

#: what does no work where it is written: a function around it would move nothing
_IDLE = (ast.Name, ast.Attribute, ast.Subscript, ast.Lambda, ast.Starred)
#: in the hole of an f-string a format begins at their colon
_WITH_COLON = (ast.NamedExpr, ast.Lambda)
_KEYWORD = r"{}\s*=\s*\Z"
_AWAIT = compiled(r"await\s*")


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
            case AddRound():
                return self._add_round(change)
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
        parts = literals(text) or literals(_first_text(text))
        if not parts:
            return self._around(span, _in_fstring(prefix), "")
        at = span.start + len(text[: parts[0].inside].encode(document.codec))
        return [document.edit(at, at, parts[0].spelled(prefix))]

    def _add_round(self, change: AddRound) -> list[Edit]:
        document, span = self._document, change.span
        found = Rounds(document).of(span, change.loop)
        text = document.text(span.start, span.end)
        parts = literals(text)
        if not parts:
            return [*self._around(span, "", f":{{{found.spelled(self._quote(text))}}}"), *found.edits]
        last = parts[-1]
        hole = f":{{{found.spelled(last.quote)}}}"
        edits = [(last.inside_end, last.inside_end, hole)]
        if "f" not in last.prefix:
            edits += [(last.start, last.start + last.prefix.count("u"), "f")]
            braces = (at for at in range(last.inside, last.inside_end) if text[at] in "{}")
            edits += [(at, at, text[at]) for at in braces]
        places = [span.start + len(text[:at].encode(document.codec)) for at in range(len(text) + 1)]
        return [*(document.edit(places[start], places[end], new) for start, end, new in edits), *found.edits]

    def _around(self, span: Span, before: str, after: str) -> list[Edit]:
        """Make the expression there the hole of an f-string."""
        text = self._document.text(span.start, span.end)
        if any(isinstance(each, _WITH_COLON) for each in ast.walk(expression(text))):
            raise CannotEditError("the expression there does not fit into an f-string")
        quote = self._quote(text)
        if quote in text or "\n" in text or "\\" in text or "{" in text:
            raise CannotEditError("the expression there does not fit into an f-string")
        return [
            self._document.edit(span.start, span.start, f"f{quote}{before}{{"),
            self._document.edit(span.end, span.end, f"}}{after}{quote}"),
        ]

    def _quote(self, text: str) -> str:
        return '"' if '"' not in text else "'"


def expression(text: str) -> ast.expr:
    """The syntax of an expression.

    Raises:
        CannotEditError: It is none.
    """
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CannotEditError("the expression there cannot be read") from None


def _first_text(text: str) -> str:
    """The text to which others are added: `"a"` of `"a" + b + c`; empty where there is none."""
    node = expression(text)
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    found = ast.get_source_segment(f"({text}\n)", node) or ""
    return found if text.startswith(found) and text != found else ""


def _in_fstring(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
