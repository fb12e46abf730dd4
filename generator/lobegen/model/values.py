"""What is known of a value without running the code: where it comes from and what it depends on."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

from lobegen.model.source import Span


class Origin(StrEnum):
    """Where (a part of) a value comes from."""

    PAYLOAD = "payload"  #: the request payload: the same at every invocation
    HEADERS = "headers"  #: the request's headers
    STEP = "step"  #: a step's result: remembered
    CLOCK = "clock"  #: the time of day, read outside a step
    RANDOM = "random"  #: a random number or fresh id, made outside a step
    ENVIRONMENT = "environment"  #: an environment variable or configuration
    AWAIT = "await"  #: something other than a step that was awaited in the handler, outside steps
    STATE = "state"  #: a variable kept outside the handler that some function writes
    ORDER = "order"  #: one item, or the order, of a set or of what else has no order (Python)
    PARAMETER = "parameter"  #: a parameter that could not be followed: dynamic, not judged
    UNKNOWN = "unknown"  #: something that could not be followed


#: what differs between two invocations of one run
UNSTABLE = frozenset({Origin.CLOCK, Origin.RANDOM, Origin.STATE, Origin.AWAIT, Origin.ORDER})


class Flow(Struct, frozen=True, gc=False):
    """What a value depends on, through local assignments, calls and helpers.

    Attributes:
        origins: Where its parts come from; empty for a constant.
        variables: Ids of the loop and callback variables it depends on (`Loop.variables` uses the same ids).
        fields: Payload fields it depends on; "*" is the whole payload.
        through: Last names of the functions it was an argument of or came out of (`filterExisting`, `chunk`).
        causes: The places that gave it an unstable origin (`Date.now()` ...), for related locations.
    """

    origins: frozenset[Origin] = frozenset()
    variables: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    causes: tuple[Span, ...] = ()

    def __or__(self, other: "Flow") -> "Flow":
        """What a value depends on that is made of both."""
        if other is EMPTY or other == self:
            return self
        if self is EMPTY:
            return other
        causes = self.causes or other.causes
        return Flow(
            self.origins | other.origins,
            self.variables | other.variables,
            self.fields | other.fields,
            self.through | other.through,
            tuple(dict.fromkeys((*self.causes, *other.causes)))[:4] if causes else (),
        )

    @property
    def unstable(self) -> bool:
        """Whether it may differ between two invocations of one run."""
        return not UNSTABLE.isdisjoint(self.origins)


#: the flow of a constant
EMPTY = Flow()


class Hole(Struct, frozen=True, gc=False):
    """The changing part of a text.

    Attributes:
        source: The expression as written.
        flow: What it depends on.
    """

    span: Span
    source: str
    flow: Flow


class Text(Struct, frozen=True, gc=False):
    """A text known in part: a step name, a flow-control key, a URL.

    Attributes:
        kind: "text" when its parts are known; "missing" when the argument is not there; "other" when it surely is no
            text (a number, a function, an object); "dynamic" when nothing is known of it.
        written: Where the text itself stands, if elsewhere: a constant, or an argument of the helper.
        parts: Literal parts and holes, adjacent literals joined; empty for the kinds "missing", "other", "dynamic".
    """

    span: Span
    kind: Literal["text", "missing", "other", "dynamic"]
    parts: tuple[str | Hole, ...] = ()
    written: Span | None = None

    @property
    def literal(self) -> str | None:
        """The whole text when it has no hole."""
        if self.kind != "text":
            return None
        if not self.parts:
            return ""
        first = self.parts[0]  # adjacent ones are joined
        return first if len(self.parts) == 1 and isinstance(first, str) else None

    @property
    def pattern(self) -> str:
        """The text with `{source}` for holes: two texts with one pattern are written alike."""
        return "".join(part if isinstance(part, str) else "{" + part.source + "}" for part in self.parts)

    @property
    def flow(self) -> Flow:
        """What its holes depend on."""
        flow = EMPTY
        for part in self.parts:
            if isinstance(part, Hole):
                flow = flow | part.flow
        return flow


class Setting(Struct, frozen=True, gc=False):
    """One option as written: `parallelism: 5`, `retries=3`.

    Attributes:
        span: Key and value.
        kind: "text", "number", "boolean", "none" or "object" for literals (also through constants), else "dynamic".
        value: The literal's value; None for objects and dynamic ones.
        text: The value as a `Text` when it is one (keys with holes).
        source: Key and value as written, of numbers and dynamic ones.
        through: As in `Flow.through`, of numbers and dynamic ones.
    """

    span: Span
    kind: Literal["text", "number", "boolean", "none", "object", "dynamic"]
    value: str | int | float | bool | None = None
    text: Text | None = None
    source: str = ""
    through: frozenset[str] = frozenset()


class Settings(Struct, frozen=True, gc=False):
    """The named options of one place (`serve`'s second argument, a trigger's options, a flow control).

    Attributes:
        span: The object or argument list.
        items: By name as written; nested objects are also here under "outer.inner".
        complete: False when a spread, call or foreign value may hold more than is known.
    """

    span: Span
    items: dict[str, Setting] = field(default_factory=dict)
    complete: bool = True

    def __contains__(self, name: str) -> bool:
        """Whether the option is surely given."""
        return name in self.items

    def get(self, *names: str) -> Setting | None:
        """The first of the named options that is given."""
        return next((self.items[name] for name in names if name in self.items), None)


class FlowControl(Struct, frozen=True, gc=False):
    """A flow control as written where an SDK reads it.

    Attributes:
        span: The object.
        key: Its key as a text; kind "missing" when there is none.
        settings: All of its fields as written (`parallelism`, `rate`, `ratePerSecond`, `period`;
            Python's `rate_per_second`).
    """

    span: Span
    key: Text
    settings: Settings
