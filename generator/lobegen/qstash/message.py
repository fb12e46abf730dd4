"""What travels: messages, attempts to deliver them, and the answers."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from lobegen.qstash.faults.kinds import Fault
from lobegen.qstash.planning.flow_control import FlowControl

#: Names are in lower case everywhere inside the local QStash.
Headers = Mapping[str, str]

STEP = "step"
TO_CALLBACK = "toCallback"
FROM_CALLBACK = "fromCallback"
FAILURE_CALL = "failureCall"
#: The call type of a message that belongs to no workflow run.
PLAIN = ""
#: A header of our own on the callbacks of messages in queues.
HOLDS = "x-lobegen-queue"


@dataclass(frozen=True, slots=True)
class Publication:
    """A message as it was asked for.

    Attributes:
        destination: Where it goes, as written by the sender.
        headers: The control headers, names in lower case.
        body: Byte for byte.
    """

    destination: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a run's list: a message's raw body (facts: QStash wire protocol 2.2)."""

    message_id: str
    body: bytes
    call_type: str
    created_at: int

    def encoded(self) -> str:
        """The entry as JSON text, the body in base64."""
        body = base64.b64encode(self.body).decode()
        return f'{{"messageId":"{self.message_id}","body":"{body}","callType":{json.dumps(self.call_type)}}}'


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was accepted.

    Attributes:
        id: `msg_…`.
        destination: The URL to call.
        method: HTTP method.
        headers: The control headers as published.
        forward: The headers that are handed on to the destination.
        body: The published body; a step delivery sends the run's list instead.
        call_type: `step`, `toCallback`, `fromCallback`, `failureCall`, or empty outside of workflows.
        run_id: `wfr_…`, or empty.
        position: Index of the message's own entry in the run's list; -1 when it has none.
        init: Whether it starts the run.
        retries: Attempts after the first.
        retry_delay: An expression in milliseconds, or empty for the default schedule.
        flow: Flow control, or None.
        timeout: Seconds until the attempt counts as failed, or None for the server's own limit.
        created_at: Milliseconds.
        not_before: Milliseconds; the first attempt is not made earlier.
    """

    id: str
    destination: str
    method: str
    headers: Headers
    forward: Headers
    body: bytes
    call_type: str
    run_id: str
    position: int
    init: bool
    retries: int
    retry_delay: str
    flow: FlowControl | None
    timeout: float | None
    created_at: int
    not_before: int

    @property
    def queue(self) -> str:
        """The queue it stands in, or empty."""
        return self.headers.get("upstash-queue-name", "")

    @property
    def holds(self) -> str:
        """The queue whose head it keeps for the message that it calls back for, or empty."""
        return self.headers.get(HOLDS, "")

    @property
    def schedule(self) -> str:
        """Id of the schedule that sent it, or empty."""
        return self.headers.get("upstash-schedule-id", "")

    @property
    def labels(self) -> list[str]:
        """What the sender called it."""
        return [label for label in self.headers.get("upstash-label", "").split(",") if label]

    @property
    def called(self) -> str:
        """Id of the step that a third party is called for, or was; else empty."""
        name = "upstash-workflow-stepid"
        return self.forward.get(name) or self.headers.get(f"upstash-callback-forward-{name}", "")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery of a message, planned or in flight; `retried` counts from 0, `due` is in milliseconds.

    A duplicate is made although the attempt that it repeats may have succeeded; nobody heeds its answer.
    """

    id: int
    message: Message
    retried: int
    due: int = 0
    is_duplicate: bool = False

    @property
    def stands_in_line(self) -> bool:
        """Whether it waits in a queue; whoever was at its head once stays there."""
        return bool(self.message.queue) and not self.retried and not self.is_duplicate


@dataclass(frozen=True, slots=True)
class Answer:
    """What the destination answered; status 0 and an error text when it did not."""

    status: int
    headers: Headers = field(default_factory=dict)
    body: bytes = b""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def final(self) -> bool:
        """Whether the destination asked not to be called again: 489 with its header."""
        return self.status == 489 and self.headers.get("upstash-nonretryable-error", "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Outbound:
    """The HTTP request of one attempt, not yet signed, and what is to go wrong with it."""

    attempt: Attempt
    method: str
    url: str
    headers: Headers
    body: bytes
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What a run keeps of each of its deliveries, whatever the history forgets.

    Attributes:
        message_id: `msg_…`.
        call_type: As in `Message`.
        called: Id of the step that a `toCallback` or `fromCallback` is about, else empty.
        retried: 0 for the first attempt.
        status: HTTP status; 0 when there was no answer.
        started_at: Milliseconds.
        finished_at: Milliseconds.
    """

    message_id: str
    call_type: str
    called: str
    retried: int
    status: int
    started_at: int
    finished_at: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A delivery that is over.

    Attributes:
        url: The destination.
        status: HTTP status; 0 when there was no answer.
        call_type: As in `Message`.
        retried: 0 for the first attempt.
        run_id: `wfr_…`, or empty.
        message_id: `msg_…`.
        step: Name of the newest step in the list that was sent, `init`, or empty.
        entries: Length of that list, or None when none was sent.
        flow_control: What held for this delivery, or None.
        headers: As sent, names in lower case, less the signature.
        response_headers: Names in lower case.
        response_body: Byte for byte.
        error: Why there was no answer, or empty.
        started_at: Milliseconds on the server's clock.
        finished_at: Milliseconds on the server's clock.
        elapsed: Real milliseconds.
        faults: What was done to this delivery on request.
    """

    url: str
    status: int
    call_type: str
    retried: int
    run_id: str
    message_id: str
    step: str
    entries: int | None
    flow_control: FlowControl | None
    headers: Headers
    response_headers: Headers
    response_body: bytes
    error: str
    started_at: int
    finished_at: int
    elapsed: float
    faults: tuple[Fault, ...] = ()
