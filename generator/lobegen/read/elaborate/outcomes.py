"""Keeps account of what is read off the results of calls, invocations and waits."""

from msgspec import Struct, field

from lobegen.model.actions import Step
from lobegen.read.elaborate.values import Outcome, Value

#: steps whose result says how they went
TELLING = {"call", "invoke", "wait_for_event"}


class Outcomes(Struct):
    """Which results are held by a variable of their own, what is read off them, and which of them go elsewhere.

    A name that is evaluated counts as a way elsewhere until it turns out to be the object of an attribute.
    """

    _held: set[int] = field(default_factory=set)
    _read: dict[int, set[str]] = field(default_factory=dict)
    _named: dict[int, int] = field(default_factory=dict)

    def hold(self, value: Value) -> None:
        """The result is bound to a variable, taken apart, or dropped."""
        if isinstance(value.shape, Outcome):
            self._held.add(id(value.shape.step))

    def read(self, outcome: Outcome, name: str) -> None:
        """An attribute of the result is read."""
        self._read.setdefault(id(outcome.step), set()).add(name)

    def name(self, value: Value, times: int = 1) -> None:
        """A variable that holds the result is evaluated; -1 takes that back."""
        if isinstance(value.shape, Outcome):
            step = id(value.shape.step)
            self._named[step] = self._named.get(step, 0) + times

    def reads(self, step: Step) -> frozenset[str] | None:
        """As in `Step.reads`."""
        if id(step) not in self._held or self._named.get(id(step), 0) > 0:
            return None
        return frozenset(self._read.get(id(step), ()))
