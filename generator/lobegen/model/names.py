"""Which step names are the same: on one path, or for every round of a loop."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lobegen.model.actions import Assign, Step
from lobegen.model.body import Block, If, Loop, Node
from lobegen.model.paths import follow
from lobegen.model.source import Span
from lobegen.model.values import Hole, Origin
from lobegen.model.walk import children, walk
from lobegen.patterns import compiled

_UNJUDGED = frozenset({Origin.PARAMETER, Origin.UNKNOWN})
_IDENTIFIER = compiled(r"[A-Za-z_$][\w$]*")


class Place(Struct, frozen=True):
    """A step with the loops and branches around it, outermost first."""

    step: Step
    loops: tuple[Loop, ...]
    branches: tuple[tuple[If, bool], ...]


def places(block: Block) -> Iterator[Place]:
    """Every step of a body with what is around it."""
    yield from _places(block, (), ())


def _places(block: Block, loops: tuple[Loop, ...], branches: tuple[tuple[If, bool], ...]) -> Iterator[Place]:
    for node in block:
        if isinstance(node, Step):
            yield Place(node, loops, branches)
        elif isinstance(node, If):
            yield from _places(node.then, loops, (*branches, (node, True)))
            yield from _places(node.otherwise, loops, (*branches, (node, False)))
        else:
            around = (*loops, node) if isinstance(node, Loop) else loops
            for inner in children(node):
                yield from _places(inner, around, branches)


def repeated_names(block: Block) -> list[tuple[Step, Step]]:
    """Pairs of steps that one path runs under one name, each later step once, with the first before it."""
    conditions = {id(place.step): place.branches for place in places(block)}
    if len(conditions) < 2:
        return []
    alike: dict[str, dict[int, Step]] = {}
    pairs: dict[int, tuple[Step, Step]] = {}
    written_names = Counter(written(block))

    def visit(node: Node, earlier: frozenset[int]) -> frozenset[int]:
        if not isinstance(node, Step) or not node.name.parts:  # nothing is the same as no name
            return earlier
        seen = alike.setdefault(node.name.pattern, {})
        seen[id(node)] = node
        for first in (each for key, each in seen.items() if key in earlier and id(node) not in pairs):
            if _same_name(first, node, written_names) and not _apart(conditions[id(first)], conditions[id(node)]):
                pairs[id(node)] = (first, node)
        return earlier | {id(node)}

    follow(block, frozenset(), visit)
    return list(pairs.values())


def _same_name(first: Step, second: Step, written_names: Mapping[str, int]) -> bool:
    """Whether two steps surely have one name: the same literal, or the same text of unchanged variables."""
    if first.name.literal is not None:
        return bool(first.name.literal) and first.name.literal == second.name.literal
    if first.name.kind != "text" or first.name.pattern != second.name.pattern or first.chain != second.chain:
        return False
    holes = [(one, other) for one, other in zip(first.name.parts, second.name.parts, strict=False)]
    return all(
        one == other if isinstance(one, str) else isinstance(other, Hole) and _same_value(one, other, written_names)
        for one, other in holes
    )


def _same_value(one: Hole, other: Hole, written_names: Mapping[str, int]) -> bool:
    if one.flow != other.flow or one.flow.unstable or not _UNJUDGED.isdisjoint(one.flow.origins):
        return False
    return "(" not in one.source and sum(written_names.get(name, 0) for name in _identifiers(one)) <= 1


def _apart(first: tuple[tuple[If, bool], ...], second: tuple[tuple[If, bool], ...]) -> bool:
    """Whether conditions about the same values may keep two steps from running both (`if (a) …; if (!a) …`)."""
    own = [test for test, _ in first if all(test is not shared for shared, _ in second)]
    others = [test for test, _ in second if all(test is not shared for shared, _ in first)]
    return any(one.test.flow == other.test.flow for one in own for other in others)


def loops_with_one_name(place: Place) -> list[Loop]:
    """The loops around a step whose rounds all give it the same name, innermost first.

    In nested loops the inner variable suffices when the inner list depends on the outer one. A name that holds
    something written inside the loop, that could not be followed, or that changes anyway, is not judged.
    """
    flow = place.step.name.flow
    if place.step.name.kind != "text" or flow.unstable or not _UNJUDGED.isdisjoint(flow.origins):
        return []
    known = flow.variables
    inner: frozenset[str] = frozenset()
    found: list[Loop] = []
    for loop in reversed(place.loops):
        told = not known.isdisjoint(loop.variables) or _changes_inside(place.step, loop, inner)
        inner = inner | loop.variables
        if told:
            known = known | loop.iterable.variables
        elif loop.at_most not in (0, 1) and _repeats(place.step, loop):
            found.append(loop)
    return found


def _changes_inside(step: Step, loop: Loop, inner: frozenset[str]) -> bool:
    """Whether the name holds something that the loop's body changes, other than a variable of a loop in it."""
    inside = set(written(loop.body))
    return any(
        "(" in part.source or (part.flow.variables.isdisjoint(inner) and not inside.isdisjoint(_identifiers(part)))
        for part in step.name.parts
        if isinstance(part, Hole)
    )


def _repeats(step: Step, loop: Loop) -> bool:
    """Whether another round can follow one that ran the step (`await step(); break` runs it once)."""

    def visit(node: Node, facts: frozenset[bool]) -> frozenset[bool]:
        return facts | {True} if node is step else facts

    ends = follow(loop.body, frozenset(), visit)
    return bool(ends.goes_on) or bool(ends.repeats)


def place_of_name(step: Step) -> Span:
    """Where a step's name is written: at the step, or where a helper that makes the step is given it."""
    return _place(step, (part.span for part in step.name.parts if isinstance(part, Hole)))


def place_of_prefix(step: Step) -> Span:
    """Where the begin of a step's name is written: likewise."""
    return _place(step, (part.span for part in step.name.parts[:1] if isinstance(part, Hole)))


def _place(step: Step, holes: Iterable[Span]) -> Span:
    name = step.name
    places = (name.written or name.span, *holes)
    given = (span for span in places if any(site.span.contains(span) for site in step.chain))
    return next(given, name.span)


def written(block: Block) -> Iterator[str]:
    """The variables that a body writes, by their first name."""
    for node in walk(block):
        if isinstance(node, Assign):
            yield node.name.split(".")[0].split("[")[0]


def _identifiers(hole: Hole) -> set[str]:
    return set(_IDENTIFIER.findall(hole.source))
