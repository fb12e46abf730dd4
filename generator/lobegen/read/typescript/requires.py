"""Modules that are imported by calls: `require("x")`, `createRequire`, `await import("x")`."""

from typing import Literal

from lobegen.model.source import Span
from lobegen.read.syntax import (
    Attribute,
    Await,
    Binding,
    Call,
    Constant,
    Evaluate,
    Expression,
    Import,
    Name,
    ObjectPattern,
    Pattern,
    Statement,
)
from lobegen.read.typescript.context import Lowering


def bind_module(low: Lowering, pattern: Pattern, value: Expression, span: Span, out: list[Statement]) -> bool:
    """Take a declaration for an import where it is one.

    `const x = require("m")` leaves no statement; inside functions the awaited `import()` stays as an evaluation.
    False where it is no such declaration, or where a name already means another import.
    """
    if isinstance(pattern, Binding) and _makes_require(value):
        low.requires.add(pattern.name)
        return False
    found = _source(low, value)
    names = _names(pattern, found[1]) if found is not None else None
    if found is None or names is None:
        return False
    way: Literal["require", "import"] = "import" if isinstance(_module(value), Await) else "require"
    imports = [Import(place, local, found[0], name, way=way) for place, local, name in names]
    if any(_conflicts(low.imports.get(each.local), each) for each in imports):
        return False
    for each in imports:
        low.imports.setdefault(each.local, each)
    if low.functions:
        out.append(Evaluate(span, value))
    return True


def _conflicts(known: Import | None, new: Import) -> bool:
    return known is not None and (known.specifier, known.name) != (new.specifier, new.name)


def _makes_require(value: Expression) -> bool:
    """`createRequire(import.meta.url)`, `module.createRequire(...)`."""
    if not isinstance(value, Call):
        return False
    callee = value.callee
    called = callee.id if isinstance(callee, Name) else callee.name if isinstance(callee, Attribute) else ""
    return called == "createRequire"


def _module(value: Expression) -> Expression:
    """The module that a value is, or is taken from."""
    return value.object if isinstance(value, Attribute) else value


def _source(low: Lowering, value: Expression) -> tuple[str, str] | None:
    """The specifier, and which of the module's names is taken ("*" for all of it)."""
    name = value.name if isinstance(value, Attribute) else "*"
    value = _module(value)
    awaited = isinstance(value, Await)
    if isinstance(value, Await):
        value = value.value
    if not isinstance(value, Call) or len(value.arguments) == 0:
        return None
    callee, specifier = value.callee, value.arguments[0].value
    if isinstance(callee, Name):
        loads = callee.id == "import" if awaited else callee.id in low.requires
    else:
        loads = not awaited and _makes_require(callee)
    if not loads or not isinstance(specifier, Constant) or not isinstance(specifier.value, str):
        return None
    return specifier.value, name


def _names(pattern: Pattern, name: str) -> list[tuple[Span, str, str]] | None:
    """What a pattern binds, as (place, local name, imported name); None where that is more than imports can say."""
    if isinstance(pattern, Binding):
        return [(pattern.span, pattern.name, name)]
    if not isinstance(pattern, ObjectPattern) or name not in ("*", "default"):
        return None
    found = []
    for key, item in pattern.items:
        if key is None or not isinstance(item, Binding) or item.default is not None:
            return None
        found.append((item.span, item.name, key))
    return found
