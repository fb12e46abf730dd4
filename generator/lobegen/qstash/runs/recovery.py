"""What can still be done with a dead letter: resume or restart its run, call the failure function again, retry it."""

from collections.abc import Callable, Mapping

from lobegen.qstash.clock import Clock
from lobegen.qstash.message import FROM_CALLBACK, STEP, Headers, Message, Publication
from lobegen.qstash.planning.outbox import Outbox
from lobegen.qstash.publishing.headers import forwarded, of_run
from lobegen.qstash.publishing.publisher import Accepted, Publisher
from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.callbacks import failure_callback
from lobegen.qstash.runs.dead_letters import DeadLetter
from lobegen.qstash.runs.events import Waiter
from lobegen.qstash.runs.ledger import Ledger
from lobegen.qstash.runs.run import CallbackState, Run
from lobegen.qstash.runs.undelivered import undelivered

_RUN_ID = "upstash-workflow-runid"
#: what held for the first sending only
_SPENT = ("upstash-delay", "upstash-not-before", "upstash-deduplication-id", "upstash-content-based-deduplication")
_SPENT_BY_RUN = (*_SPENT, "upstash-workflow-invoke", "upstash-workflow-trigger-by-sdk")


class Recovery:
    """Acts on dead letters; a letter whose work goes on leaves the queue.

    A run that goes on is a new run with an id of its own. It reports to no parent: whoever invoked the failed run was
    told of the failure.

    Args:
        ledger: All runs.
        letters: The queue, by id.
        publisher: Accepts what is sent again.
        outbox: Takes callbacks back.
        wait: Lets a run wait for an event.
        clock: What time it is.
        new_id: Makes identifiers from a prefix.
    """

    def __init__(
        self,
        ledger: Ledger,
        letters: dict[str, DeadLetter],
        publisher: Publisher,
        outbox: Outbox,
        wait: Callable[[str, Mapping[str, object]], None],
        clock: Clock,
        new_id: Callable[[str], str],
    ) -> None:
        self._ledger = ledger
        self._letters = letters
        self._publisher = publisher
        self._outbox = outbox
        self._wait = wait
        self._clock = clock
        self._new_id = new_id

    def resume(self, letter: DeadLetter, overrides: Headers, run_id: str = "") -> Run:
        """Go on from where a run failed: its results are kept, what was not delivered is sent again.

        What waited for an event waits again, as long as before. The new run's id is random when none is given.

        Raises:
            Refused: 400 for a letter of no run, or when an override cannot be read; 412 when one is over a limit.
        """
        failed, now = _run_of(letter), self._clock.now()
        trigger = of_run(failed.trigger, failed.id, run_id or self._new_id("wfr")) | _with_label(overrides)
        run = Run(trigger[_RUN_ID], failed.url, now, trigger, forwarded(trigger), overrides=_with_label(overrides))
        run.events = {event: list(data) for event, data in failed.events.items()}
        lost = [letter.attempt.message, *undelivered(failed, self._ledger.runs.values())]
        lost.sort(key=lambda message: message.position)
        self._publisher.take_over(failed, run, [(message, self._again(message, run)) for message in lost], now)
        for waiter in failed.waiters:
            self._wait(waiter.event_id, _asked_by(waiter, run))
        failed.resumed_as = run.id
        self._ledger.keep(failed)
        del self._letters[letter.id]
        return run

    def restart(self, letter: DeadLetter, overrides: Headers, run_id: str = "") -> Accepted:
        """Begin anew with the same payload and configuration.

        Raises:
            Refused: As for `resume`; also 400 when there is a run of that id.
        """
        failed = _run_of(letter)
        trigger = {name: value for name, value in failed.trigger.items() if name not in _SPENT_BY_RUN}
        headers = of_run(trigger, failed.id, run_id or self._new_id("wfr")) | _with_label(overrides)
        (accepted,) = self._publisher.publish([Publication(failed.url, headers, failed.payload)], self._clock.now())
        if accepted.deduplicated:
            raise Refused(400, f"workflow run {accepted.run_id} exists")
        self._publisher.override(accepted.run_id, _with_label(overrides))
        del self._letters[letter.id]
        return accepted

    def retry(self, letter: DeadLetter, overrides: Headers) -> Accepted:
        """Send a plain message again.

        Raises:
            Refused: 400 for a letter of a run, or when an override cannot be read; 412 when one is over a limit.
        """
        if letter.run is not None:
            raise Refused(400, f"dlqId {letter.id} is of a workflow run: resume or restart it under /v2/workflows/dlq")
        message = letter.attempt.message
        headers = {name: value for name, value in message.headers.items() if name not in _SPENT} | dict(overrides)
        (accepted,) = self._publisher.publish(
            [Publication(message.destination, headers, message.body)], self._clock.now()
        )
        del self._letters[letter.id]
        return accepted

    def call_back(self, letter: DeadLetter) -> Run:
        """Call the failure function of a run once more.

        Raises:
            Refused: 400 when it has not failed.
        """
        run, asked = _run_of(letter), failure_callback(letter)
        if asked is None or run.failure_function is not CallbackState.FAILED:
            state = run.failure_function or "not there"
            raise Refused(400, f"only a failure function that failed can be called again; this one is {state}")
        self._publisher.publish([asked], self._clock.now(), trusted=True)
        run.failure_function = CallbackState.IN_PROGRESS
        self._ledger.keep(run)
        return run

    def cancel_callback(self, letter: DeadLetter) -> None:
        """Give up a failure function that is being called; an answer that still comes does not count.

        Raises:
            Refused: 400 when none is.
        """
        run = _run_of(letter)
        if run.failure_function is not CallbackState.IN_PROGRESS:
            raise Refused(400, f"no failure function is in progress for dlqId {letter.id}")
        for attempt in run.pending.values():
            self._outbox.drop(attempt)
        run.pending = {}
        run.failure_function = CallbackState.CANCELED
        self._ledger.keep(run)

    def _again(self, message: Message, run: Run) -> Publication:
        """The message as the new run sends it: without the delay that is over, with what remains of one that is not."""
        headers = {name: value for name, value in message.headers.items() if name not in _SPENT}
        if message.not_before > self._clock.now():
            headers["upstash-not-before"] = str(message.not_before / 1000)
        if message.call_type in (STEP, FROM_CALLBACK):
            if "upstash-delay" in run.overrides:
                headers.pop("upstash-not-before", None)
            headers |= run.overrides
        return Publication(message.destination, of_run(headers, message.run_id, run.id), message.body)


def _run_of(letter: DeadLetter) -> Run:
    if letter.run is None:
        raise Refused(400, f"dlqId {letter.id} is of no workflow run")
    return letter.run


def _with_label(overrides: Headers) -> dict[str, str]:
    """A label is told to the endpoint too."""
    label = overrides.get("upstash-label")
    return {**overrides, **({"upstash-forward-upstash-label": label} if label is not None else {})}


def _asked_by(waiter: Waiter, run: Run) -> dict[str, object]:
    """The wait of another run, as this one's."""
    headers = waiter.asked.get("timeoutHeaders")
    named = headers.items() if isinstance(headers, dict) else ()
    renamed = {name: [run.id] if name.lower() == _RUN_ID else value for name, value in named}
    return {**waiter.asked, "timeoutHeaders": renamed}
