"""Keeps account of what is read off the results of calls, invocations and waits."""

from collections.abc import Iterator

from msgspec import Struct, field

from lobegen.model.actions import Step
from lobegen.read.elaborate.values import ListShape, Outcome, Value

#: steps whose result says how they went
TELLING = {"call", "api", "invoke", "wait_for_event", "wait_for_webhook"}


class Outcomes(Struct):
    """Which results are held by a variable of their own, what is read off them, and which of them go elsewhere.

    A name that is evaluated counts as a way elsewhere until it turns out to be the object of an attribute. A list of
    results is held, and goes elsewhere, as each of them.
    """

    _made: bool = False
    _held: set[int] = field(default_factory=set)
    _read: dict[int, set[str]] = field(default_factory=dict)
    _named: dict[int, int] = field(default_factory=dict)

    def of(self, step: Step) -> Outcome:
        """The result of a step."""
        self._made = True
        return Outcome(step)

    def hold(self, value: Value) -> None:
        """The result is bound to a variable, taken apart, or dropped."""
        self._held.update(map(id, self._steps(value)))

    def read(self, outcome: Outcome, name: str) -> None:
        """An attribute of the result is read."""
        for step in outcome.steps:
            self._read.setdefault(id(step), set()).add(name)

    def name(self, value: Value, times: int = 1) -> None:
        """A variable that holds the result is evaluated; -1 takes that back."""
        for step in self._steps(value):
            self._named[id(step)] = self._named.get(id(step), 0) + times

    def awaited(self, value: Value) -> None:
        """A variable that holds promises is awaited: what becomes of the results is told by what is done with those."""
        self.name(value, -1)
        self._held.difference_update(map(id, self._steps(value)))

    def reads(self, step: Step) -> frozenset[str] | None:
        """As in `Step.reads`."""
        if id(step) not in self._held or self._named.get(id(step), 0) > 0:
            return None
        return frozenset(self._read.get(id(step), ()))

    def _steps(self, value: Value) -> Iterator[Step]:
        if self._made and isinstance(value.shape, Outcome):
            yield from value.shape.steps
        elif self._made and isinstance(value.shape, ListShape):
            for item in value.shape.items:
                yield from self._steps(item)


def one_of(value: Value) -> Outcome | None:
    """What one item of a list of results is, whichever it is; None for any other list."""
    items = value.shape.items if isinstance(value.shape, ListShape) else ()
    found = [item.shape for item in items if isinstance(item.shape, Outcome)]
    if not found or len(found) < len(items):
        return None
    first, *others = (step for outcome in found for step in outcome.steps)
    return Outcome(first, tuple(others))
