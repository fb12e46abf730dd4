"""Imports: which local name stands for what of which module."""

from collections.abc import Collection, Iterable, Mapping

import libcst as cst

from lobegen.read.python.context import Lowering
from lobegen.read.syntax import Block, Import


def lower_import(to: Lowering, node: "cst.Import | cst.LazyImport") -> Block:
    """`import a.b` binds "a"; `import a.b as c` binds "c" to the module "a.b"."""
    for alias in node.names:
        dotted = _dotted(alias.name)
        local, specifier = _alias(alias), dotted
        if local is None:
            local = specifier = dotted.partition(".")[0]
        to.bind_import(Import(to.span(alias), local, specifier, "*", to.type_only))
    return ()


def lower_import_from(to: Lowering, node: "cst.ImportFrom | cst.LazyImportFrom") -> Block:
    """`from a import b as c`; `from . import x` has the specifier "." and the name "x"."""
    specifier = "." * len(node.relative) + ("" if node.module is None else _dotted(node.module))
    if isinstance(node.names, cst.ImportStar):
        to.star_imports.append(specifier)
        return ()
    for alias in node.names:
        name = _dotted(alias.name)
        to.bind_import(Import(to.span(alias), _alias(alias) or name, specifier, name, to.type_only))
    return ()


def _alias(node: cst.ImportAlias) -> str | None:
    name = node.asname.name if node.asname else None
    return name.value if isinstance(name, cst.Name) else None


def _dotted(node: cst.BaseExpression) -> str:
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)
    return ".".join([node.value, *reversed(names)])


def merge_imports(outer: Iterable[Import], inner: Iterable[Import], defined: Collection[str]) -> Mapping[str, Import]:
    """The imports by local name.

    At module level the first run-time import of a name counts (the others are fallbacks). One inside a function counts
    where the module gives the name no other meaning and no other function imports something else by it.
    """
    merged: dict[str, Import] = {}
    for bound in outer:
        known = merged.get(bound.local)
        if known is None or (known.type_only and not bound.type_only):
            merged[bound.local] = bound
    found: dict[str, Import | None] = {}
    for bound in inner:
        known = found.setdefault(bound.local, bound)
        if known is not None and (known.specifier, known.name) != (bound.specifier, bound.name):
            found[bound.local] = None
    for local, only in found.items():
        if only is not None and local not in merged and local not in defined:
            merged[local] = only
    return merged
