"""How a condition turns out: worked out of its leaves, for which each question has its own answers."""

from collections.abc import Callable, Iterator
from typing import Literal

from lobegen.model.body import Test

#: "open" where both may be; "likely" and "unlikely" where it is about something else than what was asked
Truth = Literal["yes", "no", "open", "likely", "unlikely"]
#: how a condition turns out that is neither a constant nor made of others
Question = Callable[[Test], Truth]

#: the ways in which a condition asks whether a caught error is the SDK's abort
ASKS_FOR_ABORT = frozenset({"is_abort", "other_abort", "abort_name"})
_NOT: dict[Truth, Truth] = {"yes": "no", "no": "yes", "open": "open", "likely": "unlikely", "unlikely": "likely"}
#: of conditions that must all hold, of which one must: what outweighs what
_ALL: tuple[Truth, ...] = ("no", "open", "yes", "unlikely", "likely")
_ANY: tuple[Truth, ...] = ("yes", "open", "no", "likely", "unlikely")
_KNOWN: dict[Truth, bool] = {"yes": True, "no": False}


def truth(test: Test, of_leaf: Question) -> Truth:
    """How a condition turns out.

    What is about something else counts only where nothing more is said: asked for the abort, `isAbort(error) &&
    attempt < 3` is as `isAbort(error)`.

    Args:
        test: The condition.
        of_leaf: What is asked of its leaves.
    """
    match test.kind:
        case "and":
            return _heaviest(_ALL, test, of_leaf)
        case "or":
            return _heaviest(_ANY, test, of_leaf)
        case "not":
            return _NOT[truth(test.parts[0], of_leaf)]
        case "constant":
            return "yes" if test.value else "no"
        case _:
            return of_leaf(test)


def _heaviest(order: tuple[Truth, ...], test: Test, of_leaf: Question) -> Truth:
    parts = [truth(part, of_leaf) for part in test.parts]
    return next(each for each in order if each in parts)


def _undecided(leaf: Test) -> Truth:
    return "open"


def known(test: Test, of_leaf: Question = _undecided) -> bool | None:
    """Whether a condition surely holds, None where it may or may not; without a question, by its constants alone."""
    return _KNOWN.get(truth(test, of_leaf))


def leaves(test: Test) -> Iterator[Test]:
    """The conditions that a condition is made of, in source order; itself where it is made of none."""
    if not test.parts:
        yield test
    for part in test.parts:
        yield from leaves(part)
