"""The state machine: what answers, ends, waits and notices do to runs. No HTTP, no threads, no sleeping."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from lobegen.qstash.clock import Clock
from lobegen.qstash.delivery.first_answer import foreignness
from lobegen.qstash.delivery.outbound import outbound
from lobegen.qstash.delivery.records import record_of
from lobegen.qstash.faults.injection import FaultInjection
from lobegen.qstash.message import (
    FAILURE_CALL,
    TO_CALLBACK,
    Answer,
    Attempt,
    Outbound,
    Publication,
)
from lobegen.qstash.planning.outbox import Outbox
from lobegen.qstash.planning.retry import retry_delay
from lobegen.qstash.planning.schedules import Schedules
from lobegen.qstash.ports import Observer, Settings, Silent, random_id
from lobegen.qstash.publishing.deduplication import Deduplication
from lobegen.qstash.publishing.limits import Limits
from lobegen.qstash.publishing.publisher import Accepted, Publisher
from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.callbacks import callback
from lobegen.qstash.runs.dead_letters import DeadLetter, LetterRecord
from lobegen.qstash.runs.endings import Endings
from lobegen.qstash.runs.events import Waiter, WaitingRoom
from lobegen.qstash.runs.ledger import Ledger
from lobegen.qstash.runs.recovery import Recovery
from lobegen.qstash.runs.retention import Retention
from lobegen.qstash.runs.run import CallbackState, Run, RunState
from lobegen.qstash.storage.store import Memory, Store


class Engine:
    """All runs and messages of one local QStash (facts: QStash wire protocol 3).

    Args:
        clock: What time it is.
        settings: Limits and permissions.
        observer: Is told of deliveries and ends.
        new_id: Makes identifiers from a prefix.
        store: Keeps what `commit` is called for; in memory when not given.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings | None = None,
        observer: Observer | None = None,
        new_id: Callable[[str], str] = random_id,
        store: Store | None = None,
    ) -> None:
        self.store = store or Memory()
        self.clock = clock
        self.settings = settings or Settings()
        self.observer = observer or Silent()
        self._ledger = Ledger(self.store, self.settings.history)
        self.runs, self.history, self.lineage = self._ledger.runs, self._ledger.history, self._ledger.lineage
        self.dead_letters = self.store.shaped_table(
            "dead_letters", LetterRecord, DeadLetter.record, lambda record: DeadLetter.of_record(record, self.runs)
        )
        self.limits = Limits(self.settings.plan, self.store)
        most = self.settings.plan.parallelism if self.settings.plan else self.settings.max_in_flight
        self.outbox = Outbox(most, self.store, self.settings.latency)
        self.waiting_room = WaitingRoom(self.store)
        self.outbox.restore(self.runs, self.waiting_room)
        self._new_id = new_id
        self.faults = FaultInjection(self.settings, clock, self.runs, self.store)
        self._publisher = Publisher(
            self._ledger, self.outbox, Deduplication(self.store), self.limits, self.settings, new_id
        )
        self.recovery = Recovery(
            self._ledger, self.dead_letters, self._publisher, self.outbox, self.wait, clock, new_id
        )
        self._endings = Endings(
            self._ledger,
            self.dead_letters,
            self.outbox,
            self.waiting_room,
            self.observer,
            clock,
            new_id,
            self._post,
            Retention(self._ledger, self.dead_letters, self.settings),
        )

        self.schedules = Schedules(self.store, self._publisher, self.limits, self._post, clock, new_id)

    def commit(self) -> None:
        """Keep what was done so far; called before anybody outside can know of it.

        Raises:
            LobegenError: The store cannot be written.
        """
        self.store.commit(self.clock.now())

    def publish(self, asked: Sequence[Publication]) -> list[Accepted]:
        """Accept messages in order: all of them, or none.

        Raises:
            Refused: A header cannot be read (400), a destination is elsewhere (412), or a run has ended (400).
        """
        return self._publisher.publish(asked, self.clock.now())

    def start(self) -> list[Outbound]:
        """The deliveries to make now; each must be settled later."""
        now = self.clock.now()
        self.schedules.fire_due(now)
        for waiter in self.outbox.advance(now):
            self._resume(waiter, None)
        # resuming may have published what is due at once
        self.outbox.advance(now)
        started = self.outbox.dispatcher.take(now)
        started += self.faults.duplicate(started, self.outbox, now)
        return [outbound(attempt, self._run_of(attempt), self.faults.of(attempt)) for attempt in started]

    def next_due(self) -> int | None:
        """When something happens by time alone, in milliseconds; None for never."""
        times = (self.outbox.next_due(), self.schedules.next_due(self.clock.now()))
        return min((time for time in times if time is not None), default=None)

    def settle(self, request: Outbound, answer: Answer, started_at: int, elapsed: float) -> None:
        """A delivery got its answer (facts: QStash wire protocol 3.3).

        Args:
            request: From `start`.
            answer: Status 0 when there was none.
            started_at: Milliseconds on the engine's clock.
            elapsed: Real milliseconds.
        """
        attempt, run = request.attempt, self._run_of(request.attempt)
        self.outbox.finish(attempt)
        self._remember(request, answer, started_at, elapsed)
        if attempt.is_duplicate:
            return
        if run is None:
            # a message that was cancelled meanwhile has no consequences
            if self.outbox.messages.get(attempt.message.id) is attempt:
                self._settle_plain(attempt, answer)
        elif attempt.message.call_type == FAILURE_CALL:
            self._settle_failure_call(run, attempt, answer)
        elif run.is_open:
            self._settle_open(run, attempt, answer)
        self.outbox.conclude(attempt)

    @property
    def begun(self) -> int:
        """How many runs there were, forgotten ones among them."""
        return len(self.runs) + len(self._ledger.past)

    def began(self, run_id: str) -> int:
        """When a run began, in milliseconds, though it may be forgotten; 0 for one that is not known."""
        run = self.runs.get(run_id) or self._ledger.past.get(run_id)
        return run.created_at if run else 0

    def end(self, run_id: str, response: bytes, cancel: bool = False) -> None:
        """The endpoint says that its run is over.

        Raises:
            Refused: 404 when there is no such run, or it has ended already.
        """
        run = self.runs.get(run_id)
        if run is None or not run.is_open:
            raise Refused(404, f"workflow run {run_id} not found")
        if not cancel and response:
            run.response = response.decode("utf-8", "replace")
        self._endings.close(run, RunState.CANCELED if cancel else RunState.SUCCESS)

    def cancel(self, runs: Iterable[Run]) -> int:
        """Cancel open runs; how many there were."""
        open_runs = [run for run in runs if run.is_open]
        for run in open_runs:
            self._endings.close(run, RunState.CANCELED)
        return len(open_runs)

    def wait(self, event_id: str, asked: Mapping[str, object]) -> None:
        """A run waits for an event; one that was stored for it before resumes it at once.

        Raises:
            Refused: 400 when the request lacks what is needed, or the run has ended.
        """
        waiter = self.waiting_room.enter(event_id, asked, self.clock.now())
        run = self.runs.get(waiter.run_id)
        try:
            if run is None or not run.is_open:
                raise Refused(400, f"workflow run {waiter.run_id} does not exist or has ended")
            self.limits.check_delay(waiter.deadline - self.clock.now())
        except Refused:
            self.waiting_room.leave(waiter)
            raise
        self.outbox.watch(waiter)
        if run.events.get(event_id):
            self._resume(waiter, run.events[event_id].pop(0))
            self._ledger.keep(run)

    def notify(self, event_id: str, data: bytes, run_id: str = "") -> list[tuple[Waiter, Accepted]]:
        """Tell an event to everybody who waits for it; for a run that does not wait yet, it is stored."""
        told = [(waiter, self._resume(waiter, data)) for waiter in self.waiting_room.of_event(event_id, run_id)]
        run = self.runs.get(run_id)
        if not told and run is not None and run.is_open:
            run.events.setdefault(event_id, []).append(data)
            self._ledger.keep(run)
        return [(waiter, accepted) for waiter, accepted in told if accepted]

    # ---- answers -----------------------------------------------------------------------------------------------

    def _run_of(self, attempt: Attempt) -> Run | None:
        return self.runs.get(attempt.message.run_id)

    def _remember(self, request: Outbound, answer: Answer, started_at: int, elapsed: float) -> None:
        run, now = self._run_of(request.attempt), self.clock.now()
        record = record_of(request, run, answer, started_at, now, elapsed)
        self.limits.count_step(now)
        self.faults.note_delivery(record)
        if run is not None:
            run.note_delivery(request.attempt, answer, started_at, now)
        self._ledger.remember(record, run)
        self.observer.delivered(record)

    def _settle_open(self, run: Run, attempt: Attempt, answer: Answer) -> None:
        message = attempt.message
        if run.pending.pop(message.id, None) is None:
            return
        if answer.ok:
            if message.call_type == TO_CALLBACK:
                self._call_back(attempt, answer)
            elif message.init and (objection := foreignness(run, answer)):
                self._endings.fail(run, attempt, replace(answer, error=objection))
            return
        if run.exceeded:
            self._endings.fail(run, attempt, replace(answer, error=run.exceeded))
        elif self._retry(attempt, answer, run):
            self._endings.note_error(run, message, answer)
        elif message.call_type == TO_CALLBACK:
            self._call_back(attempt, answer)
        else:
            self._endings.fail(run, attempt, answer)

    def _settle_plain(self, attempt: Attempt, answer: Answer) -> None:
        if answer.ok:
            self._call_back(attempt, answer)
        elif not self._retry(attempt, answer, None):
            letter = self._endings.bury(attempt, answer, None)
            self._call_back(attempt, answer)
            self._endings.tell_failure(letter)

    def _settle_failure_call(self, run: Run, attempt: Attempt, answer: Answer) -> None:
        if run.pending.pop(attempt.message.id, None) is None:
            return
        if answer.ok:
            run.failure_function = CallbackState.SUCCESS
        elif not self._retry(attempt, answer, run):
            run.failure_function = CallbackState.FAILED
        self._ledger.keep(run)

    def _retry(self, attempt: Attempt, answer: Answer, run: Run | None) -> bool:
        message, now = attempt.message, self.clock.now()
        if answer.final or attempt.retried >= message.retries:
            return False
        due = now + retry_delay(attempt.retried, message.retry_delay, answer.headers, now)
        self.outbox.again(attempt, due, run)
        return True

    # ---- what the server sends itself --------------------------------------------------------------------------

    def _call_back(self, attempt: Attempt, answer: Answer) -> None:
        """Send a callback when the message's headers ask for one, once, after the last attempt."""
        if asked := callback(attempt, answer):
            self._post(asked)

    def _resume(self, waiter: Waiter, data: bytes | None) -> Accepted | None:
        self.outbox.unwatch(waiter)
        return self._post(waiter.resumption(data)) if self.waiting_room.leave(waiter) else None

    def _post(self, publication: Publication) -> Accepted | None:
        """Publish in the server's own name; a run that has ended in the meantime is no error."""
        try:
            return self._publisher.publish([publication], self.clock.now(), trusted=True)[0]
        except Refused as refusal:
            self.observer.refused(refusal.status, refusal.message)
            return None
