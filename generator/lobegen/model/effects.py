"""Where a body does something outside of the program: calls with an effect, and triggers."""

from collections.abc import Iterable, Iterator

from lobegen.model.body import Block, Call, If, Node, Raise, Return, Trigger, Try
from lobegen.model.source import Span
from lobegen.model.truth import known
from lobegen.model.walk import children

_WORDS = {
    "database": ("reads a database", "writes to a database"),
    "network": ("requests something", "sends a request"),
    "message": ("looks at messages", "sends a message"),
    "model": ("asks a model", "asks a model"),
    "file": ("reads a file", "writes a file"),
    "queue": ("looks at a queue", "queues a job"),
    "metric": ("reads a metric", "counts a metric"),
    "other": ("has an effect", "has an effect"),
}


def usual(block: Block) -> Iterator[Node]:
    """The nodes of a body outside of steps that can be reached, what runs only after an error left out.

    What stands at the end of a `try` is left out too.
    """
    for node in block:
        yield node
        taken = known(node.test) if isinstance(node, If) else None
        if isinstance(node, If) and taken is not None:
            only = node.then if taken else node.otherwise
            yield from usual(only)
            if only and isinstance(only[-1], Return | Raise):
                return
            continue
        for part in (node.body, node.otherwise) if isinstance(node, Try) else children(node):
            yield from usual(part)


def effects(nodes: Iterator[Node]) -> list[Call | Trigger]:
    """Calls with an effect and triggers, the outermost of each expression (`db.insert(x).values(y)` is one).

    Metrics are left out: that they count every invocation may be what they are for.
    """
    return outermost(node for node in nodes if isinstance(node, Trigger) or (isinstance(node, Call) and _counts(node)))


def _counts(node: Call) -> bool:
    return node.effect is not None and node.effect.kind != "metric"


def outermost(nodes: Iterable[Call | Trigger]) -> list[Call | Trigger]:
    """Those of the calls that stand in none of the others, by their places."""
    found: dict[Span, Call | Trigger] = {}
    for node in sorted(nodes, key=lambda each: (each.span.start, -each.span.end)):
        if not any(overlaps(node.span, span) and span != node.span for span in found):
            found.setdefault(node.span, node)
    return list(found.values())


def only_reads(node: Call | Trigger) -> bool:
    """Whether it changes nothing."""
    return isinstance(node, Call) and node.effect is not None and node.effect.reads


def described(node: Call | Trigger) -> str:
    """What it does, for messages: "`saveUser` writes to a database (`db.insert`)"."""
    if isinstance(node, Trigger):
        return f"`{node.method}` starts a run"
    effect = node.effect
    if effect is None:
        return f"`{node.callee}` is called"
    inner = f" (`{effect.callee}`)" if effect.callee else ""
    return f"`{node.callee}` {_WORDS[effect.kind][not effect.reads]}{inner}"


def inner_place(node: Call | Trigger) -> Span | None:
    """Where a function that is called does it."""
    return node.effect.span if isinstance(node, Call) and node.effect is not None else None


def overlaps(one: Span, other: Span) -> bool:
    """Whether one of two places holds the other."""
    return one.contains(other) or other.contains(one)
