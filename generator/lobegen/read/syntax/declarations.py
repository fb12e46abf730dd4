"""Types, classes, imports, exports, comments and the module of the neutral syntax tree."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from lobegen.model.source import Language, Span
from lobegen.read.syntax.expressions import Expression
from lobegen.read.syntax.statements import Block


class TypeRef(Struct, frozen=True, gc=False):
    """A type as written: its last name, its arguments, and the fields where it is a literal. Unions list their parts.

    `name` is "" for literals, "|" for unions (parts in `arguments`), "[]" for arrays.
    """

    span: Span
    name: str
    arguments: tuple["TypeRef", ...] = ()
    fields: tuple["TypeField", ...] = ()


class TypeField(Struct, frozen=True, gc=False):
    """One field of a type: optional when marked `?`, or with a default (Python), or `| None`/`| undefined`."""

    name: str
    type: TypeRef | None
    optional: bool


class TypeDefinition(Struct, frozen=True, gc=False):
    """An interface, type alias, `z.infer` alias (fields empty), TypedDict, dataclass or pydantic model."""

    span: Span
    name: str
    fields: tuple[TypeField, ...]
    extends: tuple[str, ...] = ()
    alias: TypeRef | None = None


class Member(Struct, frozen=True, gc=False):
    """A member of a class: a method (`Function` value) or a field with its initial value."""

    name: str
    value: Expression | None
    static: bool
    span: Span
    annotation: TypeRef | None = None


class Class(Struct, frozen=True, gc=False):
    """A class. `static` members of Python are those under `@staticmethod`/`@classmethod` and class attributes."""

    span: Span
    name: str
    bases: tuple[Expression, ...]
    members: tuple[Member, ...]
    decorators: tuple[Expression, ...] = ()


class Import(Struct, frozen=True, gc=False):
    """One imported name. `name` is "*" for a namespace (Python's `import a.b` too), "default" for a default import.

    Python's relative specifier keeps its dots (".runtime"); `import a.b` binds "a" with specifier "a". Type-only
    imports are listed too (`type_only`). `way` is how it is loaded where that is no statement: `require(...)`,
    `await import(...)`.
    """

    span: Span
    local: str
    specifier: str
    name: str
    type_only: bool = False
    way: Literal["", "require", "import"] = ""


class Export(Struct, frozen=True, gc=False):
    """One exported name: of a local one, or passed on from `specifier`. `export *` has name "*" (TypeScript only)."""

    name: str
    local: str
    specifier: str | None = None


class Comment(Struct, frozen=True, gc=False):
    """A comment with its text without the marker (`#`, `//`, `/* */`), and whether it stands alone on its line(s)."""

    span: Span
    text: str
    alone: bool


class SyntaxFault(Struct, frozen=True, gc=False):
    """Where a parser gave up: `certain` when the file is surely wrong, else the grammar may be behind the language."""

    span: Span
    message: str
    certain: bool


class Module(Struct, frozen=True, gc=False):
    """One file, lowered.

    Attributes:
        path: As in `Span.path`.
        body: Top-level statements; `export const` and `export default` are statements like any other (the default
            export of an expression is `Assign` to a binding named "default").
        imports: By local name.
        exports: By exported name; Python modules export every top-level name implicitly and leave this empty.
        star_exports: Specifiers of `export * from` and `from x import *`.
        types: Type definitions by name (Python classes are in `body` as `Class`; their fields are here too).
        source: The file's bytes.
    """

    path: str
    language: Language
    source: bytes
    body: Block = ()
    imports: Mapping[str, Import] = field(default_factory=dict)
    exports: Mapping[str, Export] = field(default_factory=dict)
    star_exports: tuple[str, ...] = ()
    types: Mapping[str, TypeDefinition] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    faults: tuple[SyntaxFault, ...] = ()
