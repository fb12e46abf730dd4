"""What is asked of values that came as JSON and cannot have it, where nobody looked at their type before."""

import re
from collections.abc import Iterator

from lobegen.model.actions import Missing, Step
from lobegen.model.body import Block, If, Jump, Raise, Return
from lobegen.model.walk import children

_LOOKS = re.compile(r"\b(typeof|instanceof|isinstance|hasattr|callable|type|is_?[A-Z]\w*|is_\w+)\b|[\"']\s+in\s")


def asked_in_vain(block: Block) -> Iterator[Missing]:
    """The methods and attributes that a body, its steps included, asks of JSON values that lack them.

    What stands in a branch whose condition looks at a type, or behind one that left, is left out: it may know better.
    """
    for node in block:
        if isinstance(node, Missing):
            yield node
        if isinstance(node, If) and _LOOKS.search(node.test.source):
            if any(part and isinstance(part[-1], Return | Raise | Jump) for part in (node.then, node.otherwise)):
                return
            continue
        for inner in children(node):
            yield from asked_in_vain(inner)
        if isinstance(node, Step) and node.callback:
            yield from asked_in_vain(node.callback)
