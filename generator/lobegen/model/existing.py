"""Whether an endpoint leaves out what is already done before it triggers more."""

import re
from collections.abc import Iterator

from lobegen.model.actions import Call, Step, Trigger
from lobegen.model.body import Block, If, Loop
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import children, steps, walk
from lobegen.patterns import compiled

#: words of a function's name that say that it leaves out what is done (`filterExisting`, `list_pending`, `notInArray`)
_WORDS = frozenset(
    {"filter", "filtered", "filtering", "exclude", "excluded", "excluding", "except", "existing", "exists", "not"}
    | {"pending", "unprocessed", "undone", "unfinished", "outstanding", "remaining", "missing", "without", "null"}
    | {"unhandled", "unsent", "unread", "unseen", "unpaid", "unpublished", "unsynced", "unindexed", "undelivered"}
    | {"unnotified", "unresolved", "unconfirmed", "unassigned", "overdue", "stale", "outdated", "incomplete", "todo"}
    | {"need", "needs", "needing", "skip", "skipping", "already", "difference"}
)
_UNDONE = compiled(r"un[a-z]+ed$")
_WORD = compiled(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: SQL that leaves rows out
EXCLUDING = compiled(r"\bnot\s+(exists|in)\b|\bis\s+null\b|\bexcept\b", re.IGNORECASE)
_CURSOR = compiled(r"cursor|page|offset|after|token|root|run_?id|force|dry_?run|flag", re.IGNORECASE)


def filters_existing(endpoint: Endpoint) -> bool:
    """Whether some value of the endpoint goes through a filter, by a function's name or a query that excludes rows.

    A project function that gets an earlier step's result inside a step, and whose own result the step returns, counts
    as a filter whatever it is called.
    """
    read = _read_payload(endpoint.body)
    for node in walk(endpoint.body, callbacks=True):
        match node:
            case Call() if _excludes(node.name) or any(EXCLUDING.search(text) for text in node.literals):
                return True
            case Step() if _named(node.result) or _hands_on(node, read):
                return True
            case Trigger() if _named(node.payload) or any(map(_named, node.payload_fields.values())):
                return True
            case Loop() if _named(node.iterable) or _chooses(node):
                return True
    return False


def _chooses(loop: Loop) -> bool:
    """Whether a condition in a loop looks at the item (`if (done.has(id)) continue`)."""
    return any(
        isinstance(node, If) and not node.test.flow.variables.isdisjoint(loop.variables)
        for node in walk(loop.body, callbacks=True)
    )


def unfiltered_trigger(endpoint: Endpoint, layer: Layer, project: Project) -> Trigger | None:
    """The first trigger of a layer whose items no filter went over, None when there is none.

    An entry point starts the next layer for all that there is, whatever it sends. In a pagination only items that come
    out of a step are judged: those of its own payload were filtered when they were put there, and a cursor is no item.
    """
    if filters_existing(endpoint):
        return None
    for trigger, looped in _triggers(endpoint.body, looped=False):
        target = project.target_of(trigger)
        onward = target is not None and target is not endpoint
        if layer is Layer.ENTRY and (onward or looped or _items(trigger)):
            return trigger
        if layer is Layer.PAGINATION and (_items(trigger) or (looped and not trigger.payload_fields)):
            return trigger
    return None


def _triggers(block: Block, *, looped: bool) -> Iterator[tuple[Trigger, bool]]:
    """The triggers of a body and of its steps, with whether they stand in a loop over what a step found."""
    for node in block:
        if isinstance(node, Trigger):
            yield node, looped
        if isinstance(node, Step):
            yield from _triggers(node.callback or (), looped=looped)
        inside = isinstance(node, Loop) and node.kind == "collection" and Origin.STEP in node.iterable.origins
        for inner in children(node):
            yield from _triggers(inner, looped=looped or inside)


def _items(trigger: Trigger) -> bool:
    """Whether it sends something that a step found, other than a cursor."""
    return any(
        Origin.STEP in flow.origins and not _CURSOR.search(name) for name, flow in trigger.payload_fields.items()
    )


def _read_payload(block: Block) -> frozenset[str]:
    """The functions that a first step uses to read the payload; empty when it does not."""
    first = next(steps(block), None)
    return first.result.through if first and Origin.PAYLOAD in first.result.origins else frozenset()


def _hands_on(step: Step, read: frozenset[str]) -> bool:
    """Whether the step returns what a project function made of an earlier step's result, other than the payload."""
    inside = tuple(walk(step.callback or ()))
    started = {node.method for node in inside if isinstance(node, Trigger)}
    return any(
        isinstance(node, Call)
        and node.name not in started
        and _of_project(node.target)
        and Origin.STEP in node.arguments.origins
        and not (read and node.arguments.through <= read)
        and node.name in step.result.through
        for node in inside
    )


def _of_project(target: str | None) -> bool:
    """Whether a call's target is a file of the project, not a package."""
    return target is not None and re.search(r"\.(py|[cm]?[jt]sx?):", target) is not None


def _named(flow: Flow) -> bool:
    return any(_excludes(name) for name in flow.through)


def _excludes(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return name == "is_" or not _WORDS.isdisjoint(words) or any(map(_UNDONE.match, words))
