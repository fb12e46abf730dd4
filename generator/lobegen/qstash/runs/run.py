"""A workflow run: its list of entries and what became of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from lobegen.qstash.faults.kinds import InjectedFault
from lobegen.qstash.message import STEP, Answer, Attempt, DeliveryNote, Entry, Headers, Message
from lobegen.qstash.runs.events import Waiter


class RunState(StrEnum):
    """The states that logs name."""

    STARTED = "RUN_STARTED"
    SUCCESS = "RUN_SUCCESS"
    FAILED = "RUN_FAILED"
    CANCELED = "RUN_CANCELED"


class CallbackState(StrEnum):
    """The states of a failure function."""

    IN_PROGRESS = "CALLBACK_INPROGRESS"
    SUCCESS = "CALLBACK_SUCCESS"
    FAILED = "CALLBACK_FAIL"
    CANCELED = "CALLBACK_CANCELED"


@dataclass(frozen=True, slots=True)
class StepError:
    """A failed attempt, for the logs."""

    answer: Answer
    time: int


@dataclass(frozen=True, slots=True)
class Parent:
    """Where a run that was started by `context.invoke` reports its end."""

    run_id: str
    url: str
    headers: Headers
    step: dict[str, object]


@dataclass(slots=True)
class Run:
    """One workflow run; the list of entries only ever grows.

    Attributes:
        id: `wfr_…`.
        url: The workflow's endpoint.
        created_at: Milliseconds.
        trigger: Control headers of the message that started it.
        forward: Headers that message handed on.
        parent: Who invoked it, or None.
        overrides: Control headers that hold for all its steps, given when it was resumed or restarted.
        pending: Attempts that are planned, waiting or in flight, by message id.
        dropped: Messages that were taken back, or whose answer no longer counts, because the run ended.
        waiters: Waits for events that its end broke off.
        resumed_as: The run that goes on with its work, or empty.
        failed_message: The message that failed the run, or empty.
        errors: Failed attempts, by message id.
        exceeded: The limit of the plan that it has reached, or empty.
        events: Event data that arrived before anybody waited for it.
        deliveries: Those that are over, in the order of the answers.
        faults: What went wrong on request.
    """

    id: str
    url: str
    created_at: int
    trigger: Headers
    forward: Headers
    parent: Parent | None = None
    overrides: Headers = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    state: RunState = RunState.STARTED
    completed_at: int | None = None
    response: str | None = None
    dead_letter: str = ""
    failure_function: CallbackState | None = None
    pending: dict[str, Attempt] = field(default_factory=dict)
    dropped: list[Message] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)
    resumed_as: str = ""
    exceeded: str = ""
    failed_message: str = ""
    errors: dict[str, list[StepError]] = field(default_factory=dict)
    events: dict[str, list[bytes]] = field(default_factory=dict)
    deliveries: list[DeliveryNote] = field(default_factory=list)
    faults: list[InjectedFault] = field(default_factory=list)
    _encoded: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether messages are still accepted for it."""
        return self.state is RunState.STARTED

    @property
    def features(self) -> frozenset[str]:
        """What the trigger asked for in `Upstash-Feature-Set`."""
        return _features(self.trigger.get("upstash-feature-set", ""))

    @property
    def keeps_config(self) -> bool:
        """Whether later messages are delivered as the trigger said."""
        return "WF_TriggerOnConfig" in self.features

    @property
    def settled(self) -> Headers:
        """Control headers that win over those of its steps."""
        return self.trigger if self.keeps_config else self.overrides

    @property
    def labels(self) -> list[str]:
        """The labels that the trigger gave."""
        return [label for label in self.trigger.get("upstash-label", "").split(",") if label]

    @property
    def payload(self) -> bytes:
        """The initial payload, byte for byte."""
        return self.entries[0].body

    def append(self, entry: Entry) -> int:
        """Add an entry and return its position."""
        self.entries.append(entry)
        self._encoded.append(entry.encoded())
        return len(self.entries) - 1

    def cut(self, length: int) -> None:
        """Forget the entries behind the first `length`."""
        del self.entries[length:], self._encoded[length:]

    def note_error(self, message_id: str, answer: Answer, now: int) -> None:
        """Remember a failed attempt."""
        self.errors.setdefault(message_id, []).append(StepError(answer, now))

    def note_delivery(self, attempt: Attempt, answer: Answer, started_at: int, now: int) -> None:
        """Remember a delivery that is over."""
        message = attempt.message
        self.deliveries.append(
            DeliveryNote(message.id, message.call_type, message.called, attempt.retried, answer.status, started_at, now)
        )

    def listing(self, position: int | None = None) -> bytes:
        """The list as JSON, cut behind `position`: each delivery sees what was there when its message came."""
        upto = len(self._encoded) if position is None else position + 1
        return f"[{','.join(self._encoded[:upto])}]".encode()

    def step_name(self, position: int) -> str:
        """What a delivery with this position is about: `init`, or the name of the step in its entry."""
        if position <= 0:
            return "init" if position == 0 else ""
        entry = self.entries[position]
        step = read_step(entry) if entry.call_type == STEP else None
        return str(step.get("stepName", "")) if step else ""


@lru_cache(maxsize=64)
def _features(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(","))


def successor(runs: Mapping[str, Run], run_id: str) -> Run | None:
    """The run of that id, or the one that goes on with its work since it was resumed."""
    run = runs.get(run_id)
    while run is not None and run.resumed_as:
        run = runs.get(run.resumed_as)
    return run


def read_step(entry: Entry) -> dict[str, object] | None:
    """The step that an entry holds, or None when its body is no JSON object."""
    try:
        step = json.loads(entry.body)
    except ValueError:
        return None
    return step if isinstance(step, dict) else None
