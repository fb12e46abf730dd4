"""Messages on their way out: in a queue, planned for later, held by a gate, or in flight."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lobegen.qstash.message import Attempt, Message
from lobegen.qstash.planning.dispatcher import Dispatcher
from lobegen.qstash.planning.queues import Queues
from lobegen.qstash.planning.timeline import Timeline
from lobegen.qstash.runs.events import Waiter
from lobegen.qstash.runs.run import Run
from lobegen.qstash.storage.store import Store


class Outbox:
    """Plans attempts and starts them when time and flow control allow.

    Args:
        limit: Deliveries in flight at most.
        store: Keeps attempts until they have an answer: one that was in flight when the server was killed is made
            again.
        latency: Milliseconds from a message's acceptance to its first attempt at the earliest.
    """

    def __init__(self, limit: int, store: Store, latency: int = 0) -> None:
        self._latency = latency
        self.dispatcher = Dispatcher(limit, store)
        self.queues = Queues(store)
        #: the newest attempt of each message that is not done, by the message's id
        self.messages: dict[str, Attempt] = {}
        self._unanswered = store.table("attempts", int, Attempt)
        self._timeline: Timeline[Attempt | Waiter] = Timeline()
        #: tokens of planned items, by attempt id, or by the negative id of a waiter
        self._tokens: dict[int, int] = {}
        self._count = 0

    @property
    def in_flight(self) -> int:
        """How many deliveries have no answer yet."""
        return len(self.dispatcher.in_flight)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight, queued, planned, or waited for."""
        is_empty = not (self.dispatcher.in_flight or self.dispatcher.waiting or len(self._timeline))
        return is_empty and self.queues.is_empty

    def is_still(self, now: int) -> bool:
        """Whether nothing happens before time moves on."""
        due = self._timeline.next_due()
        return not self.dispatcher.in_flight and not self.dispatcher.is_stirred and (due is None or due > now)

    def phase(self, attempt: Attempt) -> str:
        """Where an attempt without an answer is: `in-flight`, `queued` for its turn, or `planned` for later."""
        if attempt.id in self.dispatcher.in_flight:
            return "in-flight"
        return "planned" if attempt.id in self._tokens else "queued"

    def next_due(self) -> int | None:
        """When something happens by time alone, in milliseconds; None for never."""
        if self.is_idle:
            return None
        times = (self._timeline.next_due(), self.dispatcher.next_opening())
        return min((time for time in times if time is not None), default=None)

    def restore(self, runs: Mapping[str, Run], waiters: Iterable[Waiter]) -> None:
        """Plan again what the store has kept."""
        for attempt in list(self._unanswered.values()):
            self._count = max(self._count, attempt.id)
            message, run = attempt.message, None if attempt.is_duplicate else runs.get(attempt.message.run_id)
            # who was at the head of a queue that is closed by now needs none
            stands = attempt.stands_in_line and message.queue in self.queues.all
            self._add(attempt, run, stands)
            if not stands and not attempt.is_duplicate and (name := message.holds or message.queue):
                self.queues.take(name)
        for name in list(self.queues.all):
            self.call_up(name)
        for waiter in waiters:
            self.watch(waiter)

    def send(self, message: Message, run: Run | None, held: int = 0) -> None:
        """Plan the first attempt, `held` milliseconds after its time."""
        due = max(message.not_before, message.created_at + self._latency)
        if message.holds:
            self.queues.take(message.holds)
        self._plan(message, 0, due + held, run)
        if message.queue:
            self.call_up(message.queue)

    def duplicate(self, attempt: Attempt, due: int) -> None:
        """Plan the same attempt once more; the end of its run does not take it back."""
        self._count += 1
        twin = replace(attempt, id=self._count, due=due, is_duplicate=True)
        self._add(twin, None, False)

    def again(self, attempt: Attempt, due: int, run: Run | None) -> None:
        """Plan the next attempt of a message."""
        self._plan(attempt.message, attempt.retried + 1, due, run)

    def watch(self, waiter: Waiter) -> None:
        """Plan the end of a waiter's patience."""
        self._tokens[-waiter.id] = self._timeline.add(waiter.deadline, waiter)

    def unwatch(self, waiter: Waiter) -> None:
        """Somebody came, or the run ended."""
        self._timeline.cancel(self._tokens.pop(-waiter.id, 0))

    def advance(self, now: int) -> list[Waiter]:
        """Queue the attempts that are due; the waiters whose time is up are returned."""
        waiters: list[Waiter] = []
        for item in self._timeline.pop_due(now):
            if isinstance(item, Waiter):
                self._tokens.pop(-item.id, None)
                waiters.append(item)
            else:
                self._tokens.pop(item.id, None)
                self.dispatcher.admit(item, now)
        return waiters

    def finish(self, attempt: Attempt) -> None:
        """An attempt in flight has its answer."""
        self._unanswered.pop(attempt.id, None)
        self.dispatcher.finish(attempt)

    def conclude(self, attempt: Attempt) -> None:
        """All is done that follows from an answer: unless there is another attempt, so is the message."""
        message = attempt.message
        if self.messages.get(message.id) is not attempt:
            return
        del self.messages[message.id]
        if name := message.holds or message.queue:
            self.queues.release(name)
            self.call_up(name)

    def drop(self, attempt: Attempt) -> None:
        """Take back an attempt that has not started; one in flight goes on, but not after a restart."""
        self._unanswered.pop(attempt.id, None)
        if attempt.message.queue and self.queues.withdraw(attempt, attempt.message.queue):
            del self.messages[attempt.message.id]
            return
        self._timeline.cancel(self._tokens.pop(attempt.id, 0))
        self.dispatcher.drop(attempt)
        self.conclude(attempt)

    def call_up(self, name: str) -> None:
        """Let those go who may leave a queue now."""
        for attempt in self.queues.call_up(name):
            self._at_its_time(attempt)

    def close_queue(self, name: str) -> None:
        """Forget a queue, and the messages that wait in it."""
        for attempt in self.queues.remove(name):
            self._unanswered.pop(attempt.id, None)
            del self.messages[attempt.message.id]

    def _plan(self, message: Message, retried: int, due: int, run: Run | None) -> None:
        self._count += 1
        attempt = Attempt(self._count, message, retried, due)
        self._add(attempt, run, attempt.stands_in_line)

    def _add(self, attempt: Attempt, run: Run | None, stands: bool) -> None:
        message = attempt.message
        self._unanswered[attempt.id] = attempt
        if run is not None:
            run.pending[message.id] = attempt
        if not attempt.is_duplicate:
            self.messages[message.id] = attempt
        if stands:
            self.queues.join(attempt, message.queue, message.created_at)
        else:
            self._at_its_time(attempt)

    def _at_its_time(self, attempt: Attempt) -> None:
        self._tokens[attempt.id] = self._timeline.add(attempt.due, attempt)
