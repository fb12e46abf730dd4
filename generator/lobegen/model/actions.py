"""What an endpoint does: steps, calls, logs, writes; what it starts is in `triggers`."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from lobegen.model.source import CallSite, Span
from lobegen.model.triggers import Sent as Sent
from lobegen.model.triggers import Trigger as Trigger
from lobegen.model.values import EMPTY, Flow, Origin, Setting, Settings, Text

if TYPE_CHECKING:
    from lobegen.model.body import Block

StepUse = Literal["awaited", "returned", "collected", "stored", "floating", "void"]


class Loss(Struct, frozen=True, gc=False):
    """A write in a step's function to something made outside of it, which is read where the write is gone.

    Attributes:
        name: What is written, as written: "count", "stats.total", "results.push()".
        read: Where it is read.
        payload: Whether it is (a part of) the request payload.
    """

    span: Span
    name: str
    read: Span
    payload: bool = False
    chain: tuple[CallSite, ...] = ()


class Step(Struct, frozen=True, eq=False, gc=False):
    """A step: a method of the workflow's context that the SDK remembers. Equal only to itself.

    Attributes:
        span: The call.
        method: As one spelling for both languages: run, call, sleep, sleep_until, invoke, wait_for_event, notify,
            create_webhook, wait_for_webhook, api.
        name: Its name.
        use: What becomes of the promise or coroutine: awaited; returned; collected (awaited through a combinator or a
            stored variable); stored (never awaited); floating (dropped); void (dropped on purpose).
        dropped: Where its promise is dropped, if it is: a helper may make the step, and its caller drop it.
        callback: What the step's function does; None when it could not be followed. Empty for methods without one.
        passes_function: False when `run`'s second argument surely is not a function (`work()` called at once).
        settings: The options of call, invoke ... as written.
        amount: What sleep and sleep_until are given: the second argument; of other methods its kind is "object" mostly.
        chain: The calls by which it was reached from the handler, outermost first.
        arguments: What the step's arguments (name, options, captured names excepted) depend on.
        function: Where the second argument of `run` is written.
        result: What its result depends on inside: through which functions it went.
        reads: For call, invoke, wait_for_event: what is read off the result; None when that is not known.
        losses: What its function writes in vain.
        ignored: Whether its result surely goes nowhere: it is awaited by a statement.
        written: The method as written, where that says more: "api.openai.call".
    """

    span: Span
    method: str
    name: Text
    use: StepUse
    callback: "Block | None" = ()
    passes_function: bool = True
    settings: Settings | None = None
    amount: Setting | None = None
    chain: tuple[CallSite, ...] = ()
    arguments: Flow = EMPTY
    result: Flow = EMPTY
    function: Span | None = None
    reads: frozenset[str] | None = None
    losses: tuple[Loss, ...] = ()
    ignored: bool = False
    dropped: Span | None = None
    written: str = ""


class ContextCall(Struct, frozen=True, gc=False):
    """Another method of the context: `cancel` ends the run, any other is unknown to every SDK.

    Attributes:
        method: As written.
        end: True for `cancel`.
        floating: Whether nothing waits for it: what ends the run is an error that goes nowhere.
    """

    span: Span
    method: str
    end: bool
    chain: tuple[CallSite, ...] = ()
    floating: bool = False


EffectKind = Literal["database", "network", "message", "model", "file", "queue", "metric", "other"]


class Effect(Struct, frozen=True, gc=False):
    """What a call does outside of the program.

    Attributes:
        kind: To what; "other" for names from configuration.
        reads: Whether it only reads.
        callee: What does it, where that is a call inside the project function that is called; else empty.
        span: Its place in that function.
    """

    kind: EffectKind
    reads: bool
    callee: str = ""
    span: Span | None = None


class Reading(Struct, frozen=True, gc=False):
    """A read of the clock or of randomness outside a step.

    Attributes:
        span: The read, or the call of a project function that gives what it read; among `Flow.causes` of what uses it.
        callee: What is called, dotted.
        inside: Where that function reads it.
    """

    span: Span
    callee: str
    origin: Origin
    chain: tuple[CallSite, ...] = ()
    inside: Span | None = None


class Floating(Struct, frozen=True, gc=False):
    """A promise or coroutine of a function known to be async that is dropped inside a step."""

    span: Span
    callee: str
    chain: tuple[CallSite, ...] = ()


class Call(Struct, frozen=True, gc=False):
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
        rejects: Whether it surely throws where the payload has none of its fields.
        effect: What it does outside of the program, by the catalogue of clients or the configuration.
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
    effect: Effect | None = None
    rejects: bool = False

    @property
    def name(self) -> str:
        """The last part of the callee."""
        return self.callee.rsplit(".", 1)[-1]


class Log(Struct, frozen=True, gc=False):
    """A log line: console, debug(), logging, print.

    Attributes:
        text: Its first argument, or its second where a logger is given an object first (`logger.info({ id }, "…")`).
        arguments: How many further arguments it has.
        named: Whether the logger adds a name of its own, or bound fields (`debug("app:orders")`, `logger.child({…})`).
    """

    span: Span
    level: str
    text: Text
    arguments: int
    chain: tuple[CallSite, ...] = ()
    named: bool = False


class Assign(Struct, frozen=True, gc=False):
    """A write.

    Attributes:
        name: The variable, or the dotted place (`state.count`).
        scope: "local" to the function that writes it; "outer" of it, inside the handler; "module"; "payload".
    """

    span: Span
    name: str
    flow: Flow
    scope: Literal["local", "outer", "module", "payload"]


class Missing(Struct, frozen=True, gc=False):
    """A method or attribute asked of a value that came as JSON, and that no JSON value has.

    Attributes:
        span: The attribute with its object.
        name: The method or attribute.
        owner: What it is asked of, as written.
        step: The step whose result it is a part of; None for the request payload.
        was: What the step's function surely gave there ("a Date"), empty when not known.
        called: Whether it is called.
    """

    span: Span
    name: str
    owner: str
    step: Step | None
    was: str = ""
    called: bool = True
    chain: tuple[CallSite, ...] = ()


class Demand(Struct, frozen=True, gc=False):
    """A field of the payload that is read so that its absence is an error: Python's `payload["x"]` outside steps."""

    span: Span
    field: str
    chain: tuple[CallSite, ...] = ()


class Unresolved(Struct, frozen=True, gc=False):
    """Something that concerns the workflow and could not be followed.

    Attributes:
        reason: For the user: "the helper `x` gets the context and could not be found".
        hides_steps: Whether steps may be inside, so that "no step" cannot be said.
        part: The part of the context that it is about, such as "agents.agent"; empty for anything else.
    """

    span: Span
    reason: str
    hides_steps: bool
    part: str = ""
