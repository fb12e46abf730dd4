"""Where the SDK's abort, an ordinary exception that must leave the handler, is caught and not let go."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from lobegen.model.actions import Call, Step
from lobegen.model.body import (
    Await,
    Block,
    Expansion,
    Handler,
    If,
    Jump,
    Loop,
    Node,
    Parallel,
    Raise,
    Return,
    Test,
    Try,
)
from lobegen.model.kept_abort import comes_next, leaving_jump
from lobegen.model.source import Span
from lobegen.model.truth import Truth, leaves, truth
from lobegen.model.walk import children, first_steps, steps, walk

#: what a handler does with an abort: "lets go" rethrows it, "unknown" hands it to a function that may
Fate = Literal["lets go", "unknown", "ends", "returns", "jumps", "runs a step", "throws another error"]
Form = Literal["try", "promise", "call", "suppress", "settled", "finally"]


class Swallow(Struct, frozen=True):
    """A place that keeps aborts.

    Attributes:
        span: The handler, the combinator, or the jump in a `finally`.
        form: What kind of place it is.
        fate: What it does instead of letting the abort go.
        steps: The steps whose abort it keeps.
        first: Those of them that may be the first of the run.
        by_name: The comparison of the error's name that would let the abort go if the first step's had that name.
        by_copy: The `instanceof` that would let it go if there were only one copy of the SDK.
        followed: Whether another step surely comes next when the abort is kept: it runs in the same request.
    """

    span: Span
    form: Form
    fate: Fate
    steps: tuple[Step, ...] = field(default=())
    first: tuple[Step, ...] = field(default=())
    by_name: Span | None = None
    by_copy: Span | None = None
    followed: bool = False


def swallowed_aborts(block: Block, name_is_enough: bool | None) -> Iterator[Swallow]:
    """The places of a body that keep an abort.

    Args:
        block: The handler's body.
        name_is_enough: Whether `error.name === "WorkflowAbort"` holds for every abort (SDK 0.x); under SDK 1.x that of
            the first step has another name (facts: runtime, second series). None when the SDK is not known.
    """
    stored = frozenset(id(step) for node in walk(block) if isinstance(node, Parallel | Await) for step in node.stored)
    found: list[Swallow] = []
    _leaving(block, _Judge(frozenset(map(id, first_steps(block))), stored, name_is_enough is not False), found)
    for swallow in found:
        step = comes_next(block, swallow.span, returns=swallow.fate == "returns", jumps=swallow.fate == "jumps")
        yield replace(swallow, followed=step)


class Witness(Struct, frozen=True):
    """A handler that sees aborts and lets them go.

    Attributes:
        steps: The steps whose aborts it sees.
        before: What it does before it lets one go.
    """

    steps: tuple[Step, ...]
    before: tuple[Node, ...]


def witnesses(block: Block, name_is_enough: bool | None) -> Iterator[Witness]:
    """The handlers of a body that an abort passes through, with what they do on its way.

    Args:
        block: The handler's body.
        name_is_enough: As for `swallowed_aborts`.
    """
    judge = _Judge(frozenset(map(id, first_steps(block))), frozenset(), name_is_enough is not False)
    for node in walk(block):
        guarded = _leaving(node.body, judge, []) if isinstance(node, Try) else []
        for handler in node.handlers if isinstance(node, Try) and guarded else ():
            if handler.catches_abort and _worst(_fates(handler.body, guarded, judge)) is None:
                way: list[Node] = []
                _pass(handler.body, guarded, judge, way)
                yield Witness(tuple(guarded), tuple(way))


def _pass(block: Block, guarded: list[Step], judge: "_Judge", way: list[Node]) -> bool:
    """Collect what an abort passes in a block; whether it surely leaves the handler there."""
    for node in block:
        way.append(node)
        if isinstance(node, Raise):
            return True
        inner = judge.ways(node, guarded) if isinstance(node, If) else children(node)
        left = [_pass(part, guarded, judge, way) for part in inner]
        if isinstance(node, If) and all(left):
            return True
    return False


class _Judge(Struct, frozen=True):
    """What judging a handler needs: ids of the steps that may be first, and of those awaited elsewhere than made."""

    first: frozenset[int]
    stored: frozenset[int]
    name_is_enough: bool
    any_copy: bool = False

    def firsts(self, guarded: Iterable[Step]) -> tuple[Step, ...]:
        """Those of the steps that may be the first of the run."""
        return tuple(step for step in guarded if id(step) in self.first)

    def swallow(self, span: Span, form: Form, fate: Fate, kept: Iterable[Step]) -> Swallow:
        """A place that keeps the abort of these steps."""
        kept = tuple(dict.fromkeys(kept))
        return Swallow(span, form, fate, kept, self.firsts(kept))

    def truth(self, test: Test, guarded: list[Step]) -> Truth:
        """How a condition turns out when the caught error is an abort of the guarded steps.

        A condition that is not about the abort (`error instanceof TypeError`, `attempt < 3`) is taken not to hold.
        """

        def of_leaf(leaf: Test) -> Truth:
            match leaf.kind:
                case "is_abort":
                    return "yes"
                case "other_abort":
                    return "yes" if self.any_copy else "no"
                case "abort_name":
                    return "yes" if self.name_is_enough or not self.firsts(guarded) else "open"
                case _:
                    return "yes" if any("abort" in name.lower() for name in leaf.flow.through) else "unlikely"

        return truth(test, of_leaf)

    def ways(self, node: If, guarded: list[Step]) -> tuple[Block, ...]:
        """The branches that an abort may take."""
        turns_out = self.truth(node.test, guarded)
        if turns_out == "open":
            return node.then, node.otherwise
        return (node.then if turns_out in ("yes", "likely") else node.otherwise,)


def _leaving(block: Block, judge: _Judge, found: list[Swallow]) -> list[Step]:
    """The steps whose abort leaves the block; what keeps one is added to `found`."""
    leaving: list[Step] = []
    for node in block:
        if isinstance(node, Step):
            leaving += [] if id(node) in judge.stored else [node]
        elif isinstance(node, Await):
            leaving += node.stored
        elif isinstance(node, Try):
            leaving += _leaving_try(node, judge, found)
        elif isinstance(node, Parallel):
            inside = [step for branch in node.branches for step in _leaving(branch, judge, found)]
            inside += node.stored
            if node.kind not in ("settled", "gather_settled"):
                leaving += inside
            elif inside:
                found.append(judge.swallow(node.span, "settled", "ends", inside))
        else:
            for inner in children(node):
                leaving += _leaving(inner, judge, found)
    return leaving


def _leaving_try(node: Try, judge: _Judge, found: list[Swallow]) -> list[Step]:
    guarded = _leaving(node.body, judge, found)
    beside = _leaving(node.otherwise, judge, found)
    for handler in node.handlers:
        beside += _leaving(handler.body, judge, found)
    kept = False
    for handler in node.handlers:
        swallow = _judged(handler, node, guarded, judge)
        if swallow:
            found.append(swallow)
            kept = True
    step = next(steps(node.finalizer), None)
    if step and (guarded or beside):
        found.append(judge.swallow(step.span, "finally", "runs a step", guarded + beside))
    jump = leaving_jump(node.finalizer)
    if jump and (guarded or beside):
        found.append(judge.swallow(jump.span, "finally", "returns", guarded + beside))
        return []
    return beside + ([] if kept else guarded) + _leaving(node.finalizer, judge, found)


def _judged(handler: Handler, node: Try, guarded: list[Step], judge: _Judge) -> Swallow | None:
    if not guarded or not handler.catches_abort:
        return None
    bad = _worst(_fates(handler.body, guarded, judge))
    if bad is None:
        return None
    found = judge.swallow(handler.span, node.form, bad, guarded)
    if _worst(_fates(handler.body, guarded, replace(judge, any_copy=True))) is None:
        return replace(found, by_copy=_comparison(handler.body, "other_abort"))
    if not judge.name_is_enough and _worst(_fates(handler.body, guarded, replace(judge, name_is_enough=True))) is None:
        return replace(found, by_name=_comparison(handler.body, "abort_name"))
    return found


def _worst(fates: set[Fate]) -> Fate | None:
    return next((fate for fate in _WORST_FIRST if fate in fates), None)


def _comparison(block: Block, kind: str) -> Span | None:
    """Where a handler asks for the abort in this way, or asks a helper to."""
    for test in (node.test for node in walk(block) if isinstance(node, If)):
        asking = next((leaf for leaf in leaves(test) if leaf.kind == kind), None)
        if asking is not None:
            return asking.span if test.span.contains(asking.span) else test.span
    return None


_WORST_FIRST: tuple[Fate, ...] = ("runs a step", "throws another error", "returns", "jumps", "ends")


def _fates(block: Block, guarded: list[Step], judge: _Judge) -> set[Fate]:
    """What can become of an abort in a handler; "ends" when a path reaches the block's end."""
    fates: set[Fate] = set()
    for node in block:
        match node:
            case Step():
                return fates | {"runs a step"}
            case Raise():
                return fates | {"lets go" if node.rethrows else "throws another error"}
            case Return():
                return fates | {"returns"}
            case Jump():
                return fates | {"jumps"}
            case Call() if _may_rethrow(node):
                return fates | {"unknown"}
            case If():
                inner = {fate for way in judge.ways(node, guarded) for fate in _fates(way, guarded, judge)}
            case Expansion():
                inner = {"ends" if fate == "returns" else fate for fate in _fates(node.body, guarded, judge)}
            case Loop() | Parallel() | Try():
                inner = {fate for part in children(node) for fate in _fates(part, guarded, judge)} | {"ends"}
            case _:
                continue
        fates |= inner - {"ends"}
        if "ends" not in inner:
            return fates
    return fates | {"ends"}


def _may_rethrow(call: Call) -> bool:
    return any(word in call.name.lower() for word in ("abort", "rethrow", "reraise"))
