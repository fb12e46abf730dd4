"""From the bytes of a file to its neutral syntax tree."""

from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

from tree_sitter import Language, Parser

from lobegen.patterns import compiled
from lobegen.read.syntax import Comment, Module, Statement, SyntaxFault
from lobegen.read.typescript import (
    classes,
    declarations,
    expressions,
    functions,
    modules,
    objects,
    operators,
    patterns,
    postfix,
    statements,
    types,
)
from lobegen.read.typescript.context import Lowering, Tables
from lobegen.read.typescript.faults import error_nodes, syntax_faults
from lobegen.read.typescript.repairs import prepared, repaired
from lobegen.read.typescript.source import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENT = compiled(rb"/[/*]")
MAX_REPAIRS = 4
PLAIN_SUFFIXES = (".ts", ".mts", ".cts")

EXPRESSIONS = {
    "identifier": expressions.name,
    "property_identifier": expressions.name,
    "shorthand_property_identifier": expressions.name,
    "private_property_identifier": expressions.name,
    "nested_identifier": expressions.dotted,
    "this": expressions.name,
    "super": expressions.name,
    "import": expressions.name,
    "string": expressions.string,
    "number": expressions.numeric,
    "true": expressions.true,
    "false": expressions.false,
    "null": expressions.nothing,
    "undefined": expressions.nothing,
    "template_string": expressions.template,
    "regex": expressions.regex,
    "meta_property": expressions.meta,
    "array": objects.array,
    "object": objects.object_literal,
    "function_expression": functions.function_expression,
    "generator_function": functions.function_expression,
    "arrow_function": functions.function_expression,
    "class": classes.class_expression,
    "member_expression": postfix.chain,
    "subscript_expression": postfix.chain,
    "call_expression": postfix.chain,
    "new_expression": postfix.new,
    "await_expression": operators.awaited,
    "ternary_expression": operators.conditional,
    "binary_expression": operators.binary,
    "unary_expression": operators.unary,
    "update_expression": operators.unary,
    "assignment_expression": operators.assignment,
    "augmented_assignment_expression": operators.augmented,
    "sequence_expression": operators.sequence,
    "yield_expression": operators.produced,
    "spread_element": operators.spread,
    "jsx_element": expressions.jsx,
    "jsx_self_closing_element": expressions.jsx_alone,
}

TABLES = Tables(
    EXPRESSIONS,
    {**statements.HANDLERS, **declarations.HANDLERS, **classes.HANDLERS, **modules.HANDLERS, **types.STATEMENTS},
    patterns.HANDLERS,
    types.HANDLERS,
)


def lower_module(path: str, source: bytes) -> Module:
    """Lower one file; see `lobegen.read.typescript.lower`."""
    text = SourceText(path, source)
    low = Lowering(text, TABLES)
    root = parse(path, source)
    body: list[Statement] = []
    try:
        for child in root.named_children:
            low.statement(child, body)
    except RecursionError:  # the caller's own stack was nearly used up
        low.faults.append(SyntaxFault(text.at(0, 0), "nested too deeply: the rest was not read", certain=False))
    body = modules.common_exports(body, low.exports)
    faults = [*syntax_faults(text, root), *low.faults] if root.has_error else low.faults
    return Module(
        path=path,
        language="typescript",
        source=source,
        body=tuple(body),
        imports=low.imports,
        exports=low.exports,
        star_exports=tuple(low.star_exports),
        types=low.types,
        comments=_comments(text, root),
        faults=tuple(faults),
    )


def comments_of(path: str, source: bytes) -> tuple[Comment, ...]:
    """The comments of one file."""
    return _comments(SourceText(path, source), parse(path, source))


def parse(path: str, source: bytes) -> "Node":
    """The syntax tree; where the grammar stumbles, that of the repaired source as long as it gets better."""
    dialect = "typescript" if path.endswith(PLAIN_SUFFIXES) else "tsx"
    source = prepared(source)
    root = Parser(_language(dialect)).parse(source).root_node
    for _ in range(MAX_REPAIRS):
        repair = repaired(source, root) if root.has_error else None
        if repair is None:
            break
        other = Parser(_language(dialect)).parse(repair).root_node
        if len(error_nodes(other)) >= len(error_nodes(root)):
            break
        source, root = repair, other
    return root


@cache
def _language(dialect: str) -> Language:
    grammars = _grammars()
    return Language(grammars.language_typescript() if dialect == "typescript" else grammars.language_tsx())


def _grammars() -> ModuleType:
    """The extension module of `tree_sitter_typescript`, without the package.

    That imports `importlib.resources`, `tempfile` and `shutil` for queries that nobody asks for: 5 ms of each run.
    """
    package = find_spec("tree_sitter_typescript")
    places = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec("tree_sitter_typescript._binding", places)
    if spec is None or spec.loader is None:
        return import_module("tree_sitter_typescript")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _comments(text: SourceText, root: "Node") -> tuple[Comment, ...]:
    """All comments: what looks like the start of one is looked up in the tree, which costs less than visiting it."""
    found: list[Comment] = []
    end = 0
    for match in _COMMENT.finditer(text.source):
        if match.start() < end:
            continue
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "comment":
            found.append(_comment(text, node))
            end = node.end_byte
    return tuple(found)


def _comment(text: SourceText, node: "Node") -> Comment:
    written = text.text(node)
    content = written[2:-2] if written.startswith("/*") and written.endswith("*/") else written[2:]
    # JSX wraps its comments in braces
    return Comment(text.span(node), content.strip(), text.alone(node.start_byte, node.end_byte, b"{}"))
