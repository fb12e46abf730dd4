"""The body of an endpoint: a small statement tree in evaluation order, helpers expanded where they are called.

Expressions are flattened: `f(await context.run(...))` is a `Step` and then a `Call`; `a ? await context.run(...) : b`
is an `If`. What a step's callback does is in `Step.callback`, apart from the body.
"""

from dataclasses import dataclass
from typing import Literal

from lobegen.model.source import CallSite, Span
from lobegen.model.values import EMPTY, Flow, FlowControl, Settings, Text

StepUse = Literal["awaited", "returned", "collected", "stored", "floating", "void"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step: a method of the workflow's context that the SDK remembers.

    Attributes:
        span: The call.
        method: As one spelling for both languages: run, call, sleep, sleep_until, invoke, wait_for_event, notify,
            create_webhook, wait_for_webhook, api.
        name: Its name.
        use: What becomes of the promise or coroutine: awaited; returned; collected (awaited through a combinator or a
            stored variable); stored (never awaited); floating (dropped); void (dropped on purpose).
        callback: What the step's function does; None when it could not be followed. Empty for methods without one.
        passes_function: False when `run`'s second argument surely is not a function (`work()` called at once).
        settings: The options of call, invoke, sleep ... as written.
        chain: The calls by which it was reached from the handler, outermost first.
        arguments: What the step's arguments (name, options, captured names excepted) depend on.
        result: What its result depends on inside: through which functions it went.
    """

    span: Span
    method: str
    name: Text
    use: StepUse
    callback: "Block | None" = ()
    passes_function: bool = True
    settings: Settings | None = None
    chain: tuple[CallSite, ...] = ()
    arguments: Flow = EMPTY
    result: Flow = EMPTY


@dataclass(frozen=True, slots=True)
class ContextCall:
    """Another method of the context: `cancel` ends the run, any other is unknown to every SDK.

    Attributes:
        method: As written.
        end: True for `cancel`.
    """

    span: Span
    method: str
    end: bool
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """A call that starts a run: `client.trigger`, a publish to a workflow's URL, or a static trigger of a class.

    Attributes:
        span: The call as seen from the handler.
        method: The name of the static trigger or helper; "trigger" for a bare client call.
        url: The target as far as it is known.
        payload: What the sent payload depends on.
        payload_fields: Flow of each field of the payload where it is an object; empty when unknown.
        flow_control: None when there surely is none.
        settings: All options given to the SDK's trigger (several for a batch: those of its first element).
        batch: Whether several runs are started by one call.
        chain: The calls by which it was reached.
    """

    span: Span
    method: str
    url: Text
    payload: Flow
    payload_fields: dict[str, Flow]
    flow_control: FlowControl | None
    settings: Settings
    batch: bool = False
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Any other call.

    Attributes:
        callee: Dotted, as written: "db.query.users.findMany", "schema.parse".
        target: Where the callee comes from, "module:name" (specifier of the import or path of the file), if known.
        awaited: Whether its promise or coroutine is awaited.
        arguments: What its arguments depend on.
        receiver: What the object before the last dot depends on.
        literals: Literal texts among its positional arguments (`process.env` reads, log prefixes).
        raises: Whether it is known to throw for a bad value: a validating parser (`schema.parse`, `model_validate`,
            a pydantic model called with the payload) or a project function that throws on some path.
    """

    span: Span
    callee: str
    target: str | None
    awaited: bool
    arguments: Flow
    receiver: Flow = EMPTY
    literals: tuple[str, ...] = ()
    raises: bool = False
    chain: tuple[CallSite, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the callee."""
        return self.callee.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Log:
    """A log line: console, debug(), logging, print.

    Attributes:
        text: Its first argument.
        arguments: How many further arguments it has.
    """

    span: Span
    level: str
    text: Text
    arguments: int
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """Leaves the function it stands in: the handler, or the nearest `Expansion`.

    Attributes:
        flow: What the value depends on.
        fields: Flow of each field where the value is an object literal; empty otherwise.
        tail: Whether the value is what the `Expansion` just before returned (`return helper(context)`).
        implicit: The end of the handler, not written.
    """

    span: Span
    flow: Flow
    fields: dict[str, Flow]
    tail: bool = False
    implicit: bool = False
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Raise:
    """A `raise` or `throw`.

    Attributes:
        error: The name of the class raised; empty when unknown.
        rethrows: Whether it passes on, unchanged, the error that the handler around it caught.
        non_retryable: Whether it is (a subclass of) the SDK's non-retryable error.
    """

    span: Span
    error: str
    rethrows: bool
    non_retryable: bool
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """A condition.

    Attributes:
        kind: "and", "or", "not" over `parts`; "is_abort" (the caught error is an instance of `WorkflowAbort`);
            "abort_name" (its name is compared with "WorkflowAbort"); "constant"; else "other".
        flow: What it depends on.
        value: The value of a constant.
    """

    span: Span
    kind: Literal["and", "or", "not", "is_abort", "abort_name", "constant", "other"]
    flow: Flow
    parts: tuple["Test", ...] = ()
    value: bool | None = None


@dataclass(frozen=True, slots=True)
class If:
    """A branch; `switch`, `match`, `?:`, `and`/`or`/`??` with a step inside are branches too."""

    span: Span
    test: Test
    then: "Block"
    otherwise: "Block"


@dataclass(frozen=True, slots=True)
class Loop:
    """A repetition.

    Attributes:
        kind: "collection" (for … of, for … in, comprehension, map, forEach and batch helpers), "counter", "while".
        variables: Ids of its own variables; they occur in `Flow.variables` of what depends on them.
        iterable: What the collection or condition depends on (outer variables included).
        at_most: The number of rounds where it is a literal.
        empty_possible: False when it surely runs once (`do … while`, a non-empty literal).
    """

    span: Span
    kind: Literal["collection", "counter", "while"]
    variables: frozenset[str]
    iterable: Flow
    body: "Block"
    otherwise: "Block" = ()
    at_most: int | None = None
    empty_possible: bool = True


@dataclass(frozen=True, slots=True)
class Parallel:
    """Steps (or other work) awaited together.

    Attributes:
        kind: "all", "race", "any", "settled" of JavaScript; "gather", "gather_settled" (`return_exceptions=True`),
            "task_group", "task" (`create_task`, `ensure_future`), "wait", "as_completed" of Python.
        branches: What runs side by side; a mapped list is one branch with a `Loop`.
    """

    span: Span
    kind: str
    branches: tuple["Block", ...]
    chain: tuple[CallSite, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """One handler of a `Try`.

    Attributes:
        span: The `except`/`catch` clause, or the `.catch(...)`, second `.then` argument, `suppress(...)`.
        catches_abort: Whether the SDK's abort reaches it: by its type and by the handlers before it.
        body: What it does; a `suppress` does nothing.
    """

    span: Span
    catches_abort: bool
    body: "Block"


@dataclass(frozen=True, slots=True)
class Try:
    """A guarded block.

    Attributes:
        form: "try", "promise" (`.catch`, second argument of `.then`), "suppress".
        finalizer: The `finally` block, or that of `.finally(...)`.
    """

    span: Span
    form: Literal["try", "promise", "suppress"]
    body: "Block"
    handlers: tuple[Handler, ...]
    otherwise: "Block" = ()
    finalizer: "Block" = ()


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    span: Span
    kind: Literal["break", "continue"]


@dataclass(frozen=True, slots=True)
class Assign:
    """A write.

    Attributes:
        name: The variable, or the dotted place (`state.count`).
        scope: "local" to the function that writes it; "outer" (declared outside it, inside the handler); "module";
            "payload" for a write into the request payload.
    """

    span: Span
    name: str
    flow: Flow
    scope: Literal["local", "outer", "module", "payload"]


@dataclass(frozen=True, slots=True)
class Expansion:
    """A helper's body where it is called, or a callback run at once by a function that could not be followed.

    Attributes:
        span: The call.
        name: What is called.
        body: Its body; `Return` inside leaves the expansion only.
    """

    span: Span
    name: str
    body: "Block"


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that concerns the workflow and could not be followed.

    Attributes:
        reason: For the user: "the helper `x` gets the context and could not be found".
        hides_steps: Whether steps may be inside, so that "no step" cannot be said.
    """

    span: Span
    reason: str
    hides_steps: bool


Node = (
    Step
    | ContextCall
    | Trigger
    | Call
    | Log
    | Return
    | Raise
    | If
    | Loop
    | Parallel
    | Try
    | Jump
    | Assign
    | Expansion
    | Unresolved
)
Block = tuple[Node, ...]
