"""Which due attempts may start now: flow control by key and a limit over all."""

from collections import deque

from lobegen.qstash.message import Attempt
from lobegen.qstash.planning.flow_control import FlowControl, Gate, Override, Window
from lobegen.qstash.storage.store import Store

_SWEEP_FROM = 256


class Dispatcher:
    """Holds attempts that are due until their gate opens; never refuses one.

    Args:
        limit: Deliveries in flight at most, over all keys.
        store: Keeps the windows of rates, and what was said for keys by hand.
    """

    def __init__(self, limit: int, store: Store) -> None:
        self.limit = limit
        self.in_flight: dict[int, Attempt] = {}
        self.waiting: dict[int, Attempt] = {}
        self._windows = store.table("windows", str, Window)
        self._overrides = store.table("overrides", str, Override)
        self.gates = {key: Gate(window=window) for key, window in self._windows.items()}
        for key, override in self._overrides.items():
            self.gates.setdefault(key, Gate()).override = override
        self._free: deque[int] = deque()
        #: keys to look at again, in order; a dict because it is an ordered set
        self._stirred: dict[str, None] = {}
        #: keys that are shut by their rate, and when they open
        self._shut: dict[str, int] = {}
        self._sweep_at = _SWEEP_FROM

    def admit(self, attempt: Attempt, now: int) -> None:
        """Queue an attempt whose time has come."""
        self.waiting[attempt.id] = attempt
        flow = attempt.message.flow
        if flow is None:
            self._free.append(attempt.id)
            return
        gate = self._gate(flow.key, now)
        gate.queue.append(attempt.id)
        gate.values[flow] += 1
        self._stirred[flow.key] = None

    def take(self, now: int) -> list[Attempt]:
        """The attempts to start at `now`; they are in flight from here on."""
        for key in [key for key, opening in self._shut.items() if opening <= now]:
            del self._shut[key]
            self._stirred[key] = None
        started: list[Attempt] = []
        while self._free and self._has_room():
            attempt = self.waiting.pop(self._free.popleft(), None)
            if attempt is not None:
                started.append(self._start(attempt))
        while self._stirred and self._has_room():
            key = next(iter(self._stirred))
            del self._stirred[key]
            started += self._drain(key, now)
        return started

    @property
    def is_stirred(self) -> bool:
        """Whether `take` has something to look at."""
        return bool(self._free or self._stirred)

    def next_opening(self) -> int | None:
        """When a key that is shut by its rate opens next, or None."""
        return min(self._shut.values(), default=None)

    def finish(self, attempt: Attempt) -> None:
        """An attempt in flight has its answer: free its slot."""
        del self.in_flight[attempt.id]
        flow = attempt.message.flow
        if flow is not None:
            self.gates[flow.key].running -= 1
            self._leave(flow)

    def drop(self, attempt: Attempt) -> None:
        """Take a waiting attempt back."""
        if self.waiting.pop(attempt.id, None) is not None and attempt.message.flow is not None:
            self._leave(attempt.message.flow)

    def override(self, key: str, override: Override, now: int) -> None:
        """Pause, resume, pin or unpin a key; one that is not known is known from here on."""
        gate = self._gate(key, now)
        gate.override = self._overrides[key] = override
        if override == Override():
            del self._overrides[key]
        self._look_again(key)

    def reset_rate(self, key: str, now: int) -> None:
        """Begin a new window of the key's rate now."""
        gate = self._gate(key, now)
        gate.window = Window(now + gate.limits().period, 0)
        if key in self._windows:
            self._windows[key] = gate.window
        self._look_again(key)

    def _look_again(self, key: str) -> None:
        self._shut.pop(key, None)
        self._stirred[key] = None

    def _has_room(self) -> bool:
        return len(self.in_flight) < self.limit

    def _start(self, attempt: Attempt) -> Attempt:
        self.in_flight[attempt.id] = attempt
        return attempt

    def _drain(self, key: str, now: int) -> list[Attempt]:
        gate = self.gates[key]
        started: list[Attempt] = []
        while gate.queue:
            attempt = self.waiting.get(gate.queue[0])
            if attempt is None:
                gate.queue.popleft()
                continue
            if not self._has_room():
                self._stirred[key] = None
                break
            opening = gate.opens_at(now)
            if opening != now:
                if opening is not None:
                    self._shut[key] = opening
                break
            gate.start(now)
            if gate.has_rate:
                self._windows[key] = gate.window
            del self.waiting[gate.queue.popleft()]
            started.append(self._start(attempt))
        return started

    def _leave(self, flow: FlowControl) -> None:
        self.gates[flow.key].leave(flow)
        self._stirred[flow.key] = None

    def _gate(self, key: str, now: int) -> Gate:
        """The gate of a key; spent ones are swept out so that a key per user costs nothing in the long run."""
        if key not in self.gates:
            if len(self.gates) >= self._sweep_at:
                self.gates = {name: gate for name, gate in self.gates.items() if not gate.is_spent(now)}
                for name in self._windows.keys() - self.gates.keys():
                    del self._windows[name]
                self._stirred = {name: None for name in self._stirred if name in self.gates}
                self._shut = {name: opening for name, opening in self._shut.items() if name in self.gates}
                self._sweep_at = max(_SWEEP_FROM, 2 * len(self.gates))
            self.gates[key] = Gate()
        return self.gates[key]
