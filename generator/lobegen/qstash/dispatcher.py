"""Which due attempts may start now: flow control by key and a limit over all."""

from collections import deque

from lobegen.qstash.flow_control import FlowControl, Gate
from lobegen.qstash.message import Attempt


class Dispatcher:
    """Holds attempts that are due until their gate opens; never refuses one.

    Args:
        limit: Deliveries in flight at most, over all keys.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight: dict[int, Attempt] = {}
        self.waiting: dict[int, Attempt] = {}
        self.gates: dict[str, Gate] = {}
        self._open: deque[int] = deque()
        #: keys to look at again, in order; a dict because it is an ordered set
        self._stirred: dict[str, None] = {}

    def admit(self, attempt: Attempt) -> None:
        """Queue an attempt whose time has come."""
        self.waiting[attempt.id] = attempt
        flow = attempt.message.flow
        if flow is None:
            self._open.append(attempt.id)
            return
        gate = self.gates.setdefault(flow.key, Gate())
        gate.queue.append(attempt.id)
        gate.values[flow] += 1
        self._stirred[flow.key] = None

    def take(self, now: int) -> list[Attempt]:
        """The attempts to start at `now`; they are in flight from here on."""
        started: list[Attempt] = []
        while self._open and self._has_room():
            attempt = self.waiting.pop(self._open.popleft(), None)
            if attempt is not None:
                started.append(self._start(attempt))
        for key in list(self._stirred):
            if not self._has_room():
                break
            started += self._drain(key, now)
        return started

    def next_opening(self) -> int | None:
        """When a gate that is shut by its rate opens next, or None."""
        times = [gate.wake_at for gate in self.gates.values() if gate.wake_at >= 0]
        return min(times, default=None)

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

    def _has_room(self) -> bool:
        return len(self.in_flight) < self.limit

    def _start(self, attempt: Attempt) -> Attempt:
        self.in_flight[attempt.id] = attempt
        return attempt

    def _drain(self, key: str, now: int) -> list[Attempt]:
        gate = self.gates[key]
        gate.wake_at = -1
        started: list[Attempt] = []
        while gate.queue and self._has_room():
            attempt = self.waiting.get(gate.queue[0])
            if attempt is None:
                gate.queue.popleft()
                continue
            opening = gate.opens_at(now)
            if opening is None or opening > now:
                gate.wake_at = -1 if opening is None else opening
                break
            gate.start(now)
            del self.waiting[gate.queue.popleft()]
            started.append(self._start(attempt))
        if self._has_room() and gate.wake_at < 0:
            self._stirred.pop(key, None)
        return started

    def _leave(self, flow: FlowControl) -> None:
        gate = self.gates[flow.key]
        gate.leave(flow)
        self._stirred[flow.key] = None
        if not gate.values and gate.running == 0 and gate.rate_is_idle():
            pass
