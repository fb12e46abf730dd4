"""Surveys a module: which handlers it serves, and where it starts runs outside of them."""

import re
from bisect import bisect_left
from collections.abc import Callable

from msgspec import Struct, field

from lobegen.model.actions import Trigger
from lobegen.model.project import TriggerSite, WorkflowClass
from lobegen.model.source import Span
from lobegen.model.values import Origin
from lobegen.model.walk import walk
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import class_member
from lobegen.read.elaborate.controllers import controlled, handlers_in
from lobegen.read.elaborate.functions import Given, enter, function_of
from lobegen.read.elaborate.run import Run, Served
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.triggers import is_direct
from lobegen.read.elaborate.values import ClassShape, Closure, External, Instance, ServeDecorator, Value
from lobegen.read.routes import module_name
from lobegen.read.syntax import Assign, Attribute, Call, Class, Define, Expression, Function, Module, Name
from lobegen.read.workflows import with_loops
from lobegen.read.written import bound_names, nodes

#: what a function must hold to be worth following by itself
_TELLING = compiled(
    rb"\b(serve|serveMany|createWorkflow|servePagesRouter|Serve|async_serve)\s*[(<.]"
    rb"|\.(trigger|publish\w*|batch\w*|enqueue\w*)\s*[(<]|/v2/(batch|trigger|publish)"
)
_SERVING = {*surface.SERVE_NAMES, "Serve", "async_serve"}
_STARTING = compiled(r"^trigger([A-Z_].*)?$")


class Survey(Struct):
    """What was found in the modules surveyed so far.

    Attributes:
        served: Handlers that are served, each once.
        sites: Places that start runs, outside endpoints.
        classes: Classes with methods that start runs.
        mounts: The paths under which routers mount handlers, by where these are served.
        controlled: The paths, by segments, that methods of controllers answer.
        wrappers: Last names of modules with functions that serve what they are given.
        open: Those of `served` that wrappers make around functions of which nothing is known yet.
    """

    served: list[Served] = field(default_factory=list)
    sites: list[TriggerSite] = field(default_factory=list)
    classes: list[WorkflowClass] = field(default_factory=list)
    mounts: dict[Span, str] = field(default_factory=dict)
    controlled: set[tuple[str, ...]] = field(default_factory=set)
    wrappers: set[str] = field(default_factory=set)
    open: list[Served] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _places: set[Span] = field(default_factory=set)
    _handlers: dict[int, list[int]] = field(default_factory=dict)
    _followed: dict[int, Trigger | None] = field(default_factory=dict)

    def module(self, scope: ModuleScope) -> None:
        """Survey one module, once."""
        if scope.source.path in self._seen:
            return
        self._seen.add(scope.source.path)
        run = Run(scope.source.language, self.collect, self.mounts)
        run.execute(scope.source.body, scope)
        self.found(run)
        for closure, route in controlled(scope):
            for span in handlers_in(closure, scope):
                self.mounts.setdefault(span, route)
            self.controlled.add(tuple(filter(None, route.split("/"))))
            self._function(scope, closure, run, route)
        tells, source = _telling(scope.source), scope.source.source
        told = [match.start() for match in tells.finditer(source)]
        if told:
            for closure in functions(scope, lambda span: bisect_left(told, span.start) < bisect_left(told, span.end)):
                span = closure.function.span
                if id(closure.function) not in run.entered and tells.search(source[span.start : span.end]):
                    self._function(scope, closure, run)
            self.trigger_classes(scope)
            self._fields(scope, tells)

    def _fields(self, scope: ModuleScope, tells: re.Pattern[bytes]) -> None:
        """Follow what the fields of a module's classes are made of: `static handler = serve(...)`."""
        source = scope.source.source
        for statement in scope.source.body:
            if not isinstance(statement, Define) or not isinstance(statement.value, Class):
                continue
            owner = ClassShape(statement.value, scope)
            for member in statement.value.members:
                made = None if isinstance(member.value, Function) else member.value
                if made is not None and tells.search(source[made.span.start : made.span.end]):
                    run = Run(scope.source.language, self.collect, self.mounts)
                    run.naming.append(member.name)
                    class_member(run, owner, member.name, Value(shape=owner if member.static else Instance(owner)))

    def _function(self, scope: ModuleScope, closure: Closure, outer: Run, route: str | None = None) -> None:
        """Follow a function by itself; what one serves that the module calls, was served there."""
        before = len(self.served)
        called = id(closure.function) in outer.summed
        run = Run(scope.source.language, _ignore if called else self.collect, self.mounts)
        run.routes = [(route, 0)] if route is not None else []
        run.entered, run.summed = outer.entered, outer.summed
        if isinstance(enter(run, closure, Given()).shape, ServeDecorator):
            self.wrappers.add(module_name(scope.source.path))
        self.found(run)
        self._followed[id(closure.function)] = _first(run)
        for served in self.served[before:]:
            handler = function_of(served.handler)
            if handler is None and Origin.PARAMETER in served.handler.flow.origins:
                self.wrappers.add(module_name(scope.source.path))
            elif handler is not None and _calls_parameter(closure.function, handler.function):
                self.wrappers.add(module_name(scope.source.path))
                self.open.append(served)

    def close(self) -> None:
        """Leave out what wrappers serve around functions that they are given, where that is known from a call."""
        used = [function_of(each.handler) for each in self.served if each not in self.open]
        known = {id(each.function) for each in used if each is not None}
        self.served = [
            each
            for each in self.served
            if each not in self.open or (made := function_of(each.handler)) is None or id(made.function) not in known
        ]

    def collect(self, served: Served) -> None:
        """Keep what is served, each handler once: `serveMany` says more of a created workflow than its making."""
        closure = function_of(served.handler)
        places = self._handlers.setdefault(id(closure.function), []) if closure is not None else []
        for position in places:
            known = self.served[position]
            if known.served_by == "createWorkflow":
                self.served[position] = served
                return
            if served.served_by == "createWorkflow" or _same(known, served):
                return
            again = _python(served) or (known.span, known.key) == (served.span, served.key)
            if known.served_by == served.served_by and None in (known.route, served.route) and again:
                # a method that mounts, followed without its object, and again with one
                self.served[position] = known if served.route is None else served
                return
        places.append(len(self.served))
        self.served.append(served)

    def found(self, run: Run, counts: Callable[[Trigger], bool] = is_direct) -> None:
        """Keep the places that started runs, each once."""
        found = [
            TriggerSite(node, None, looped)
            for node, looped in with_loops(tuple(run.out))
            if isinstance(node, Trigger) and counts(node) and node.span not in self._places
        ]
        self._places.update(site.trigger.span for site in found)
        self.sites += found

    def _started(self, scope: ModuleScope, function: Function, owner: Value) -> Trigger | None:
        """The first run that a method starts."""
        if id(function) not in self._followed:
            run = Run(scope.source.language)
            enter(run, Closure(function, scope, owner), Given())
            self._followed[id(function)] = _first(run)
        return self._followed[id(function)]

    def trigger_classes(self, scope: ModuleScope) -> None:
        """Find the classes of a module whose methods start runs."""
        for statement in scope.source.body:
            if isinstance(statement, Define) and isinstance(statement.value, Class):
                if statement.value.span in self._places:
                    continue
                owner = Value(shape=ClassShape(statement.value, scope))
                triggers = {
                    member.name: found
                    for member in statement.value.members
                    if isinstance(member.value, Function) and _STARTING.match(member.name)
                    if (found := self._started(scope, member.value, owner)) is not None
                }
                if triggers:
                    self._places.add(statement.value.span)
                    self.classes.append(WorkflowClass(statement.name, statement.value.span, triggers))


