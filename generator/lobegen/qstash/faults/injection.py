"""Which faults happen to a message and to each attempt to deliver it, and which have happened."""

from collections import deque
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from urllib.parse import urlsplit

from lobegen.qstash.clock import Clock
from lobegen.qstash.faults.kinds import Fault, Faults, InjectedFault
from lobegen.qstash.message import STEP, Attempt, DeliveryRecord, Message
from lobegen.qstash.planning.outbox import Outbox
from lobegen.qstash.ports import Settings
from lobegen.qstash.runs.run import Run, read_step
from lobegen.qstash.storage.store import Store

#: Of these, one at most happens to an attempt; those that fail it spare the last one, so that no run dies of them
_FAILING = (Fault.ERROR, Fault.TIMEOUT, Fault.LOST)
#: Milliseconds on the server's clock
_LONGEST_HOLD = 3_000
_LATEST_DUPLICATE = 60_000
#: SDKs for JavaScript say so; that for Python asks for lists to be fetched, and then cannot (wire protocol 2.6)
_CAN_FETCH = "@upstash/"


class FaultInjection:
    """Chooses faults by what a message is about, never by what came before.

    Args:
        settings: Hold the faults that are wanted.
        clock: The engine's.
        runs: The engine's.
        store: Keeps what happened.

    Attributes:
        injected: What happened, as long as deliveries are remembered.
    """

    def __init__(self, settings: Settings, clock: Clock, runs: Mapping[str, Run], store: Store) -> None:
        self._faults = settings.faults
        self._clock = clock
        self._runs = runs
        self._journal = store.journal("faults", InjectedFault)
        self.injected: deque[InjectedFault] = deque(maxlen=settings.history)
        for injected in self._journal.replay():
            self._remember(injected)

    def note(self, fault: Fault, run_id: str, message_id: str = "", step: str = "") -> InjectedFault:
        """Remember that something went wrong on request."""
        injected = InjectedFault(fault, run_id, message_id, step, self._clock.now())
        self._journal.append(injected)
        self._remember(injected)
        return injected

    def note_delivery(self, record: DeliveryRecord) -> None:
        """Remember what went wrong with a delivery."""
        for fault in record.faults:
            self.note(fault, record.run_id, record.message_id, record.step)

    def _remember(self, injected: InjectedFault) -> None:
        self.injected.append(injected)
        if injected.run_id in self._runs:
            self._runs[injected.run_id].faults.append(injected)

    def of(self, attempt: Attempt) -> tuple[Fault, ...]:
        """What happens to this attempt."""
        if attempt.is_duplicate:
            return (Fault.DUPLICATE,)
        if not self._faults:
            return ()
        message = attempt.message
        run, name = self._runs.get(message.run_id), self._name(attempt)
        found = [Fault.REORDER] if not attempt.retried and hold_back(self._faults, message, run) else []
        if _can_fetch(message) and self._faults.hits(Fault.LAZY_FETCH, *name):
            found.append(Fault.LAZY_FETCH)
        is_last = attempt.retried >= message.retries
        candidates = (Fault.SLOW,) if is_last else (*_FAILING, Fault.SLOW)
        return (*found, *[fault for fault in candidates if self._faults.hits(fault, *name)][:1])

    def duplicate(self, started: Sequence[Attempt], outbox: Outbox, now: int) -> list[Attempt]:
        """Plan to make some attempts twice; those duplicates that start at once are returned."""
        if not self._faults.rates.get(Fault.DUPLICATE):
            return []
        for attempt in started:
            after = self._duplicate_after(attempt)
            if after is not None:
                outbox.duplicate(attempt, now + after)
        outbox.advance(now)
        return outbox.dispatcher.take(now)

    def chance(self, attempt: Attempt) -> float:
        """A number from 0 up to 1 for choices within a kind."""
        return self._faults.chance("answer", *self._name(attempt))

    def _name(self, attempt: Attempt) -> tuple[object, ...]:
        return *_identity(attempt.message, self._runs.get(attempt.message.run_id)), attempt.retried

    def _duplicate_after(self, attempt: Attempt) -> int | None:
        """Milliseconds. Half of the duplicates come at once, the others when the run may have moved on."""
        name = self._name(attempt)
        if attempt.is_duplicate or not self._faults.hits(Fault.DUPLICATE, *name):
            return None
        return max(0, int((self._faults.chance("later", *name) - 0.5) * 2 * _LATEST_DUPLICATE))


def hold_back(faults: Faults, message: Message, run: Run | None) -> int:
    """How long a message waits beyond its time, in milliseconds; mostly 0."""
    if message.call_type != STEP or not faults.rates.get(Fault.REORDER):
        return 0
    name = _identity(message, run)
    return 1 + int(faults.chance("hold", *name) * _LONGEST_HOLD) if faults.hits(Fault.REORDER, *name) else 0


def _identity(message: Message, run: Run | None) -> tuple[object, ...]:
    """What is the same when a program runs again: message ids are not, nor ports, nor the order of parallel steps."""
    step = read_step(run.entries[message.position]) if run and message.position > 0 else None
    if step is None or message.call_type != STEP:
        path = urlsplit(message.destination).path
        return message.run_id, message.call_type, path, blake2b(message.body).hexdigest()
    return message.run_id, step.get("stepId"), step.get("targetStep"), step.get("stepName")


def _can_fetch(message: Message) -> bool:
    sdk, features = (message.headers.get(f"upstash-{name}", "") for name in ("telemetry-sdk", "feature-set"))
    return message.call_type == STEP and _CAN_FETCH in sdk and "LazyFetch" in features
