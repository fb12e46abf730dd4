"""The sequences of steps that a body can make, as a graph: what stands at each position of a run's history."""

from typing import Literal

from msgspec import Struct, field

from lobegen.model.actions import Step, Unresolved
from lobegen.model.body import Block, Expansion, If, Jump, Loop, Node, Parallel, Raise, Return, Test, Try
from lobegen.model.walk import walk

#: loops of so many rounds are taken round by round, while the graph has no more states than that
_ROUNDS, _MANY = 10, 500
#: states that can be reached at one position
States = frozenset[int]


class Move(Struct, frozen=True, eq=False):
    """One position of a history: a step, or where steps that run side by side begin and end.

    Attributes:
        step: The step; of the marks "open" and "close", the first step inside.
        tests: The conditions that lead there, outermost first.
        caught: Whether it is made after an error was caught.
        to: The state behind it.
    """

    kind: Literal["step", "open", "close"]
    step: Step
    tests: tuple[Test, ...]
    caught: bool
    to: int


class Sequences(Struct):
    """All histories of one body: a walk from `start` along moves is a history.

    Attributes:
        moves: By state.
        silent: By state, the states that are reached without a step.
        hidden: States where steps that could not be followed may stand.
        end: The state behind the last step.
    """

    moves: list[list[Move]] = field(default_factory=list)
    silent: list[list[int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    end: int = 0
    _later: dict[States, list[Move]] = field(default_factory=dict)

    @property
    def start(self) -> States:
        """Where every run begins."""
        return self.closure(frozenset({0}))

    def closure(self, states: States) -> States:
        """States with all that is reached from them without a step."""
        found, waiting = set(states), list(states)
        while waiting:
            for state in self.silent[waiting.pop()]:
                if state not in found:
                    found.add(state)
                    waiting.append(state)
        return frozenset(found)

    def next(self, states: States) -> list[Move]:
        """The moves that can come next, in the order of the code."""
        return [move for state in sorted(states) for move in self.moves[state]]

    def after(self, *moves: Move) -> States:
        """The states behind moves."""
        return self.closure(frozenset(move.to for move in moves))

    def later(self, states: States) -> list[Move]:
        """All moves that can come next or after that."""
        if states not in self._later:
            seen, waiting = set(states), list(states)
            for state in waiting:
                reached = {*self.silent[state], *(move.to for move in self.moves[state])} - seen
                seen |= reached
                waiting += sorted(reached)
            self._later[states] = [move for state in waiting for move in self.moves[state]]
        return self._later[states]


def sequences(body: Block, *, counted: bool = False) -> Sequences:
    """The histories that a body can make, conditions turning out either way and loops running any number of times.

    Args:
        body: The handler's.
        counted: Whether loops whose number of rounds is written run just so often.
    """
    builder = _Builder(body, counted)
    end = builder.state()
    builder.returns = end
    last = builder.block(body, 0)
    builder.link(last, end)
    builder.made.end = end
    return builder.made


def is_counted(loop: Loop) -> bool:
    """Whether the number of a loop's rounds is written, and small."""
    return loop.at_most is not None and 0 < loop.at_most <= _ROUNDS


class _Builder:
    """Builds the graph of one body; methods return the state behind what they were given, None where nothing is."""

    def __init__(self, body: Block, counted: bool) -> None:
        self._counted = counted
        self.made = Sequences()
        self.returns = 0
        self._breaks: int | None = None
        self._repeats: int | None = None
        self._tests: tuple[Test, ...] = ()
        self._caught = False
        together = (node for node in walk(body) if isinstance(node, Parallel))
        self._placed = {id(step) for node in together for step in node.stored}
        self.state()

    def state(self) -> int:
        self.made.moves.append([])
        self.made.silent.append([])
        return len(self.made.moves) - 1

    def link(self, source: int | None, target: int | None) -> None:
        if source is not None and target is not None:
            self.made.silent[source].append(target)

    def block(self, block: Block, at: int | None) -> int | None:
        outer = self._tests
        for node in block:
            if at is None:
                break
            at = self._node(node, at)
        self._tests = outer
        return at

    def _node(self, node: Node, at: int) -> int | None:
        match node:
            case Step():
                return at if id(node) in self._placed else self._move("step", node, at)
            case Return():
                self.link(at, self.returns)
                return None
            case Jump():
                self.link(at, self._breaks if node.kind == "break" else self._repeats)
                return None
            case Raise():
                return None
            case If():
                return self._branch(node, at)
            case Loop():
                return self._loop(node, at)
            case Parallel():
                return self._together(node, at)
            case Try():
                return self._guarded(node, at)
            case Expansion():
                return self._inside(node.body, at)
            case Unresolved() if node.hides_steps:
                self.made.hidden.add(at)
        return at

    def _move(self, kind: Literal["step", "open", "close"], step: Step, at: int) -> int:
        to = self.state()
        self.made.moves[at].append(Move(kind, step, self._tests, self._caught, to))
        return to

    def _inside(self, block: Block, at: int) -> int:
        """A function's body: its returns lead behind it."""
        outer, self.returns = self.returns, self.state()
        behind = self.returns
        self.link(self.block(block, at), behind)
        self.returns = outer
        return behind

    def _branch(self, node: If, at: int) -> int | None:
        known = node.test.value if node.test.kind == "constant" else None
        if known is not None:
            return self.block(node.then if known else node.otherwise, at)
        outer, self._tests = self._tests, (*self._tests, node.test)
        ends = [self.block(inner, at) for inner in (node.then, node.otherwise)]
        if None not in ends:
            self._tests = outer
            behind = self.state()
            for end in ends:
                self.link(end, behind)
            return behind
        # the other branch leaves, so what follows hangs on the condition as well: `block` takes it off
        return next((end for end in ends if end is not None), None)

    def _loop(self, node: Loop, at: int) -> int:
        done, behind = self.state(), self.state()
        outer = self._breaks, self._repeats
        self._breaks = behind
        known = self._counted and is_counted(node) and len(self.made.moves) < _MANY
        last = self._rounds(node, at, done) if known else self._any_rounds(node, at, done)
        self._breaks, self._repeats = outer
        self.link(last, done)
        self.link(self.block(node.otherwise, done), behind)
        return behind

    def _rounds(self, node: Loop, at: int, done: int) -> int:
        """A loop whose number of rounds is written."""
        for _ in range(node.at_most or 0):
            if node.empty_possible:
                self.link(at, done)
            self._repeats = after = self.state()
            self.link(self.block(node.body, at), after)
            at = after
        return at

    def _any_rounds(self, node: Loop, at: int, done: int) -> int | None:
        """A loop that runs as often as it likes, at least once if that is sure; None where only a jump ends it."""
        entry, again = self.state(), self.state()
        self.link(at, entry)
        if node.empty_possible or node.kind == "collection":
            self.link(at, done)
        self._repeats = again
        self.link(self.block(node.body, entry), again)
        self.link(again, entry)
        return None if node.endless else again

    def _together(self, node: Parallel, at: int) -> int:
        inner = [step for branch in node.branches for step in walk(branch) if isinstance(step, Step)]
        made = [*node.stored, *inner]
        repeats = any(isinstance(each, Loop) for branch in node.branches for each in walk(branch))
        marked = len(made) > 1 or (bool(made) and repeats)
        if marked:
            at = self._move("open", made[0], at)
        for step in node.stored:
            at = self._move("step", step, at)
        for branch in node.branches:
            at = self._inside(branch, at)
        return self._move("close", made[0], at) if marked else at

    def _guarded(self, node: Try, at: int) -> int | None:
        first = self.state()
        self.link(at, first)
        ends = [self.block(node.body, first)]
        guarded = range(first, len(self.made.moves))
        if ends[0] is not None:
            ends[0] = self.block(node.otherwise, ends[0])
        outer, self._caught = self._caught, True
        for handler in node.handlers:
            entry = self.state()
            for state in guarded:
                self.link(state, entry)
            ends.append(self.block(handler.body, entry))
        self._caught = outer
        if all(end is None for end in ends):
            return None
        behind = self.state()
        for end in ends:
            self.link(end, behind)
        return self.block(node.finalizer, behind)
