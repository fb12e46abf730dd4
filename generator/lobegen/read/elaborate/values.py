"""Abstract values: what the elaborator knows of an expression's value while it follows a handler."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from lobegen.model.actions import Step
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Text
from lobegen.read.elaborate.plain_shapes import CaughtError as CaughtError
from lobegen.read.elaborate.plain_shapes import ContextPart as ContextPart
from lobegen.read.elaborate.plain_shapes import ContextShape as ContextShape
from lobegen.read.elaborate.plain_shapes import PayloadPart as PayloadPart
from lobegen.read.elaborate.plain_shapes import PayloadShape as PayloadShape
from lobegen.read.elaborate.plain_shapes import Schema as Schema
from lobegen.read.syntax import Class, Function, TypeRef

if TYPE_CHECKING:
    from lobegen.read.elaborate.scope import ModuleScope, Scope


class Cell(Struct, eq=False):
    """A list, map or object that can be changed in place, equal only to itself.

    Attributes:
        step: Number of the step in whose function it was made, 0 for one made outside of steps.
        payload: Whether it is the request payload, or a part of it.
        renewed: Attributes that were given another value since it came as JSON; "*" for any.
        steps: Steps whose promises were put into it.
        place: "module" for one made at the top level of a module; "state" once the handler has put more into it.
    """

    step: int = 0
    payload: bool = False
    renewed: set[str] = field(default_factory=set)
    steps: tuple[Step, ...] = ()
    place: Literal["", "module", "state"] = ""


class Raw(Struct, frozen=True, eq=False):
    """Where a value came as JSON from, unchanged: a step's result, or the request payload, or a part of one.

    Attributes:
        step: None for the payload.
        path: The attributes that lead to it.
        was: What the step's function gave there.
        json: Whether it still is JSON: no parser made something else of it, and nothing was put in its place.
    """

    step: Step | None
    path: tuple[str, ...] = ()
    was: "Value | None" = None
    json: bool = True


class Constant(Struct, frozen=True):
    """A literal that is no text."""

    value: int | float | bool | None


class Words(Struct, frozen=True):
    """A text known at least in part."""

    text: Text


class ObjectShape(Struct, frozen=True, eq=False):
    """An object, dict or keyword arguments whose entries are known.

    Attributes:
        base: What a spread brought whose entries are not known one by one.
    """

    span: Span
    entries: dict[str, tuple[Span, "Value"]] = field(default_factory=dict)
    complete: bool = True
    base: "Value | None" = None


class ListShape(Struct, frozen=True, eq=False):
    """A list, tuple or set literal with its items, or a mapped list (`exact` false) with one that stands for all.

    Attributes:
        length: How many items a mapped list has, where that is known.
    """

    items: tuple["Value", ...]
    exact: bool = True
    length: int | None = None


class Closure(Struct, frozen=True, eq=False):
    """A function of the project with the scope it was made in.

    Attributes:
        owner: What `this` or `self` is in it.
        bound: Arguments given ahead (`partial`, `bind`), before those of the call.
        bound_keywords: The same by keyword.
        home: The class that it is written in, whose base `super` is.
    """

    function: Function
    scope: "Scope"
    owner: "Value | None" = None
    bound: tuple["Value", ...] = ()
    bound_keywords: dict[str, "Value"] = field(default_factory=dict)
    home: "ClassShape | None" = None


class Choice(Struct, frozen=True, eq=False):
    """One of several functions of the project: what `handlers[kind]` is."""

    options: tuple[Closure, ...]


class ClassShape(Struct, frozen=True, eq=False):
    """A class of the project."""

    definition: Class
    module: "ModuleScope"


class External(Struct, frozen=True):
    """Something that is not of this project: an import (specifier and dotted path) or a global (specifier "")."""

    specifier: str
    path: str

    def __truediv__(self, name: str) -> "External":
        """An attribute of it."""
        return External(self.specifier, f"{self.path}.{name}" if self.path not in ("", "*") else name)


class Instance(Struct, frozen=True, eq=False):
    """An object made from a class, of the project or not.

    Attributes:
        span: Where it was made.
        fields: What is known of its attributes; of a class without constructor, its arguments by name.
        given: The constructor's arguments by name or, as "arg0", by place; a first object's entries are here too.
    """

    of: "ClassShape | External"
    span: Span | None = None
    fields: "dict[str, Value]" = field(default_factory=dict)
    given: ObjectShape | None = None


class Super(Struct, frozen=True, eq=False):
    """`super` in a method of a class, for the object `this`."""

    of: ClassShape
    this: "Value"


class ModuleShape(Struct, frozen=True):
    """A module of the project taken as a namespace."""

    scope: "ModuleScope"


class Imported(Struct, frozen=True):
    """Something imported from another module of the project that nobody has needed to read yet.

    Attributes:
        scope: The importing module.
        path: Attributes taken off it so far.
    """

    scope: "ModuleScope"
    specifier: str
    name: str
    path: tuple[str, ...] = ()


class TableEntry(Struct, frozen=True, eq=False):
    """What something holds under a name that is not known: `handlers[name]`.

    Attributes:
        held: What holds it.
        flow: What the name depends on.
        path: Attributes taken off it so far.
    """

    held: "Value"
    flow: Flow
    path: tuple[str, ...] = ()


class Outcome(Struct, frozen=True, eq=False):
    """What a call, an invocation or a wait gave: an object that says whether it went well; or one of several."""

    step: Step
    others: tuple[Step, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps that it may be the result of."""
        return (self.step, *self.others)


class ServeDecorator(Struct, frozen=True):
    """`serve.post("/path", ...)`: waits for its function."""

    served_by: str
    framework: str
    route: str | None
    options: ObjectShape
    span: Span


class ServedHandler(Struct, frozen=True):
    """What serving a handler gives, for some router to mount.

    Attributes:
        span: Where it is served; `Served.span` is the same.
    """

    span: Span


class ServedWorkflow(Struct, frozen=True, eq=False):
    """What `createWorkflow` returns: a handler that can be invoked or put into `serveMany`."""

    handler: Closure | None
    options: "Value"
    types: tuple[TypeRef, ...]
    span: Span


Shape = (
    Constant
    | Words
    | ObjectShape
    | ListShape
    | Closure
    | Choice
    | ClassShape
    | External
    | Instance
    | Super
    | ModuleShape
    | Imported
    | ContextShape
    | ContextPart
    | PayloadShape
    | PayloadPart
    | Outcome
    | TableEntry
    | Schema
    | CaughtError
    | ServeDecorator
    | ServedHandler
    | ServedWorkflow
)


class Value(Struct, frozen=True, eq=False):
    """What is known of one value.

    Attributes:
        flow: What it depends on.
        shape: What it is, if known.
        steps: Steps whose promise or coroutine it is or holds.
        foreign: Whether it came out of a call that could not be followed, and may be a promise.
        unordered: What it is, where its items have no order: "a set", "`os.listdir`".
        pending: Whether it surely is a promise or coroutine without steps that nobody has awaited.
        cell: Which list, map or object it is, or is an unnamed part of.
        raw: Where it came as JSON from.
        kind: What it is, where JSON has no such thing: "a Date", "a set".
    """

    flow: Flow = EMPTY
    shape: Shape | None = None
    steps: tuple[Step, ...] = ()
    foreign: bool = False
    pending: bool = False
    unordered: str = ""
    cell: Cell | None = None
    raw: Raw | None = None
    kind: str = ""

    def depends(self, flow: Flow) -> "Value":
        """The same value, known to depend on something more."""
        return self if flow is EMPTY else replace(self, flow=self.flow | flow)


NOTHING = Value(shape=Constant(None))
