"""Statements of the neutral syntax tree."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from lobegen.model.source import Span
from lobegen.read.syntax.expressions import Expression, Pattern

if TYPE_CHECKING:
    from lobegen.read.syntax.declarations import Class, TypeRef
    from lobegen.read.syntax.expressions import Function


class Evaluate(Struct, frozen=True, gc=False):
    """An expression as a statement."""

    span: Span
    value: Expression


class Assign(Struct, frozen=True, gc=False):
    """`const a = b`, `a = b`, `a += b`; `kind` "const" cannot be assigned again, "let" declares, "plain" assigns.

    Python's assignments at module level in capitals are still "plain". A declaration without value has value None.
    """

    span: Span
    target: Pattern
    value: Expression | None
    kind: Literal["const", "let", "plain"] = "plain"
    operator: str = "="
    annotation: "TypeRef | None" = None


class Return(Struct, frozen=True, gc=False):
    """`return`, and the value of an expression-bodied function."""

    span: Span
    value: Expression | None


class Raise(Struct, frozen=True, gc=False):
    """`raise` or `throw`; a bare `raise` has value None."""

    span: Span
    value: Expression | None


class If(Struct, frozen=True, gc=False):
    """`if`/`elif`/`else`; `elif` is an `If` alone in `otherwise`."""

    span: Span
    test: Expression
    then: "Block"
    otherwise: "Block" = ()


class For(Struct, frozen=True, gc=False):
    """`for … of`, `for … in` (`keys` true), Python's `for`."""

    span: Span
    target: Pattern
    iterable: Expression
    body: "Block"
    otherwise: "Block" = ()
    is_async: bool = False
    keys: bool = False


class While(Struct, frozen=True, gc=False):
    """`while`, `do … while` (`test_last`), and the C-style `for` with its initial and step statements."""

    span: Span
    test: Expression | None
    body: "Block"
    otherwise: "Block" = ()
    initial: "Block" = ()
    update: "Block" = ()
    test_last: bool = False
    counter: bool = False


class ExceptHandler(Struct, frozen=True, gc=False):
    """One `except`/`catch`. `types` is empty for a bare one (and always in TypeScript); `target` binds the error."""

    span: Span
    types: tuple[Expression, ...]
    target: Pattern | None
    body: "Block"


class Try(Struct, frozen=True, gc=False):
    """`try` with its handlers, Python's `else`, and `finally`. `span` of the finaliser is that of its block."""

    span: Span
    body: "Block"
    handlers: tuple[ExceptHandler, ...]
    otherwise: "Block" = ()
    finalizer: "Block" = ()
    finalizer_span: Span | None = None


class With(Struct, frozen=True, gc=False):
    """Python's `with`/`async with`: pairs of the manager and what it binds."""

    span: Span
    items: tuple[tuple[Expression, Pattern | None], ...]
    body: "Block"
    is_async: bool = False


class Case(Struct, frozen=True, gc=False):
    """One case: its tests (empty for default / `case _`); TypeScript's fall-through is kept by `falls_through`."""

    tests: tuple[Expression, ...]
    body: "Block"
    falls_through: bool = False


class Switch(Struct, frozen=True, gc=False):
    """`switch` and `match`."""

    span: Span
    subject: Expression
    cases: tuple[Case, ...]


class Jump(Struct, frozen=True, gc=False):
    """`break` or `continue`."""

    span: Span
    kind: Literal["break", "continue"]


class Define(Struct, frozen=True, gc=False):
    """A named function or class declaration in a block."""

    span: Span
    name: str
    value: "Function | Class"


class Nested(Struct, frozen=True, gc=False):
    """A bare block `{ … }`, a labelled statement, `pass` (an empty block)."""

    span: Span
    body: "Block"


Statement = Evaluate | Assign | Return | Raise | If | For | While | Try | With | Switch | Jump | Define | Nested
Block = tuple[Statement, ...]
