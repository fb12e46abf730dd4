"""Syntax faults: whether a file that the parser refused is surely wrong, and where."""

import ast
import re
import warnings

import libcst as cst

from lobegen.patterns import compiled
from lobegen.read.python.text import SourceText
from lobegen.read.syntax import SyntaxFault

_PLACE = compiled(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def syntax_fault(text: SourceText, error: cst.ParserSyntaxError | cst.CSTValidationError) -> SyntaxFault:
    """The fault behind a parser's error.

    It is certain when Python refuses the file too, and then Python's message is given, which says more; a file that
    only LibCST refuses may be valid.
    """
    refusal = _refusal_of_python(text.text)
    if refusal is not None:
        return SyntaxFault(text.line_span(refusal.lineno or 1, (refusal.offset or 1) - 1), refusal.msg, certain=True)
    message = getattr(error, "message", str(error))
    place = _PLACE.search(message)
    if place is None:
        return SyntaxFault(text.line_span(1), message, certain=False)
    return SyntaxFault(text.line_span(int(place[1]), int(place[2])), place[3], certain=False)


def _refusal_of_python(text: str) -> SyntaxError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError):
            return None
    return None
