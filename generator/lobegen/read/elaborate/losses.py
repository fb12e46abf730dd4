"""Keeps account of what steps write outside of themselves, and of who reads it where it is gone."""

from typing import TYPE_CHECKING

from msgspec import Struct, field

from lobegen.model.actions import Loss
from lobegen.model.source import CallSite, Span
from lobegen.read.elaborate.values import Cell, ListShape, ObjectShape, Value
from lobegen.read.syntax import Function

if TYPE_CHECKING:
    from lobegen.read.elaborate.run import Run
    from lobegen.read.elaborate.scope import Scope

#: writes by the identity of what they write to
Gone = dict[int, tuple["Written", ...]]
#: a variable of a scope, or a path in a cell
Path = tuple[str, ...]
_DEEP = 3


class Written(Struct, frozen=True, eq=False):
    """A write in a step to something made outside of it.

    Attributes:
        owner: The scope or the cell.
        path: The variable's name, or the attributes that lead to what is written; empty for all of it.
        grows: Whether it changes what is there, instead of putting something else in its place.
        keepers: The function that it stands in, and those around it that the step calls.
    """

    owner: "Scope | Cell"
    path: Path
    step: int
    span: Span
    name: str
    grows: bool
    keepers: tuple[Function, ...]
    chain: tuple[CallSite, ...]


class Losses(Struct):
    """What steps have written so far, and which of it was read elsewhere.

    Attributes:
        gone: The writes that are not undone by later ones, by the identity of their owner.
        found: The losses of each step, by its number and the place of the write.
        asked: Conditions on other steps' writes in the step that runs, and reads of collections: they count once it
            ends, unless it writes the same itself, which it does where it makes what it misses.
        steps: How many steps were entered: a step's number.
        current: The number of the step we are in, 0 outside of steps.
        depths: How many functions were running when each of the steps that we are in began.
        testing: How many conditions we are inside of.
        again: Whether a loop's body is being followed a second time.
    """

    gone: Gone = field(default_factory=dict)
    found: dict[int, dict[Span, Loss]] = field(default_factory=dict)
    asked: list[tuple[Written, Span]] = field(default_factory=list)
    steps: int = 0
    current: int = 0
    depths: list[int] = field(default_factory=list)
    testing: int = 0
    again: bool = False

    def write(self, run: "Run", owner: "Scope | Cell", path: Path, span: Span, name: str, *, grows: bool) -> None:
        """Something is written: inside a step to something outside of it, or outside of steps for good."""
        if self.current:
            called = (each.function for each in run.active[self.depths[-1] :])
            keepers = tuple(each for each in called if each.span.contains(run.active[-1].function.span))
            written = Written(owner, path, self.current, span, name, grows, keepers, run.chain)
            self.gone = {**self.gone, id(owner): (*self.gone.get(id(owner), ()), written)}
        elif id(owner) in self.gone and not grows:
            self.gone = {
                **self.gone,
                id(owner): tuple(each for each in self.gone[id(owner)] if each.path[: len(path)] != path),
            }

    def read(self, run: "Run", owner: "Scope | Cell", path: Path, span: Span) -> None:
        """Something is read: what other steps wrote there is gone."""
        for written in self.gone.get(id(owner), ()):
            shorter = min(len(path), len(written.path))
            if written.step == self.current or path[:shorter] != written.path[:shorter]:
                continue
            if any(each.function is keeper for each in run.active for keeper in written.keepers):
                continue  # a function that keeps what it made looks for it first
            if self.current and (self.testing or isinstance(owner, Cell)):
                self.asked.append((written, span))
            elif not self._renewed(written, self.current):
                self._lose(written, span)

    def whole(self, run: "Run", value: Value, span: Span, depth: int = _DEEP) -> None:
        """A value is used as a whole, with all that is in it."""
        if not self.gone:
            return
        if value.cell is not None:
            self.read(run, value.cell, value.raw.path if value.raw is not None else (), span)
        parts: tuple[Value, ...] = ()
        if isinstance(value.shape, ObjectShape) and depth:
            parts = tuple(part for _, part in value.shape.entries.values())
        elif isinstance(value.shape, ListShape) and depth:
            parts = value.shape.items
        for part in parts:
            self.whole(run, part, span, depth - 1)

    def enter(self, running: int) -> int:
        """A step's function begins, while so many functions are running; the number of the step."""
        self.steps += 1
        self.depths.append(running)
        self.current = self.steps
        return self.steps

    def leave(self, number: int, outer: int) -> None:
        """A step's function ends; what it wrote itself before it read it was not lost."""
        asked, self.asked = self.asked, []
        self.current = outer
        self.depths.pop()
        for written, span in asked:
            if not self._renewed(written, number):
                self._lose(written, span)

    def _renewed(self, written: Written, step: int) -> bool:
        """Whether a step has put something of its own in the place of what another one wrote."""
        own = (each for each in self.gone.get(id(written.owner), ()) if each.step == step and not each.grows)
        return bool(step) and any(each.path == written.path for each in own)

    def _lose(self, written: Written, read: Span) -> None:
        payload = isinstance(written.owner, Cell) and written.owner.payload
        losses = self.found.setdefault(written.step, {})
        losses.setdefault(written.span, Loss(written.span, written.name, read, payload, written.chain))

    def of(self, number: int) -> tuple[Loss, ...]:
        """The losses of a step."""
        return tuple(self.found.get(number, {}).values())

    def meet(self, other: Gone) -> None:
        """Two ways meet again: what either of them wrote is gone behind them."""
        if other is not self.gone:
            keys = dict.fromkeys((*other, *self.gone))
            self.gone = {key: tuple(dict.fromkeys((*other.get(key, ()), *self.gone.get(key, ())))) for key in keys}
