"""One walk through a handler: the state that the evaluation of expressions and statements shares."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, field

from lobegen.model.actions import Step, StepUse, Unresolved
from lobegen.model.body import Node
from lobegen.model.source import CallSite, Language, Span
from lobegen.model.values import Flow
from lobegen.model.walk import steps as steps_of
from lobegen.read.elaborate.losses import Losses
from lobegen.read.elaborate.members import FUNCTION
from lobegen.read.elaborate.outcomes import Outcomes
from lobegen.read.elaborate.payload import PayloadFacts
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Cell, Closure, ServedWorkflow, Value
from lobegen.read.syntax import Block as SyntaxBlock
from lobegen.read.syntax import Define, Expression, Function, Statement, TypeRef

E = TypeVar("E")

_EXPRESSIONS: dict[type, Callable[..., Value]] = {}
_STATEMENTS: dict[type, Callable[..., None]] = {}

#: helpers are followed this deep and this often in one handler; beyond it they are reported as unresolved
MOST_DEEP = 14
MOST_EXPANSIONS = 600


def evaluates(kind: type[E]) -> Callable[[Callable[["Run", E, Scope], Value]], Callable[["Run", E, Scope], Value]]:
    """Register how an expression of this kind is evaluated."""

    def register(function: Callable[["Run", E, Scope], Value]) -> Callable[["Run", E, Scope], Value]:
        _EXPRESSIONS[kind] = function
        return function

    return register


def executes(kind: type[E]) -> Callable[[Callable[["Run", E, Scope], None]], Callable[["Run", E, Scope], None]]:
    """Register how a statement of this kind is executed."""

    def register(function: Callable[["Run", E, Scope], None]) -> Callable[["Run", E, Scope], None]:
        _STATEMENTS[kind] = function
        return function

    return register


class Served(Struct, frozen=True, eq=False):
    """A call that serves a handler, as it was met.

    Attributes:
        handler: The function that is served, or a created workflow; anything else could not be followed.
        options: What was given as options.
        route: A path given with it ("/process"), not yet the whole route.
        key: Its name among several that are served together (`serveMany`).
        name: The variable that it is assigned to.
    """

    served_by: str
    framework: str
    span: Span
    handler: Value
    options: Value
    types: tuple[TypeRef, ...]
    scope: Scope
    route: str | None = None
    key: str | None = None
    created: ServedWorkflow | None = None
    name: str = ""


class Run(Struct):
    """The state of one walk.

    Attributes:
        out: The block that nodes are appended to.
        chain: The calls that lead from the handler to where we are.
        routes: The paths that calls around us give, each with the depth of the calls at which it is written.
        in_step: How many step callbacks we are inside of.
        conditional: How many branches and loops we are inside of: writes then join instead of replacing.
        served: Receives calls that serve handlers.
        mounts: The paths under which routers mount what is served, by where it is served.
        step_level: How many functions deep a step's own function is, while we are in one.
        numbers: The number of each step's function, by the step's identity.
        ignored: Steps, by identity, whose result a statement drops.
        promised: Where calls of async helpers made the promises, not yet used, that steps hang on; by their identity.
        owners: What can be changed in objects made outside of the handler, by their identity.
        payload_cell: The request payload as something that can be changed; None in walks that follow no handler.
        entered: The functions that were followed where they are called, by their identity.
        summed: Those that were summed up where they are called.
        server: The call that serves the handler that is followed.
        put: The lists that something was put into, each with its owner, its name and what it was before.
        left: What such a list depends on behind the loop that is left.
        payload_raw: Whether the payload is as it came: no schema or parser made it.
        statement_value: The expression whose value the last statement drops.
        handed: The last call of something unknown that was given the promise of a step.
    """

    language: Language
    served: Callable[[Served], None] | None = None
    mounts: dict[Span, str] = field(default_factory=dict)
    out: list[Node] = field(default_factory=list)
    chain: tuple[CallSite, ...] = ()
    in_step: int = 0
    conditional: int = 0
    payload: PayloadFacts = field(default_factory=PayloadFacts)
    uses: dict[int, StepUse] = field(default_factory=dict)
    dropped: dict[int, Span] = field(default_factory=dict)
    promised: dict[int, Span] = field(default_factory=dict)
    kept: list[Step] = field(default_factory=list)
    outcomes: Outcomes = field(default_factory=Outcomes)
    settled: dict[int, Step] = field(default_factory=dict)
    returns: list[list[Value]] = field(default_factory=list)
    active: list[Closure] = field(default_factory=list)
    caught: list[int] = field(default_factory=list)
    breakables: list[str] = field(default_factory=list)
    naming: list[str] = field(default_factory=list)
    routes: list[tuple[str, int]] = field(default_factory=list)
    expansions: int = 0
    summaries: int = 0
    summary_depth: int = 0
    entered: set[int] = field(default_factory=set)
    summed: set[int] = field(default_factory=set)
    step_level: int = 0
    losses: Losses = field(default_factory=Losses)
    put: list[tuple[Scope, str, Value]] = field(default_factory=list)
    left: list[tuple[Scope, str, Flow]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    owners: dict[int, Cell] = field(default_factory=dict)
    payload_cell: Cell | None = None
    payload_raw: bool = False
    server: Served | None = None
    statement_value: Expression | None = None
    handed: Expression | None = None

    def evaluate(self, expression: Expression, scope: Scope) -> Value:
        """The value of an expression; what it does is appended to `out`."""
        return _EXPRESSIONS[type(expression)](self, expression, scope)

    def execute(self, block: SyntaxBlock, scope: Scope) -> None:
        """Run the statements of a block."""
        _hoist(block, scope)
        for statement in block:
            self.statement(statement, scope)

    def statement(self, statement: Statement, scope: Scope) -> None:
        """Run one statement."""
        _STATEMENTS[type(statement)](self, statement, scope)

    def cell(self) -> Cell | None:
        """A new list, map or object; only while a handler is followed."""
        return Cell(self.losses.current) if self.payload_cell is not None else None

    def emit(self, node: Node) -> None:
        """Append a node to the block being built."""
        self.out.append(node)

    def block(self, *, conditional: bool = False) -> "_Block":
        """Build a block of its own."""
        return _Block(self, conditional)

    def step(self, step: Step) -> None:
        """Emit a step; its use is told later by `mark`."""
        self.kept.append(step)
        self.emit(step)

    def mark(self, value: Value, use: StepUse) -> None:
        """Say what becomes of the steps that a value holds."""
        for step in _held(value):
            self.uses.setdefault(id(step), use)
        if self.promised:
            self.fulfil(value)

    def fulfil(self, value: Value) -> None:
        """The promises of helpers in a value are awaited, or handed on."""
        for step in _held(value):
            self.promised.pop(id(step), None)

    def promise(self, value: Value, span: Span) -> None:
        """A call gave the promise of a helper, whose steps are lost with it as long as nothing is done with it."""
        self.promised.update((id(step), span) for step in value.steps)

    def drop(self, value: Value, at: Span, use: StepUse = "floating") -> None:
        """Say where the promise of a value's steps is dropped; this outranks what was said inside of it."""
        for step in value.steps:
            self.uses[id(step)] = use
            self.dropped[id(step)] = at

    def end(self) -> None:
        """The handler ends: promises that nobody has used are lost."""
        for step in self.kept:
            self.uses.setdefault(id(step), "stored")
            if id(step) in self.promised and id(step) not in self.dropped:
                self.uses[id(step)], self.dropped[id(step)] = "stored", self.promised[id(step)]

    def unresolved(self, span: Span, reason: str, *, hides_steps: bool, part: str = "") -> None:
        """Say that something could not be followed."""
        self.emit(Unresolved(span, reason, hides_steps, part))

    def follows(self, closure: Closure) -> bool:
        """Whether we are inside of this very function; a wrapper's inner function is another one at each use."""
        return any(each.function is closure.function and each.scope is closure.scope for each in self.active)

    @property
    def in_handler(self) -> bool:
        """Whether the function being executed is the handler itself."""
        return len(self.returns) == 1 and not self.in_step


