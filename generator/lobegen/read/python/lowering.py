"""One file: decode, look for what would kill the parser, parse, lower."""

from collections.abc import Iterator

import libcst as cst

from lobegen.read.python.context import Lowering
from lobegen.read.python.expressions import EXPRESSIONS
from lobegen.read.python.faults import syntax_fault
from lobegen.read.python.imports import merge_imports
from lobegen.read.python.scan import TooDeepError, scan
from lobegen.read.python.spans import Spans, UnfaithfulError
from lobegen.read.python.stack import with_large_stack
from lobegen.read.python.statements import STATEMENTS
from lobegen.read.python.text import SourceText, decode
from lobegen.read.syntax import Assign, Binding, Block, Comment, Define, Module, SyntaxFault

_TOO_DEEP = "too deeply nested to read"


def lower_module(path: str, source: bytes) -> Module:
    """Lower one Python file; whatever is wrong with it is a fault of the module, never an exception."""
    text = decode(path, source)
    if isinstance(text, SyntaxFault):
        return Module(path, "python", source, faults=(text,))
    try:
        comments = tuple(_comments(text))
    except TooDeepError as error:
        return _faulty(text, SyntaxFault(text.span(error.offset, error.offset), _TOO_DEEP, certain=False))
    try:
        return with_large_stack(lambda: _lower(text, comments))
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        return _faulty(text, syntax_fault(text, error))
    except UnfaithfulError:
        return _faulty(text, SyntaxFault(text.line_span(1), "the parser changes this file", certain=False))
    except RecursionError:  # the scan should have said so
        return _faulty(text, SyntaxFault(text.line_span(1), _TOO_DEEP, certain=False))


def _lower(text: SourceText, comments: tuple[Comment, ...]) -> Module:
    module = _parse(text)
    spans = Spans(module, text)
    to = Lowering(spans, EXPRESSIONS, STATEMENTS)
    body = to.statements(module.body)
    return Module(
        text.path,
        "python",
        text.source,
        body,
        merge_imports(to.imports, to.inner_imports, _defined(body)),
        star_exports=tuple(dict.fromkeys(to.star_imports)),
        types={**to.inner_types, **to.types},
        comments=comments,
        faults=tuple(SyntaxFault(span, _TOO_DEEP, certain=False) for span in to.too_deep[:1]),
    )


def _parse(text: SourceText) -> cst.Module:
    try:
        return cst.parse_module(text.text)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the native parser; it has no name to import
            raise
        raise cst.CSTValidationError(f"the parser failed: {error}") from None


def _defined(body: Block) -> set[str]:
    """The names that top-level statements give a meaning to."""
    names = {statement.name for statement in body if isinstance(statement, Define)}
    assigned = (statement.target for statement in body if isinstance(statement, Assign))
    return names | {target.name for target in assigned if isinstance(target, Binding)}


def _comments(text: SourceText) -> Iterator[Comment]:
    for start, end in scan(text.text):
        yield Comment(text.span(start, end), text.text[start + 1 : end].strip(), text.stands_alone(start))


def _faulty(text: SourceText, fault: SyntaxFault) -> Module:
    return Module(text.path, "python", text.source, faults=(fault,))
