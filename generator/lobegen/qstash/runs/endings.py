"""How runs and messages end, and who is told."""

from collections.abc import Callable

from lobegen.qstash.clock import Clock
from lobegen.qstash.message import STEP, Answer, Attempt, Entry, Message, Publication
from lobegen.qstash.planning.outbox import Outbox
from lobegen.qstash.ports import Observer
from lobegen.qstash.publishing.invocation import result_of
from lobegen.qstash.publishing.publisher import Accepted
from lobegen.qstash.runs.callbacks import failure_callback
from lobegen.qstash.runs.dead_letters import DeadLetter, next_number
from lobegen.qstash.runs.events import WaitingRoom
from lobegen.qstash.runs.ledger import Ledger
from lobegen.qstash.runs.retention import Retention
from lobegen.qstash.runs.run import CallbackState, Run, RunState, successor


class Endings:
    """Ends runs.

    Args:
        ledger: All runs.
        letters: The dead letter queue, by id.
        outbox: What is on its way.
        waiting_room: Who waits for events.
        observer: Is told of ends.
        clock: What time it is.
        new_id: Makes identifiers from a prefix.
        post: Publishes in the server's own name.
        retention: Forgets older ones.
    """

    def __init__(
        self,
        ledger: Ledger,
        letters: dict[str, DeadLetter],
        outbox: Outbox,
        waiting_room: WaitingRoom,
        observer: Observer,
        clock: Clock,
        new_id: Callable[[str], str],
        post: Callable[[Publication], Accepted | None],
        retention: Retention,
    ) -> None:
        self._ledger = ledger
        self._letters = letters
        self._outbox = outbox
        self._waiting_room = waiting_room
        self._observer = observer
        self._clock = clock
        self._new_id = new_id
        self._post = post
        self._retention = retention
        self._buried = next_number(letters)

    def fail(self, run: Run, attempt: Attempt, answer: Answer) -> None:
        """An attempt was the last one: the run fails with it, and whoever wants to know is told."""
        self.note_error(run, attempt.message, answer)
        letter = self.bury(attempt, answer, run)
        run.dead_letter, run.failed_message = letter.id, attempt.message.id
        self.close(run, RunState.FAILED)
        if self.tell_failure(letter):
            run.failure_function = CallbackState.IN_PROGRESS

    def note_error(self, run: Run, message: Message, answer: Answer) -> None:
        """Remember a failed attempt."""
        run.note_error(message.id, answer, self._clock.now())
        self._ledger.keep(run)

    def bury(self, attempt: Attempt, answer: Answer, run: Run | None) -> DeadLetter:
        """Put what failed for good into the dead letter queue."""
        now = self._clock.now()
        letter = DeadLetter(f"{now}-{self._buried}", attempt, answer, now, run)
        self._buried += 1
        self._letters[letter.id] = letter
        self._retention.sweep(now)
        return letter

    def close(self, run: Run, state: RunState) -> None:
        """End a run: what is on its way is taken back, and the run that invoked it goes on."""
        run.state, run.completed_at = state, self._clock.now()
        for attempt in run.pending.values():
            self._outbox.drop(attempt)
        run.dropped, run.pending = [attempt.message for attempt in run.pending.values()], {}
        run.waiters = self._waiting_room.of_run(run.id)
        for waiter in run.waiters:
            self._waiting_room.leave(waiter)
            self._outbox.unwatch(waiter)
        self._ledger.keep(run)
        self._observer.ended(run)
        self._retention.ended(run, self._clock.now())
        if run.parent is not None:
            self._report(run)

    def _report(self, run: Run) -> None:
        """Tell the run that invoked this one."""
        if run.parent is None:
            return
        step = result_of(run, run.parent)
        invoker = successor(self._ledger.runs, run.parent.run_id)
        if invoker is not None and invoker.state is RunState.FAILED:
            # nothing is delivered any more, but the step is there for whoever resumes the run
            self._ledger.append(invoker, Entry(self._new_id("msg"), step, STEP, self._clock.now()))
            return
        own = {"upstash-workflow-runid": invoker.id if invoker else run.parent.run_id, "upstash-workflow-init": "false"}
        self._post(Publication(run.parent.url, dict(run.parent.headers) | own, step))

    def tell_failure(self, letter: DeadLetter) -> bool:
        """Send the failure callback; False when nobody wants it."""
        asked = failure_callback(letter)
        return asked is not None and self._post(asked) is not None
