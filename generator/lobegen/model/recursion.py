"""How an endpoint triggers itself: in which loops, under which conditions, and whether one of these can end it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.actions import ContextCall, Trigger
from lobegen.model.body import Block, Expansion, If, Jump, Loop, Node, Raise, Return, Step, Test, Try
from lobegen.model.once import once
from lobegen.model.project import Endpoint, Project
from lobegen.model.refusals import refuses
from lobegen.model.values import EMPTY, Origin
from lobegen.model.walk import children, walk
from lobegen.patterns import compiled

#: what is the same in a run that was started with the same payload
_SAME = frozenset({Origin.PAYLOAD, Origin.HEADERS, Origin.ENVIRONMENT})
_PLAIN = compiled(r"[\w.?]+")
#: names of payload fields that say where a page begins
CURSOR = compiled(
    r"cursor|offset|continuation|^after|After([A-Z]|$)|_after|^page$|page_?(number|no|index|token)$|last_?(seen_?)?id$",
    re.IGNORECASE,
)
_SIZE = compiled(r"(?:len\(\s*[\w.?\[\]\"']+\s*\)|[\w.?\[\]\"']+?(?:\??\.length))")
_NOT_EMPTY = compiled(rf"(?:{_SIZE.pattern})(?:\s*(?:>|!==?)\s*0|\s*>=\s*1)?")
_EMPTY = compiled(rf"(?:{_SIZE.pattern})\s*(?:===?\s*0|<\s*1)")


class Condition(Struct, frozen=True):
    """A test on the way to a place, and whether the way is taken when it is true."""

    test: Test
    taken: bool


class Reached(Struct, frozen=True):
    """A trigger with what is around it.

    Attributes:
        loops: The loops that it stands in, outermost first.
        conditions: The branches that it stands in, and those before it that leave.
    """

    trigger: Trigger
    loops: tuple[Loop, ...]
    conditions: tuple[Condition, ...]


def own_triggers(endpoint: Endpoint, project: Project) -> list[Reached]:
    """The triggers by which an endpoint starts itself."""
    if not any(site.caller is endpoint for site in project.triggers_of(endpoint)):
        return []
    return [each for each in reached(endpoint.body) if project.target_of(each.trigger) is endpoint]


@once
def reached(block: Block) -> tuple[Reached, ...]:
    """Every trigger of a body and of its steps."""
    return tuple(_reached(block, (), ()))


def _reached(block: Block, loops: tuple[Loop, ...], conditions: tuple[Condition, ...]) -> Iterator[Reached]:
    for node in block:
        match node:
            case Trigger():
                yield Reached(node, loops, conditions)
            case If():
                yield from _reached(node.then, loops, (*conditions, Condition(node.test, True)))
                yield from _reached(node.otherwise, loops, (*conditions, Condition(node.test, False)))
            case Step():
                yield from _reached(node.callback or (), loops, conditions)
            case _:
                around = (*loops, node) if isinstance(node, Loop) else loops
                for inner in children(node):
                    yield from _reached(inner, around, conditions)
        conditions = (*conditions, *_exits(node))


def _exits(node: Node) -> list[Condition]:
    """The conditions under which what follows a node is not reached."""
    if isinstance(node, If):
        sides = ((node.then, True), (node.otherwise, False))
        return [Condition(node.test, not side) for block, side in sides if any(map(_leaves, walk(block)))]
    if isinstance(node, Try) and any(
        isinstance(each, Return) for handler in node.handlers for each in walk(handler.body)
    ):
        return [Condition(Test(node.span, "other", EMPTY), True)]  # an error may be the end
    if isinstance(node, Expansion):  # a `return` leaves the helper only
        inner = [each for each in walk(node.body) if isinstance(each, If)]
        return [Condition(each.test, False) for each in inner if any(isinstance(n, Raise) for n in walk((each,)))]
    return [found for block in children(node) for each in block for found in _exits(each)]


def _leaves(node: Node) -> bool:
    return isinstance(node, Return | Raise | Jump) or (isinstance(node, ContextCall) and node.end)


def can_end(each: Reached) -> bool:
    """Whether a condition on the way may be another one in the run that the trigger starts.

    One that only looks at what that run gets as it came, or that asks whether there is any item at all where the next
    run gets some, is not.
    """
    known = each.trigger.sent.listed or each.trigger.sent.hands_on
    return any(not known or _may_change(condition, each) for condition in each.conditions)


def _stays_empty(part: Test, trigger: Trigger) -> bool:
    """Whether a part of a condition asks for a field alone that the next run does not get."""
    fields = part.flow.fields
    gone = bool(fields) and all(trigger.sends(name) == "nothing" for name in fields)
    return gone and part.flow.origins <= _SAME and bool(_PLAIN.fullmatch(part.source))


def _asks_any(test: Test, each: Reached, *, taken: bool, given: bool) -> bool:
    """Whether a condition asks whether there is any item at all."""
    if test.kind == ("and" if taken else "or"):
        return all(_asks_any(part, each, taken=taken, given=given) for part in test.parts)
    sized = bool((_NOT_EMPTY if taken else _EMPTY).fullmatch(test.source))
    return (sized and bool(each.loops)) or (given and (sized or (taken and bool(_PLAIN.fullmatch(test.source)))))


def _may_change(condition: Condition, each: Reached) -> bool:
    flow, trigger = condition.test.flow, each.trigger
    test, taken = condition.test, condition.taken
    while test.kind == "not":
        test, taken = test.parts[0], not taken
    if test.kind == "and" and not taken and any(_stays_empty(part, trigger) for part in test.parts):
        return False
    given = bool(flow.origins) and flow.origins <= _SAME
    changed = any(trigger.sends(name) == "new" for name in flow.fields)
    asks_any = _asks_any(test, each, taken=taken, given=given)
    if changed and asks_any:
        return False  # the way is taken where there is any item, and the next run gets some
    if changed or not given or "*" in flow.fields:
        return True
    # a field that is not sent is missing in the next run: that changes all but the question whether it is missing
    if all(trigger.sends(name) == "nothing" for name in flow.fields) and (answer := refuses(condition.test)) != "open":
        return (answer == "yes") is not condition.taken
    missing = any(trigger.sends(name) != "same" for name in flow.fields)
    return missing and (taken or not _PLAIN.fullmatch(test.source))
