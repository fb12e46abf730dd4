"""Where a value that was read outside of steps is used: in steps, their names, the result of the run."""

from collections.abc import Iterator

from msgspec import Struct, field

from lobegen.model.actions import Assign, Trigger
from lobegen.model.body import Block, Call, Expansion, If, Loop, Node, Reading, Return, Step
from lobegen.model.source import Span
from lobegen.model.values import Flow
from lobegen.model.walk import children, walk

#: methods whose arguments the SDK does not compare at a replay, and that hand nothing on
_INDIFFERENT = {"sleep", "sleep_until", "call"}


class Uses(Struct):
    """What becomes of one reading.

    Attributes:
        reading: The read.
        steps: The steps that use it, by their function or arguments.
        repeated: Whether one of them runs several times for one reading.
        named: The steps whose name it is in.
        returned: Where the run's result holds it.
    """

    reading: Reading
    steps: list[Step] = field(default_factory=list)
    repeated: bool = False
    named: list[Step] = field(default_factory=list)
    returned: Return | None = None


def uses(block: Block) -> list[Uses]:
    """Every read of clock or randomness outside of steps, with its uses, in source order."""
    placed = list(_placed(block, (), own=True))
    found: dict[Span, tuple[Uses, tuple[Loop, ...]]] = {
        node.span: (Uses(node), loops) for node, loops, _ in placed if isinstance(node, Reading)
    }
    for node, loops, own in placed:
        if isinstance(node, Step):
            for cause in _causes(_used(node)):
                if cause in found:
                    use, around = found[cause]
                    use.steps.append(node)
                    use.repeated = use.repeated or any(loop not in around for loop in loops)
            for cause in node.name.flow.causes:
                if cause in found:
                    found[cause][0].named.append(node)
        elif isinstance(node, Return) and own:
            for cause in node.flow.causes:
                if cause in found:
                    found[cause][0].returned = node
    return [use for use, _ in found.values()]


def _placed(block: Block, loops: tuple[Loop, ...], *, own: bool) -> Iterator[tuple[Node, tuple[Loop, ...], bool]]:
    """Every node with the loops around it, and whether it stands in the handler itself and not in a helper."""
    for node in block:
        yield node, loops, own
        around = (*loops, node) if isinstance(node, Loop) else loops
        for inner in children(node):
            yield from _placed(inner, around, own=own and not isinstance(node, Expansion))


def _used(step: Step) -> Iterator[Flow]:
    """What a step's arguments and the work in its function depend on."""
    if step.method not in _INDIFFERENT:
        yield step.result
    for node in walk(step.callback or (), callbacks=True):
        match node:
            case Call():
                yield node.arguments
                yield node.receiver
            case Trigger():
                yield node.payload
                yield from node.payload_fields.values()
            case Return() | Assign():
                yield node.flow
            case If():
                yield node.test.flow
            case Loop():
                yield node.iterable


def _causes(flows: Iterator[Flow]) -> set[Span]:
    return {cause for flow in flows for cause in flow.causes}