def _ignore(_served: Served) -> None:
    """What is served is known already."""


def _same(one: Served, other: Served) -> bool:
    return one.span == other.span and one.key == other.key and one.route == other.route


def _python(served: Served) -> bool:
    return served.scope.module.source.language == "python"


def _telling(source: Module) -> re.Pattern[bytes]:
    """What a function must hold to be worth following, under the names by which the module imports it."""
    aliases = [
        each.local
        for each in source.imports.values()
        if each.local != each.name and each.name in _SERVING and surface.is_sdk(External(each.specifier, each.name))
    ]
    if not aliases:
        return _TELLING
    return re.compile(_TELLING.pattern + rb"|\b(" + "|".join(map(re.escape, aliases)).encode() + rb")\s*[(<.]")


def _calls_parameter(wrapper: Function, handler: Function) -> bool:
    """Whether a handler that a function makes calls what the function is given, or a part of it (`options.run`)."""
    names = {name for each in wrapper.parameters for name in bound_names(each.target)}
    names |= {
        name
        for node in nodes(wrapper.body)
        if isinstance(node, Assign) and isinstance(node.value, Name) and node.value.id in names
        for name in bound_names(node.target)
    }
    called = (_root(node.callee) for node in nodes(handler.body) if isinstance(node, Call))
    return any(isinstance(callee, Name) and callee.id in names for callee in called)


def _root(callee: Expression) -> Expression:
    """What an attribute is an attribute of."""
    while isinstance(callee, Attribute):
        callee = callee.object
    return callee


def _first(run: Run) -> Trigger | None:
    """The first run that was started."""
    return next((node for node in walk(tuple(run.out), callbacks=True) if isinstance(node, Trigger)), None)


def functions(scope: ModuleScope, worth: Callable[[Span], bool]) -> list[Closure]:
    """The functions of a module that could be run by themselves, where they are worth it; methods know their class."""
    found: list[Closure] = []
    functions: list[Function] = []
    methods: set[int] = set()
    for node in nodes(scope.source.body, worth):
        if type(node) is Class:
            owner = Value(shape=ClassShape(node, scope))
            for member in node.members:
                if isinstance(member.value, Function):
                    methods.add(id(member.value))
                    found.append(Closure(member.value, scope, owner))
        elif type(node) is Function:
            functions.append(node)
    found += [Closure(node, scope) for node in functions if id(node) not in methods]
    return found
