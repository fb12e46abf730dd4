"""Statements of the neutral syntax tree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lobegen.model.source import Span
from lobegen.read.syntax.expressions import Expression, Pattern

if TYPE_CHECKING:
    from lobegen.read.syntax.declarations import Class, TypeRef
    from lobegen.read.syntax.expressions import Function


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression as a statement."""

    span: Span
    value: Expression


@dataclass(frozen=True, slots=True)
class Assign:
    """`const a = b`, `a = b`, `a += b`; `kind` "const" cannot be assigned again, "let" declares, "plain" assigns.

    Python's assignments at module level in capitals are still "plain". A declaration without value has value None.
    """

    span: Span
    target: Pattern
    value: Expression | None
    kind: Literal["const", "let", "plain"] = "plain"
    operator: str = "="
    annotation: "TypeRef | None" = None


@dataclass(frozen=True, slots=True)
class Return:
    """`return`, and the value of an expression-bodied function."""

    span: Span
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Raise:
    """`raise` or `throw`; a bare `raise` has value None."""

    span: Span
    value: Expression | None


@dataclass(frozen=True, slots=True)
class If:
    """`if`/`elif`/`else`; `elif` is an `If` alone in `otherwise`."""

    span: Span
    test: Expression
    then: "Block"
    otherwise: "Block" = ()


@dataclass(frozen=True, slots=True)
class For:
    """`for … of`, `for … in` (`keys` true), Python's `for`."""

    span: Span
    target: Pattern
    iterable: Expression
    body: "Block"
    otherwise: "Block" = ()
    is_async: bool = False
    keys: bool = False


@dataclass(frozen=True, slots=True)
class While:
    """`while`, `do … while` (`test_last`), and the C-style `for` with its initial and step statements."""

    span: Span
    test: Expression | None
    body: "Block"
    otherwise: "Block" = ()
    initial: "Block" = ()
    update: "Block" = ()
    test_last: bool = False
    counter: bool = False


@dataclass(frozen=True, slots=True)
class ExceptHandler:
    """One `except`/`catch`. `types` is empty for a bare one (and always in TypeScript); `target` binds the error."""

    span: Span
    types: tuple[Expression, ...]
    target: Pattern | None
    body: "Block"


@dataclass(frozen=True, slots=True)
class Try:
    """`try` with its handlers, Python's `else`, and `finally`. `span` of the finaliser is that of its block."""

    span: Span
    body: "Block"
    handlers: tuple[ExceptHandler, ...]
    otherwise: "Block" = ()
    finalizer: "Block" = ()
    finalizer_span: Span | None = None


@dataclass(frozen=True, slots=True)
class With:
    """Python's `with`/`async with`: pairs of the manager and what it binds."""

    span: Span
    items: tuple[tuple[Expression, Pattern | None], ...]
    body: "Block"
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its tests (empty for default / `case _`); TypeScript's fall-through is kept by `falls_through`."""

    tests: tuple[Expression, ...]
    body: "Block"
    falls_through: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """`switch` and `match`."""

    span: Span
    subject: Expression
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    span: Span
    kind: Literal["break", "continue"]


@dataclass(frozen=True, slots=True)
class Define:
    """A named function or class declaration in a block."""

    span: Span
    name: str
    value: "Function | Class"


@dataclass(frozen=True, slots=True)
class Nested:
    """A bare block `{ … }`, a labelled statement, `pass` (an empty block)."""

    span: Span
    body: "Block"


Statement = Evaluate | Assign | Return | Raise | If | For | While | Try | With | Switch | Jump | Define | Nested
Block = tuple[Statement, ...]
