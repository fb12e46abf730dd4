"""Finds what starts runs through functions of the project that are told the path, or all of the URL."""

import re
from collections.abc import Callable, Iterator

from lobegen.model.actions import Trigger
from lobegen.model.source import Span
from lobegen.model.values import Hole, Origin
from lobegen.model.walk import walk
from lobegen.read.elaborate.functions import Given, enter, function_of
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.survey import Survey, functions
from lobegen.read.routes import module_name
from lobegen.read.syntax import Assign, Binding, Call, Entry, Evaluate, Function, Member
from lobegen.read.written import nodes

#: helpers are asked for that call helpers, so many deep
_ROUNDS = 3


def survey_helped(
    survey: Survey, loaded: Callable[[], list[ModuleScope]], load: Callable[[set[str], set[str]], None]
) -> None:
    """Find the calls of helpers that are told where to: they start runs outside of endpoints.

    Args:
        loaded: The modules that were read so far.
        load: Reads and surveys the files that import modules and use functions of some names.
    """
    handlers = [each.function.span for served in survey.served if (each := function_of(served.handler))]
    places = [site.trigger.span for site in survey.sites if _is_open(site.trigger)]
    known: set[str] = set()
    for _ in range(_ROUNDS):
        around = {module_name(scope.source.path): _named(scope, places) for scope in loaded()}
        names = set().union(*around.values()) - known
        if not names:
            return
        known |= names
        calls = re.compile(rb"\b(" + b"|".join(re.escape(name).encode() for name in sorted(names)) + rb")\s*[(<]")
        load({module for module, held in around.items() if not names.isdisjoint(held)}, names)
        places = []
        for scope in loaded():
            told = [_point(scope, match.start()) for match in calls.finditer(scope.source.source)]
            if told:
                places += _called(survey, scope, told, names, handlers)


def _called(
    survey: Survey, scope: ModuleScope, told: list[Span], names: set[str], handlers: list[Span]
) -> Iterator[Span]:
    """Follow what calls helpers; where the path is not known there either."""
    holds = _holding(told)
    inside = [each for each in functions(scope, holds) if holds(each.function.span)]
    for closure in inside:
        span = closure.function.span
        if closure.function.name in names or any(each.contains(span) for each in handlers):
            continue
        run = Run(scope.source.language, survey.collect, survey.mounts)
        enter(run, closure, Given())
        survey.found(run, lambda each: _helped(each, names) and not _is_open(each))
        yield from (each.span for each in _started(run) if _helped(each, names) and _is_open(each))
    free = [each for each in told if not any(closure.function.span.contains(each) for closure in inside)]
    for statement in scope.source.body if free else ():
        if isinstance(statement, Evaluate) and _holding(free)(statement.span):
            run = Run(scope.source.language)
            run.statement(statement, scope)
            survey.found(run, lambda each: _helped(each, names) and not _is_open(each))


def _named(scope: ModuleScope, places: list[Span]) -> set[str]:
    """The names of the functions of a module around some places, also of those in variables, classes and objects."""
    inside = [place for place in places if place.path == scope.source.path]
    holds = _holding(inside)
    found: set[str] = set()
    for node in nodes(scope.source.body, holds) if inside else ():
        match node:
            case Function() if holds(node.span):
                found.add(node.name)
            case Assign(target=Binding(name=name), value=Function() | Call() as value) if _holds_within(value, holds):
                found.add(name)
            case Entry(key=str() as name, value=Function() as value) if holds(value.span):
                found.add(name)
            case Member(name=name, value=Function() as value) if holds(value.span):
                found.add(name)
    return found - {""}


def _holds_within(value: Function | Call, holds: Callable[[Span], bool]) -> bool:
    """Whether a function holds a place, or one that is given to a call: `cached(async (path) => ...)`."""
    given = [value] if isinstance(value, Function) else [argument.value for argument in value.arguments]
    return any(isinstance(each, Function) and holds(each.span) for each in given)


def _started(run: Run) -> Iterator[Trigger]:
    return (node for node in walk(tuple(run.out), callbacks=True) if isinstance(node, Trigger))


def _point(scope: ModuleScope, start: int) -> Span:
    return Span(scope.source.path, 1, 1, 1, 1, start, start)


def _holding(places: list[Span]) -> Callable[[Span], bool]:
    """Whether a span holds one of some places."""
    return lambda span: any(span.contains(place) for place in places)


def _is_open(trigger: Trigger) -> bool:
    """Whether the end of a trigger's path, or all of it, is what some function is given."""
    if trigger.url.kind == "dynamic":
        return True
    last = trigger.url.parts[-1] if trigger.url.parts else ""
    return isinstance(last, Hole) and Origin.PARAMETER in last.flow.origins


def _helped(trigger: Trigger, names: set[str]) -> bool:
    """Whether a trigger is made by one of some helpers."""
    return any(site.name.rsplit(".", 1)[-1] in names for site in trigger.chain)
