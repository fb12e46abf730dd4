"""What is asked of values that came as JSON and cannot have it, where nobody looked at their type before."""

from collections.abc import Iterator

from lobegen.model.actions import Missing, Step
from lobegen.model.body import Block, If, Jump, Raise, Return, Try
from lobegen.model.once import once
from lobegen.model.walk import children, has_step, walk
from lobegen.patterns import compiled

_LOOKS = compiled(r"\b(typeof|instanceof)\b|\b(isinstance|hasattr|callable|type|is_?[A-Za-z]\w*)\(|[\"']\s+in\s")
_LITTLE = 3


@once
def asked_in_vain(block: Block) -> tuple[Missing, ...]:
    """The methods and attributes that a body, its steps included, asks of JSON values that lack them.

    What stands in a branch whose condition looks at a type or asks for the very attribute, behind a branch that left,
    or in a `try` around it alone, is left out: it may know better.
    """
    asks = any(isinstance(node, Missing) for node in walk(block, callbacks=True))
    return tuple(_asked(block)) if asks else ()


def _asked(block: Block) -> Iterator[Missing]:
    for node in block:
        if isinstance(node, Missing):
            yield node
        if isinstance(node, If) and _LOOKS.search(node.test.source):
            if any(part and isinstance(part[-1], Return | Raise | Jump) for part in (node.then, node.otherwise)):
                return
            continue
        if isinstance(node, Try) and _tries_out(node):
            continue
        for inner in children(node):
            for asked in _asked(inner):
                if not (isinstance(node, If) and f".{asked.name}" in node.test.source):
                    yield asked
        if isinstance(node, Step) and node.callback:
            yield from _asked(node.callback)


def _tries_out(node: Try) -> bool:
    """Whether a `try` stands around little, and what it catches is taken as an answer."""
    caught = [each for handler in node.handlers for each in walk(handler.body)]
    answered = bool(node.handlers) and not any(isinstance(each, Raise) for each in caught)
    return answered and len(node.body) <= _LITTLE and not has_step(node.body)