def _held(value: Value) -> tuple[Step, ...]:
    """The steps that a value hangs on, with those that were put into it."""
    return value.steps if value.cell is None else (*value.steps, *value.cell.steps)


class _Block:
    """A block that is being built: `with run.block() as body`."""

    __slots__ = ("_conditional", "_outer", "_run")

    def __init__(self, run: Run, conditional: bool) -> None:
        self._run = run
        self._conditional = conditional

    def __enter__(self) -> list[Node]:
        run = self._run
        self._outer, run.out = run.out, []
        run.conditional += self._conditional
        return run.out

    def __exit__(self, *raised: object) -> None:
        self._run.out = self._outer
        self._run.conditional -= self._conditional


def _hoist(block: SyntaxBlock, scope: Scope) -> None:
    """Functions are known in the whole block that declares them."""
    for statement in block:
        if isinstance(statement, Define) and isinstance(statement.value, Function):
            kind = "" if statement.value.decorators else FUNCTION
            scope.declare(statement.name, Value(shape=Closure(statement.value, scope, scope.find("this")), kind=kind))


def source_of(scope: Scope, span: Span) -> str:
    """The text of a place: in this scope's module, or in another that a value came from."""
    module = scope.module
    source = module.source.source if span.path == module.source.path else module.modules.text_of(span.path)
    return source[span.start : span.end].decode("utf-8", "replace")


def awaited_steps(block: list[Node]) -> tuple[Step, ...]:
    """All steps of a block: what a coroutine made of it holds."""
    return tuple(steps_of(tuple(block)))
