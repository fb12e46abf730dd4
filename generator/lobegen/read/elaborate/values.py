"""Abstract values: what the elaborator knows of an expression's value while it follows a handler."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lobegen.model.actions import Step
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Text
from lobegen.read.syntax import Class, Function, TypeRef

if TYPE_CHECKING:
    from lobegen.read.elaborate.scope import ModuleScope, Scope


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal that is no text."""

    value: int | float | bool | None


@dataclass(frozen=True, slots=True)
class Words:
    """A text known at least in part."""

    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class ObjectShape:
    """An object, dict or keyword arguments whose entries are known."""

    span: Span
    entries: dict[str, tuple[Span, "Value"]] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ListShape:
    """A list, tuple or set literal with its items, or a mapped list (`exact` false) with one that stands for all."""

    items: tuple["Value", ...]
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the project with the scope it was made in.

    Attributes:
        owner: What `this` or `self` is in it.
        bound: Arguments given ahead (`partial`, `bind`), before those of the call.
        bound_keywords: The same by keyword.
    """

    function: Function
    scope: "Scope"
    owner: "Value | None" = None
    bound: tuple["Value", ...] = ()
    bound_keywords: dict[str, "Value"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ClassShape:
    """A class of the project."""

    definition: Class
    module: "ModuleScope"


@dataclass(frozen=True, slots=True)
class External:
    """Something that is not of this project: an import (specifier and dotted path) or a global (specifier "")."""

    specifier: str
    path: str

    def __truediv__(self, name: str) -> "External":
        """An attribute of it."""
        return External(self.specifier, f"{self.path}.{name}" if self.path not in ("", "*") else name)


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
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


@dataclass(frozen=True, slots=True)
class ModuleShape:
    """A module of the project taken as a namespace."""

    scope: "ModuleScope"


@dataclass(frozen=True, slots=True)
class Imported:
    """Something imported from another module of the project that nobody has needed to read yet.

    Attributes:
        scope: The importing module.
        path: Attributes taken off it so far.
    """

    scope: "ModuleScope"
    specifier: str
    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextShape:
    """The workflow's context."""


@dataclass(frozen=True, slots=True)
class ContextPart:
    """Part of the context: a method taken off it ("run"), or one of its objects ("api", "api.openai")."""

    path: str


@dataclass(frozen=True, slots=True)
class PayloadShape:
    """The whole request payload."""


@dataclass(frozen=True, slots=True)
class CaughtError:
    """The error that a handler caught; equal only to itself."""

    handler: int


@dataclass(frozen=True, slots=True)
class ServeDecorator:
    """`serve.post("/path", ...)`: waits for its function."""

    served_by: str
    framework: str
    route: str | None
    options: ObjectShape
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ServedWorkflow:
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
    | ClassShape
    | External
    | Instance
    | ModuleShape
    | Imported
    | ContextShape
    | ContextPart
    | PayloadShape
    | CaughtError
    | ServeDecorator
    | ServedWorkflow
)


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What is known of one value.

    Attributes:
        flow: What it depends on.
        shape: What it is, if known.
        steps: Steps whose promise or coroutine it is or holds.
        foreign: Whether it came out of a call that could not be followed, and may be a promise.
    """

    flow: Flow = EMPTY
    shape: Shape | None = None
    steps: tuple[Step, ...] = ()
    foreign: bool = False

    def depends(self, flow: Flow) -> "Value":
        """The same value, known to depend on something more."""
        return self if flow is EMPTY else replace(self, flow=self.flow | flow)


NOTHING = Value(shape=Constant(None))


def join(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of several; None among them gives way."""
    result: Value | None = None
    for value in values:
        result = value if result is None else _join(result, value)
    return result or NOTHING


def _join(first: Value, second: Value) -> Value:
    if first is second:
        return first
    shape = first.shape if first.shape == second.shape else None
    if first.shape is None or second.shape is None:
        shape = next((s for s in (first.shape, second.shape) if isinstance(s, ContextShape | PayloadShape)), None)
    for one, other in ((first.shape, second.shape), (second.shape, first.shape)):
        if isinstance(one, Constant) and one.value is None:
            shape = other
        if isinstance(one, ObjectShape) and not one.entries and isinstance(other, PayloadShape):
            shape = other
    steps = tuple(dict.fromkeys((*first.steps, *second.steps))) if second.steps else first.steps
    return Value(first.flow | second.flow, shape, steps)
