"""Knows what has no order in Python, what passes that on, and what comes of it."""

from lobegen.model.source import Language, Span
from lobegen.model.values import EMPTY, Flow, Origin
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.values import Constant, External, Value

_SOURCES = {
    ("", "set"): "a set", ("", "frozenset"): "a set", ("os", "listdir"): "`os.listdir`",
    ("os", "scandir"): "`os.scandir`",
    ("glob", "glob"): "`glob`", ("glob", "iglob"): "`glob`", ("pathlib", "Path().iterdir"): "`iterdir`",
    ("pathlib", "Path().glob"): "`glob`", ("pathlib", "Path().rglob"): "`rglob`",
    ("asyncio", "as_completed"): "`asyncio.as_completed`",
}  # fmt: skip
_KEEP = {"list", "tuple", "enumerate", "reversed", "iter", "zip", "map", "filter"}
_OF_SETS = {"union", "difference", "intersection", "symmetric_difference", "copy"}
_PICK = {"pop", "join", "next", "str", "repr"}


def disorder(language: Language, external: External | None, receiver: Value | None, given: Given, method: str) -> str:
    """What the result of a call is, where its items have no order; empty otherwise."""
    if language != "python":
        return ""
    if external is not None and (source := _SOURCES.get((external.specifier, external.path))):
        return source
    first = next((value.unordered for value in given.positional if value.unordered), "")
    if receiver is not None and receiver.unordered:
        return receiver.unordered if method in _OF_SETS else ""
    if external is None or not first:
        return ""
    keeps = (external.specifier == "" and external.path in _KEEP) or external.specifier.endswith("itertools")
    return first if keeps else ""


def picked(receiver: Value | None, given: Given, method: str, span: Span) -> Flow:
    """What a call that takes one item, or all in their order, adds to what its result depends on."""
    if method not in _PICK:
        return EMPTY
    values = [*given.positional, *([receiver] if receiver is not None and method == "pop" else [])]
    return changing(span) if any(value.unordered for value in values) else EMPTY


def changing(span: Span) -> Flow:
    """The flow of what depends on an order that changes."""
    return Flow(frozenset({Origin.ORDER}), causes=(span,))


def literal_set(items: list[Value]) -> str:
    """What a set literal is: numbers have the same order everywhere, texts do not."""
    numbers = all(isinstance(item.shape, Constant) for item in items)
    return "" if numbers else "a set"
