"""The body of an endpoint: a small statement tree in evaluation order, helpers expanded where they are called.

Expressions are flattened: `f(await context.run(...))` is a `Step` and then a `Call`; `a ? await context.run(...) : b`
is an `If`. What a step's callback does is in `Step.callback`, apart from the body.
"""

from typing import Literal

from msgspec import Struct

from lobegen.model.actions import (
    Assign,
    Call,
    ContextCall,
    Demand,
    Floating,
    Log,
    Missing,
    Reading,
    Step,
    StepUse,
    Trigger,
    Unresolved,
)
from lobegen.model.source import CallSite, Span
from lobegen.model.values import Flow, Setting, Settings

__all__ = [
    "Assign",
    "Await",
    "Block",
    "Call",
    "ContextCall",
    "Demand",
    "Expansion",
    "Floating",
    "Handler",
    "If",
    "Jump",
    "Log",
    "Loop",
    "Missing",
    "Node",
    "Odd",
    "Parallel",
    "Raise",
    "Reading",
    "Return",
    "Step",
    "StepUse",
    "Test",
    "Trigger",
    "Try",
    "Unresolved",
]


class Odd(Struct, frozen=True, gc=False):
    """A part of a value that JSON cannot hold.

    Attributes:
        span: Where it is put into the value, or the whole value.
        path: Which part: "" for all of it, ".createdAt", "[].id".
        kind: What it is: "a Date", "a set".
    """

    span: Span
    path: str
    kind: str


class Return(Struct, frozen=True, gc=False):
    """Leaves the function it stands in: the handler, or the nearest `Expansion`.

    Attributes:
        flow: What the value depends on.
        fields: Flow of each field where the value is an object literal; empty otherwise.
        tail: Whether the value is what the `Expansion` just before returned (`return helper(context)`).
        implicit: The end of the handler, not written.
        odd: For a step's function, what of the value JSON cannot hold.
        value: What is returned outside of steps; None for a bare return, and where it was not asked.
        result: Its fields where the value is an object; a list has none.
    """

    span: Span
    flow: Flow
    fields: dict[str, Flow]
    tail: bool = False
    implicit: bool = False
    chain: tuple[CallSite, ...] = ()
    odd: tuple[Odd, ...] = ()
    value: Setting | None = None
    result: Settings | None = None


class Raise(Struct, frozen=True, gc=False):
    """A `raise` or `throw`.

    Attributes:
        error: The name of the class raised; empty when unknown.
        rethrows: Whether it passes on, unchanged, the error that the handler around it caught.
        non_retryable: Whether it is (a subclass of) the SDK's non-retryable error.
        aborts: Whether it is an abort of the SDK that the code made itself, and not one that cancels the run.
    """

    span: Span
    error: str
    rethrows: bool
    non_retryable: bool
    chain: tuple[CallSite, ...] = ()
    aborts: bool = False


class Test(Struct, frozen=True, gc=False):
    """A condition.

    Attributes:
        kind: "and", "or", "not" over `parts`; "is_abort" (the caught error is an instance of `WorkflowAbort`);
            "other_abort" (likewise, but that class is of another copy of the SDK than what is thrown); "abort_name"
            (its name is compared with "WorkflowAbort"); "constant"; else "other".
        flow: What it depends on.
        value: The value of a constant.
        source: The condition as written.
    """

    span: Span
    kind: Literal["and", "or", "not", "is_abort", "other_abort", "abort_name", "constant", "other"]
    flow: Flow
    parts: tuple["Test", ...] = ()
    value: bool | None = None
    source: str = ""


class If(Struct, frozen=True, gc=False):
    """A branch; `switch`, `match`, `?:`, `and`/`or`/`??` with a step inside are branches too.

    Attributes:
        lists_cases: Whether it is a case of a `switch` without a default whose cases all make steps: what the type
            of its subject allows may be listed to the end.
    """

    span: Span
    test: Test
    then: "Block"
    otherwise: "Block"
    lists_cases: bool = False


class Loop(Struct, frozen=True, gc=False):
    """A repetition.

    Attributes:
        kind: "collection" (for … of, for … in, comprehension, map, forEach and batch helpers), "counter", "while".
        variables: Ids of its own variables; they occur in `Flow.variables` of what depends on them.
        iterable: What the collection or condition depends on (outer variables included).
        at_most: The number of rounds where it is a literal.
        empty_possible: False when it surely runs once (`do … while`, a non-empty literal).
        over: Where the collection is written.
        unordered: What the collection is, where its order changes: "a set", "`os.listdir`"; else empty.
        endless: Whether only a `break` or a `return` ends it.
    """

    span: Span
    kind: Literal["collection", "counter", "while"]
    variables: frozenset[str]
    iterable: Flow
    body: "Block"
    otherwise: "Block" = ()
    at_most: int | None = None
    empty_possible: bool = True
    over: Span | None = None
    unordered: str = ""
    endless: bool = False


class Parallel(Struct, frozen=True, gc=False):
    """Steps (or other work) awaited together.

    Attributes:
        kind: "all", "race", "any", "settled" of JavaScript; "gather", "gather_settled" (`return_exceptions=True`),
            "task_group", "task" (`create_task`, `ensure_future`), "wait", "wait_first" (`FIRST_COMPLETED`),
            "as_completed" of Python.
        branches: What runs side by side; a mapped list is one branch with a `Loop`.
        stored: Steps that were started before, and are awaited here.
    """

    span: Span
    kind: str
    branches: tuple["Block", ...]
    chain: tuple[CallSite, ...] = ()
    stored: tuple[Step, ...] = ()


class Await(Struct, frozen=True, gc=False):
    """A wait for something other than a step made on the spot.

    Attributes:
        stored: Steps that were started before and are awaited here; empty when what is awaited holds no step.
    """

    span: Span
    stored: tuple[Step, ...] = ()


class Handler(Struct, frozen=True, gc=False):
    """One handler of a `Try`.

    Attributes:
        span: The `except`/`catch` clause, or the `.catch(...)`, second `.then` argument, `suppress(...)`.
        catches_abort: Whether the SDK's abort reaches it: by its type and by the handlers before it.
        body: What it does; a `suppress` does nothing.
    """

    span: Span
    catches_abort: bool
    body: "Block"


class Try(Struct, frozen=True, gc=False):
    """A guarded block.

    Attributes:
        form: "try", "promise" (`.catch`, second argument of `.then`), "call" of a library's function that
            keeps errors, "suppress".
        finalizer: The `finally` block, or that of `.finally(...)`.
        bare: Whether its body is nothing but calls, bound to names or not: one of them threw what it catches.
    """

    span: Span
    form: Literal["try", "promise", "call", "suppress"]
    body: "Block"
    handlers: tuple[Handler, ...]
    otherwise: "Block" = ()
    finalizer: "Block" = ()
    bare: bool = False


class Jump(Struct, frozen=True, gc=False):
    """`break` or `continue`."""

    span: Span
    kind: Literal["break", "continue"]


class Expansion(Struct, frozen=True, gc=False):
    """A helper's body where it is called, or a callback run at once by a function that could not be followed.

    Attributes:
        span: The call.
        name: What is called.
        body: Its body; `Return` inside leaves the expansion only.
    """

    span: Span
    name: str
    body: "Block"


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
    | Await
    | Try
    | Jump
    | Assign
    | Expansion
    | Demand
    | Floating
    | Missing
    | Reading
    | Unresolved
)
Block = tuple[Node, ...]
