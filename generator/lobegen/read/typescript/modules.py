"""Lowering of import and export statements."""

from typing import TYPE_CHECKING

from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.syntax import (
    Assign,
    Attribute,
    Binding,
    Define,
    Export,
    Expression,
    Import,
    Name,
    ObjectPattern,
    Pattern,
    Place,
    SequencePattern,
    Statement,
)
from lobegen.read.typescript.classes import value_class
from lobegen.read.typescript.context import Lowering, named, tokens, unwrap
from lobegen.read.typescript.expressions import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

Out = list[Statement]
TYPE_DECLARATIONS = frozenset({"interface_declaration", "type_alias_declaration"})

#: how Deno and browsers name a package of npm: `npm:@upstash/workflow@1.3.3/hono`
_ELSEWHERE = compiled(r"(?:npm:/?|https://esm\.sh/)((?:@[^/]+/)?[^/@]+)(?:@[^/?]*)?([^?]*)")


def _package(specifier: str) -> str:
    """A specifier as Node would have it."""
    if not specifier.startswith(("npm:", "https:")):
        return specifier
    found = _ELSEWHERE.match(specifier)
    return found[1] + found[2] if found else specifier


def import_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`import` in all its forms; one without names binds nothing."""
    type_only = any(child.type in ("type", "typeof") for child in node.children[:2])
    for child in named(node):
        if child.type == "import_require_clause":
            _import_require(low, child, type_only)
            return
    source = node.child_by_field_name("source")
    if source is None:
        return
    specifier = _package(string_value(low, source))
    for clause in named(node):
        if clause.type == "import_clause":
            for part in named(clause):
                _import_part(low, part, specifier, type_only)


def _bind(low: Lowering, node: "Node", local: str, specifier: str, name: str, type_only: bool) -> None:
    low.imports[local] = Import(low.span(node), local, specifier, name, type_only)


def _import_part(low: Lowering, node: "Node", specifier: str, type_only: bool) -> None:
    if node.type == "identifier":
        _bind(low, node, low.text(node), specifier, "default", type_only)
    elif node.type == "namespace_import":
        for child in named(node):
            _bind(low, node, low.text(child), specifier, "*", type_only)
    elif node.type == "named_imports":
        for item in named(node):
            name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
            if name is not None:
                only = type_only or "type" in tokens(item)
                imported = _module_name(low, name)
                _bind(low, item, low.text(alias) if alias is not None else imported, specifier, imported, only)


def _import_require(low: Lowering, node: "Node", type_only: bool) -> None:
    """`import x = require("m")`."""
    source, children = node.child_by_field_name("source"), named(node)
    if source is not None and children:
        _bind(low, node, low.text(children[0]), string_value(low, source), "*", type_only)


def import_alias(low: Lowering, node: "Node", out: Out) -> None:
    """`import A = B.C`."""
    children = named(node)
    if len(children) == 2:
        out.append(Assign(low.span(node), low.pattern(children[0]), low.expression(children[1]), "const"))


def _module_name(low: Lowering, node: "Node") -> str:
    """A name in an import or export list, which may be a string."""
    return string_value(low, node) if node.type == "string" else low.text(node)


def export_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`export` in all its forms."""
    source = node.child_by_field_name("source")
    specifier = _package(string_value(low, source)) if source is not None else None
    kinds = tokens(node)
    declaration = node.child_by_field_name("declaration")
    if declaration is not None:
        _export_declaration(low, declaration, "default" in kinds, out)
    elif "default" in kinds or "=" in kinds:
        _export_default(low, node, out)
    elif "*" in kinds and specifier is not None:
        low.star_exports.append(specifier)
    else:
        for child in named(node):
            _export_clause(low, child, specifier)


def _export_clause(low: Lowering, node: "Node", specifier: str | None) -> None:
    if node.type == "namespace_export":
        for child in named(node):
            name = _module_name(low, child)
            low.exports[name] = Export(name, "*", specifier)
    elif node.type == "export_clause":
        for item in named(node):
            listed, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
            if listed is not None:
                local = _module_name(low, listed)
                exported = _module_name(low, alias) if alias is not None else local
                low.exports[exported] = Export(exported, local, specifier)


def _export_declaration(low: Lowering, node: "Node", default: bool, out: Out) -> None:
    inner: Out = []
    before = set(low.imports)
    low.statement(node, inner)
    names = [name for statement in inner for name in declared(statement)]
    names += [name for name in low.imports if name not in before]
    if node.type in TYPE_DECLARATIONS:
        label = node.child_by_field_name("name")
        names = [low.text(label)] if label is not None else []
    for name in names:
        exported = "default" if default else name
        low.exports[exported] = Export(exported, name)
    out.extend(inner)


def _export_default(low: Lowering, node: "Node", out: Out) -> None:
    """The default export of an expression, and TypeScript's `export =`."""
    value = node.child_by_field_name("value")
    if value is None:
        children = [child for child in named(node) if child.type != "decorator"]
        value = children[0] if children else None
    if value is None:
        return
    span, inner = low.span(node), unwrap(value)
    if inner.type == "class":
        out.append(Define(span, "default", value_class(low, inner, "default")))
    else:
        out.append(Assign(span, Binding(low.span(inner), "default"), low.expression(inner), "const"))
    low.exports["default"] = Export("default", "default")


def declared(statement: Statement) -> list[str]:
    """The names that a declaration binds."""
    if isinstance(statement, Define):
        return [statement.name]
    return bound(statement.target) if isinstance(statement, Assign) and statement.kind != "plain" else []


def bound(pattern: Pattern) -> list[str]:
    """The names that a pattern binds."""
    found: list[str] = []
    pending: list[Pattern | None] = [pattern]
    while pending:
        item = pending.pop(0)
        if isinstance(item, Binding):
            found.append(item.name)
        elif isinstance(item, ObjectPattern):
            pending = [*(each for _, each in item.items), *pending]
        elif isinstance(item, SequencePattern):
            pending = [*item.items, *pending]
    return found


def common_exports(body: list[Statement], exports: dict[str, Export]) -> list[Statement]:
    """CommonJS: `module.exports.a = b` and `exports.a = b` at the top level are exports."""
    out: list[Statement] = []
    for statement in body:
        name = _exported_place(statement.target) if isinstance(statement, Assign) else None
        if not isinstance(statement, Assign) or name is None or statement.value is None or name in exports:
            out.append(statement)
        elif isinstance(statement.value, Name):
            exports[name] = Export(name, statement.value.id)
            out.append(statement)
        else:
            exports[name] = Export(name, name)
            out.append(_as_declaration(statement.span, name, statement.value))
    return out


def _as_declaration(span: Span, name: str, value: Expression) -> Statement:
    return Assign(span, Binding(span, name), value, "const")


def _exported_place(pattern: Pattern) -> str | None:
    """The `a` of `exports.a` and `module.exports.a`; "default" for `module.exports` itself."""
    if not isinstance(pattern, Place) or not isinstance(pattern.target, Attribute):
        return None
    owner, name = pattern.target.object, pattern.target.name
    if isinstance(owner, Name):
        return name if owner.id == "exports" else "default" if (owner.id, name) == ("module", "exports") else None
    module = owner.object if isinstance(owner, Attribute) and owner.name == "exports" else None
    return name if isinstance(module, Name) and module.id == "module" else None


HANDLERS = {
    "import_statement": import_statement,
    "import_alias": import_alias,
    "export_statement": export_statement,
}
