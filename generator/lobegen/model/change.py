"""Compares the step sequences of two versions of a body: what runs in flight meet at each step they remember."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct, field

from lobegen.model.actions import Step
from lobegen.model.body import Block, Loop
from lobegen.model.sequence import Move, Sequences, States, is_counted, sequences
from lobegen.model.values import Hole, Origin, Text
from lobegen.model.walk import has_step, walk
from lobegen.patterns import compiled

#: `maybe_…`: under a condition that runs in flight may meet; "cut": gone, and nothing comes after it
Kind = Literal[
    "renamed", "retyped", "inserted", "removed", "reordered", "maybe_inserted", "maybe_removed", "maybe_replaced",
    "parallel", "sequential", "regrouped", "cut",
]  # fmt: skip
_UNJUDGED = frozenset({Origin.PARAMETER, Origin.UNKNOWN})
_SUBSCRIPT = compiled(r"""\[["'](\w+)["']\]""")
_MEMBER = compiled(r"[A-Za-z_$][\w$]*(?:\.[\w$]+)+\Z")
#: methods that one step type of the wire protocol stands for
_SAME_TYPE = {"api": "call"}
_FEW = 2000


class Change(Struct, frozen=True):
    """A position at which a history of the old body does not fit the new one.

    Attributes:
        old: What the history has there.
        new: What the new body does there; None where it ends.
    """

    kind: Kind
    old: Move
    new: Move | None


def changes(old: Block, new: Block, is_gate: Callable[[Move], bool]) -> list[Change]:
    """The positions where runs in flight would not fit, each step once.

    Args:
        old: The body that runs in flight have been through.
        new: What they are replayed against.
        is_gate: Whether a new move is made only in runs that begin from now on.
    """
    loops = [node for body in (old, new) for node in walk(body) if isinstance(node, Loop) and has_step(node.body)]
    counted = all(map(is_counted, loops))  # against a loop of any number of rounds, no number is another one
    comparison = _Comparison(sequences(old, counted=counted), sequences(new, counted=counted), is_gate, counted)
    comparison.run()
    return comparison.found


class _Comparison(Struct):
    """Walks both graphs in step. What follows a change is compared as if it had been meant."""

    old: Sequences
    new: Sequences
    is_gate: Callable[[Move], bool]
    counted: bool
    found: list[Change] = field(default_factory=list)
    _said: set[int] = field(default_factory=set)
    _tried: set[tuple[int, int]] = field(default_factory=set)
    _matches: dict[tuple[int, int], bool] = field(default_factory=dict)
    _waiting: list[tuple[States, States]] = field(default_factory=list)

    def run(self) -> None:
        seen: set[tuple[States, States]] = set()
        self._waiting.append((self.old.start, self.new.start))
        while self._waiting and len(seen) < _FEW:
            pair = self._waiting.pop(0)
            if pair not in seen:
                seen.add(pair)
                self._position(*pair)

    def _matching(self, old: Move, new: Move) -> bool:
        key = (id(old), id(new))
        if key not in self._matches:
            self._matches[key] = may_match(old, new)
        return self._matches[key]

    def _position(self, before: States, now: States) -> None:
        if not (before.isdisjoint(self.old.hidden) and now.isdisjoint(self.new.hidden)):
            return  # nothing is known of what comes next
        expected, possible = self.old.next(before), self.new.next(now)
        gone: list[list[Move]] = []
        for group in _alike(expected):
            matching = [move for move in possible if self._matching(group[0], move)]
            if matching:
                self._waiting.append((self.old.after(*group), self.new.after(*matching)))
            else:
                gone.append(group)
        others = [move for move in possible if not any(self._matching(each, move) for each in expected)]
        for place, group in enumerate(gone):
            self._missing(group, others, place, before, now)
        if not gone and others:
            self._choices(expected, possible, others, may_end=self.old.end in before)

    def _missing(self, group: list[Move], others: list[Move], place: int, before: States, now: States) -> None:
        """A step of the history has no place in the new body.

        Args:
            group: The step, wherever it is made.
            others: What the new body may do here and the old one did not.
            place: How many steps without a place come before it here: as many of the others are taken for theirs.
        """
        gone = group[0]
        others = [move for move in others if gone.caught or not move.caught]
        retyped = next((move for move in others if move.kind == gone.kind == "step" and _same_name(gone, move)), None)
        found = retyped or (others[min(place, len(others) - 1)] if others else None)
        if (id(gone), id(found)) in self._tried:
            return
        self._tried.add((id(gone), id(found)))
        if found is None:
            possible = [move for move in self.new.next(now) if gone.caught or not move.caught]
            moved = any(_surely(gone, move) for move in self.new.later(now))
            kind: Kind = "reordered" if moved else "removed" if possible else "cut"
            self._say(Change(kind, gone, next(iter(possible), None)))
            if possible:
                self._waiting.append((self.old.after(*group), now))
        elif gone.kind != "step" or found.kind != "step":
            self._say(Change(_grouping(gone, found), gone, found))
        else:
            self._replaced(group, found, before, now, retyped=retyped is not None)

    def _replaced(self, group: list[Move], found: Move, before: States, now: States, *, retyped: bool) -> None:
        """Another step stands in the place of one."""
        gone = group[0]
        moved_down = any(_surely(gone, move) for move in self.new.later(self.new.after(found)))
        moved_up = any(_surely(move, found) for move in self.old.later(self.old.after(*group)))
        behind = self.old.after(*group)
        if retyped:
            self._say(Change("retyped", gone, found))
            self._waiting.append((behind, self.new.after(found)))
        elif moved_down and moved_up:
            self._say(Change("reordered", gone, found))
        elif moved_down:
            self._say(Change("inserted", gone, found))
            self._waiting.append((before, self.new.after(found)))
        elif moved_up:
            self._say(Change("removed", gone, found))
            self._waiting.append((behind, now))
        else:
            self._say(Change("renamed", gone, found))
            self._waiting.append((behind, self.new.after(found)))

    def _choices(self, expected: list[Move], possible: list[Move], others: list[Move], *, may_end: bool) -> None:
        """What the new body may do where the old one had done something else."""
        certain = [move for move in expected if not move.caught]
        known = [move for move in possible if any(self._matching(each, move) for each in certain)]
        if not certain or (known and all(map(self.is_gate, known))):
            return
        alone = not may_end and len(list(_alike(certain))) == 1
        for extra in others:
            if extra.caught or id(extra.step) in self._said or self.is_gate(extra):
                continue
            kind = self._choice(extra, certain)
            if kind == "maybe_removed" and not self._depends_on_more(certain, known):
                continue
            if kind is not None or (alone and not self._is_old(extra)):
                self._say(Change(kind or "maybe_replaced", certain[0], extra))

    def _choice(self, extra: Move, certain: list[Move]) -> Kind | None:
        behind = self.new.later(self.new.after(extra))
        if not self._is_old(extra) and any(_surely(each, move) for each in certain for move in behind):
            return "maybe_inserted"
        beyond = self.old.later(self.old.after(*certain))
        if any(_surely(move, extra) for move in beyond):
            return "maybe_removed"
        return None

    def _is_old(self, extra: Move) -> bool:
        """Whether the old body has a step somewhere, so that one more way to it may be one that no run takes."""
        return not self.counted and any(_surely(move, extra) for move in self.old.later(self.old.start))

    def _depends_on_more(self, certain: list[Move], known: list[Move]) -> bool:
        """Whether a step that was made anyway hangs on a condition now; that a loop may have no round is none."""
        pairs = ((old, new) for old in certain for new in known if self._matching(old, new))
        return any(len(new.tests) > len(old.tests) for old, new in pairs)

    def _say(self, change: Change) -> None:
        keys = {id(change.old.step), id(change.new.step) if change.new else 0} - {0}
        if self._said.isdisjoint(keys):
            self.found.append(change)
        self._said |= keys


def _alike(moves: list[Move]) -> Iterator[list[Move]]:
    """Moves in groups of one kind and name."""
    groups: dict[tuple[str, ...], list[Move]] = {}
    for move in moves:
        named = (_type(move.step), move.step.name.kind, *_skeleton(move.step.name)) if move.kind == "step" else ()
        groups.setdefault((move.kind, *named), []).append(move)
    yield from groups.values()


def _grouping(gone: Move, found: Move) -> Kind:
    if found.kind == "open":
        return "parallel"
    return "sequential" if gone.kind == "open" else "regrouped"


def may_match(old: Move, new: Move) -> bool:
    """Whether a remembered step may be taken for a new one: the SDKs compare type and name."""
    if old.kind != new.kind or old.kind != "step":
        return old.kind == new.kind
    return _type(old.step) == _type(new.step) and same_text(old.step.name, new.step.name)


def _surely(old: Move, new: Move) -> bool:
    return old.kind == "step" and old.step.name.kind == new.step.name.kind == "text" and may_match(old, new)


def _same_name(old: Move, new: Move) -> bool:
    return old.step.name.kind == new.step.name.kind == "text" and same_text(old.step.name, new.step.name)


def _type(step: Step) -> str:
    return _SAME_TYPE.get(step.method, step.method)


def same_text(old: Text, new: Text) -> bool:
    """Whether two names, written in two versions of the code, may be the same in one run."""
    if old.kind != "text" or new.kind != "text":
        return True  # nothing is known of one of them
    if len(old.parts) == len(new.parts) == 1 and isinstance(old.parts[0], str) and isinstance(new.parts[0], str):
        return old.parts[0] == new.parts[0]
    if _skeleton(old) == _skeleton(new):
        holes = zip(_holes(old), _holes(new), strict=True)
        return all(not _other_property(one.source, other.source) for one, other in holes)
    unknown = any(not _UNJUDGED.isdisjoint(text.flow.origins) for text in (old, new))
    if unknown or old.literal is not None or new.literal is not None:
        return _covers(old, new) or _covers(new, old)
    return False


def _covers(pattern: Text, text: Text) -> bool:
    expression = "".join(re.escape(part) if isinstance(part, str) else ".+" for part in pattern.parts)
    return re.fullmatch(expression, "".join(_skeleton(text)), re.DOTALL) is not None


def _skeleton(text: Text) -> tuple[str, ...]:
    return tuple(part if isinstance(part, str) else "\0" for part in text.parts)


def _holes(text: Text) -> list[Hole]:
    return [part for part in text.parts if isinstance(part, Hole)]


def _other_property(one: str, other: str) -> bool:
    """Whether two expressions read different properties of one object: `user.id` and `user.email`."""
    first, second = (_SUBSCRIPT.sub(r".\1", text).replace("?.", ".").replace("!", "") for text in (one, other))
    if not (_MEMBER.match(first) and _MEMBER.match(second)):
        return False
    return first.split(".")[0] == second.split(".")[0] and first.split(".")[-1] != second.split(".")[-1]
