"""Where the SDK's abort, an ordinary exception that must leave the handler, is caught and not let go."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from lobegen.model.actions import Call, Step
from lobegen.model.body import (
    Block,
    Expansion,
    Handler,
    If,
    Jump,
    Loop,
    Parallel,
    Raise,
    Return,
    Test,
    Try,
)
from lobegen.model.source import Span
from lobegen.model.walk import children, steps, walk

#: what a handler does with an abort: "lets go" rethrows it, "unknown" hands it to a function that may
Fate = Literal["lets go", "unknown", "ends", "returns", "jumps", "runs a step", "throws another error"]
Form = Literal["try", "promise", "suppress", "settled", "finally"]


class Swallow(Struct, frozen=True):
    """A place that keeps aborts.

    Attributes:
        span: The handler, the combinator, or the jump in a `finally`.
        form: What kind of place it is.
        fate: What it does instead of letting the abort go.
        steps: The steps whose abort it keeps.
    """

    span: Span
    form: Form
    fate: Fate
    steps: tuple[Step, ...] = field(default=())


def swallowed_aborts(block: Block, name_is_enough: bool | None) -> Iterator[Swallow]:
    """The places of a body that keep an abort.

    Args:
        block: The handler's body.
        name_is_enough: Whether `error.name === "WorkflowAbort"` holds for every abort (SDK 0.x); under SDK 1.x that of
            the first step has another name (facts: runtime, second series). None when the SDK is not known.
    """
    first = next(steps(block), None)
    found: list[Swallow] = []
    _leaving(block, _Judge(first, name_is_enough is not False), found)
    yield from found


#: how a condition turns out for an abort: "likely" and "unlikely" where it is about something else
Truth = Literal["yes", "no", "either", "likely", "unlikely"]
_NOT: dict[Truth, Truth] = {
    "yes": "no",
    "no": "yes",
    "either": "either",
    "likely": "unlikely",
    "unlikely": "likely",
}


class _Judge(Struct, frozen=True):
    first: Step | None
    name_is_enough: bool

    def truth(self, test: Test, guarded: list[Step]) -> Truth:
        """How a condition turns out when the caught error is an abort of the guarded steps.

        A condition that is not about the abort (`error instanceof TypeError`, `attempt < 3`) is taken not to hold.
        """
        match test.kind:
            case "is_abort":
                return "yes"
            case "abort_name":
                return "yes" if self.name_is_enough or self.first not in guarded else "either"
            case "constant":
                return "yes" if test.value else "no"
            case "not":
                return _NOT[self.truth(test.parts[0], guarded)]
            case "and":
                return _both([self.truth(part, guarded) for part in test.parts])
            case "or":
                return _NOT[_both([_NOT[self.truth(part, guarded)] for part in test.parts])]
            case _:
                return "yes" if any("abort" in name.lower() for name in test.flow.through) else "unlikely"

    def ways(self, node: If, guarded: list[Step]) -> tuple[Block, ...]:
        """The branches that an abort may take."""
        truth = self.truth(node.test, guarded)
        if truth == "either":
            return node.then, node.otherwise
        return (node.then if truth in ("yes", "likely") else node.otherwise,)


def _both(parts: list[Truth]) -> Truth:
    """Of conditions that must all hold: what is said of the abort outweighs what is about something else."""
    order: tuple[Truth, ...] = ("no", "either", "yes", "unlikely", "likely")
    return next(truth for truth in order if truth in parts)


def _leaving(block: Block, judge: _Judge, found: list[Swallow]) -> list[Step]:
    """The steps whose abort leaves the block; what keeps one is added to `found`."""
    leaving: list[Step] = []
    for node in block:
        if isinstance(node, Step):
            leaving.append(node)
        elif isinstance(node, Try):
            leaving += _leaving_try(node, judge, found)
        elif isinstance(node, Parallel) and node.kind in ("settled", "gather_settled"):
            inside = [step for branch in node.branches for step in _leaving(branch, judge, found)]
            if inside:
                found.append(Swallow(node.span, "settled", "ends", tuple(inside)))
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
    jump = _leaving_jump(node.finalizer)
    if jump and (guarded or beside):
        found.append(Swallow(jump.span, "finally", "returns", tuple(guarded + beside)))
        return []
    return beside + ([] if kept else guarded) + _leaving(node.finalizer, judge, found)


def _judged(handler: Handler, node: Try, guarded: list[Step], judge: _Judge) -> Swallow | None:
    if not guarded or not handler.catches_abort:
        return None
    fates = _fates(handler.body, guarded, judge)
    bad = next((fate for fate in _WORST_FIRST if fate in fates), None)
    return Swallow(handler.span, node.form, bad, tuple(guarded)) if bad else None


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


def _leaving_jump(finalizer: Block) -> Return | Jump | None:
    """The first `return`, `break` or `continue` that leaves a `finally`."""
    inside: Return | Jump | None
    for node in finalizer:
        match node:
            case Return() | Jump():
                return node
            case Loop():
                inside = next((each for each in walk(node.body) if isinstance(each, Return)), None)
            case Expansion():
                inside = None
            case _:
                inside = next((jump for part in children(node) if (jump := _leaving_jump(part))), None)
        if inside:
            return inside
    return None
