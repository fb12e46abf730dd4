"""Expressions and patterns of the neutral syntax tree."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from lobegen.model.source import Span

if TYPE_CHECKING:
    from lobegen.read.syntax.declarations import TypeRef
    from lobegen.read.syntax.statements import Block


class Constant(Struct, frozen=True, gc=False):
    """A constant: text, number, boolean, or None (`null`, `undefined` and `None`). Regular expressions are `Opaque`."""

    span: Span
    value: str | int | float | bool | None


class Name(Struct, frozen=True, gc=False):
    """A plain identifier; TypeScript's `this` is the name "this" (Python's `self` is a parameter like any other)."""

    span: Span
    id: str


class Attribute(Struct, frozen=True, gc=False):
    """`object.name` and `object?.name`; also `object["name"]` with a literal key in TypeScript objects."""

    span: Span
    object: "Expression"
    name: str


class Index(Struct, frozen=True, gc=False):
    """`object[index]`; in Python also `payload["x"]` (slices are an `Opaque` index)."""

    span: Span
    object: "Expression"
    index: "Expression"


class Argument(Struct, frozen=True, gc=False):
    """One argument; `keyword` for Python keywords, `spread` for `...x`, `*x` and (keyword `**`) for `**x`."""

    value: "Expression"
    keyword: str | None = None
    spread: bool = False


class Call(Struct, frozen=True, gc=False):
    """A call or `new`; dynamic `import("x")` is a call of the name `import`."""

    span: Span
    callee: "Expression"
    arguments: tuple[Argument, ...]
    new: bool = False
    types: tuple["TypeRef", ...] = ()


class Parameter(Struct, frozen=True, gc=False):
    """One parameter; destructured ones are patterns. `kind` "rest" is `...x` / `*x`, "keywords" is `**x`."""

    target: "Pattern"
    default: "Expression | None" = None
    annotation: "TypeRef | None" = None
    kind: Literal["plain", "rest", "keywords"] = "plain"


class Function(Struct, frozen=True, gc=False):
    """Any function: def, lambda, arrow, function expression, method. An expression body is one `Return`.

    `span` is the whole function, `name` is empty for anonymous ones. `outer` lists the names that Python's `global` and
    `nonlocal` declare in it.
    """

    span: Span
    name: str
    parameters: tuple[Parameter, ...]
    body: "Block"
    is_async: bool
    is_generator: bool = False
    decorators: tuple["Expression", ...] = ()
    returns: "TypeRef | None" = None
    outer: tuple[str, ...] = ()


class Template(Struct, frozen=True, gc=False):
    """A template string or f-string: text parts (unescaped) and the expressions between them."""

    span: Span
    parts: tuple["str | Expression", ...]


class Entry(Struct, frozen=True, gc=False):
    """One entry of an object or dict literal. A method is an entry with a `Function`; a spread has key None."""

    key: "str | Expression | None"
    value: "Expression"
    span: Span


class Object(Struct, frozen=True, gc=False):
    """An object or dict literal."""

    span: Span
    entries: tuple[Entry, ...]


class Sequence(Struct, frozen=True, gc=False):
    """A list, tuple, array or set literal; a spread item is `Spread`."""

    span: Span
    items: tuple["Expression", ...]
    kind: Literal["list", "tuple", "set"] = "list"


class Spread(Struct, frozen=True, gc=False):
    """`...x` or `*x` inside a sequence."""

    span: Span
    value: "Expression"


class Await(Struct, frozen=True, gc=False):
    """`await x`."""

    span: Span
    value: "Expression"


class Conditional(Struct, frozen=True, gc=False):
    """`a ? b : c` and `b if a else c`."""

    span: Span
    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Binary(Struct, frozen=True, gc=False):
    """Two operands. Operators are spelled alike for both languages.

    Logical: "and", "or", "??". Comparison: "==" (also `===`, `is`), "!=" (also `!==`, `is not`), "<", "<=", ">", ">=",
    "in", "not in", "instanceof" (also Python's `isinstance(a, B)`, with a tuple as `Sequence`). The rest as written:
    "+", "-", ...
    A chained comparison of Python is "and" of its parts.
    """

    span: Span
    operator: str
    left: "Expression"
    right: "Expression"


class Unary(Struct, frozen=True, gc=False):
    """One operand: "not" (also `!`), "-", "+", "~", "typeof", "void", "delete", "++", "--"."""

    span: Span
    operator: str
    operand: "Expression"


class Assignment(Struct, frozen=True, gc=False):
    """An assignment as an expression: TypeScript's `(a = b)`, `a += b`, Python's walrus."""

    span: Span
    target: "Pattern"
    value: "Expression"
    operator: str = "="


class Comprehension(Struct, frozen=True, gc=False):
    """Python's comprehensions: `element for target in iterable if test`; a dict's element is a two-item `Sequence`."""

    span: Span
    element: "Expression"
    clauses: tuple["Clause", ...]
    kind: Literal["list", "set", "dict", "generator"] = "list"


class Clause(Struct, frozen=True, gc=False):
    """One `for target in iterable if tests` of a comprehension."""

    target: "Pattern"
    iterable: "Expression"
    tests: tuple["Expression", ...] = ()
    is_async: bool = False


class Opaque(Struct, frozen=True, gc=False):
    """Anything else (JSX, yield, regular expression, tagged template ...): only its parts are known."""

    span: Span
    kind: str
    parts: tuple["Expression", ...] = ()


Expression = (
    Constant
    | Name
    | Attribute
    | Index
    | Call
    | Function
    | Template
    | Object
    | Sequence
    | Spread
    | Await
    | Conditional
    | Binary
    | Unary
    | Assignment
    | Comprehension
    | Opaque
)


class Binding(Struct, frozen=True, gc=False):
    """A name that is bound or assigned; `default` is that of a destructured element."""

    span: Span
    name: str
    default: "Expression | None" = None


class ObjectPattern(Struct, frozen=True, gc=False):
    """`{a, b: c = 1, ...rest}`: pairs of key and pattern; the rest has key None."""

    span: Span
    items: tuple[tuple[str | None, "Pattern"], ...]
    default: "Expression | None" = None


class SequencePattern(Struct, frozen=True, gc=False):
    """`[a, , b, ...rest]` and Python's tuple targets; a hole is None, `rest` marks the index of the rest element."""

    span: Span
    items: tuple["Pattern | None", ...]
    rest: int | None = None
    default: "Expression | None" = None


class Place(Struct, frozen=True, gc=False):
    """An assignment to an attribute or index: `a.b = …`, `a[b] = …`."""

    span: Span
    target: "Attribute | Index | Opaque"


Pattern = Binding | ObjectPattern | SequencePattern | Place
