"""The HTTP request of an attempt (facts: QStash wire protocol 2.1, 2.2)."""

from lobegen.qstash.faults.kinds import Fault
from lobegen.qstash.message import PLAIN, STEP, TO_CALLBACK, Attempt, Message, Outbound
from lobegen.qstash.runs.run import Run

#: Above this size a list is not sent but fetched by the SDK; Python's SDK cannot (facts: QStash wire protocol 2.6).
LAZY_FETCH_ABOVE = 3_000_000


def outbound(attempt: Attempt, run: Run | None, faults: tuple[Fault, ...] = ()) -> Outbound:
    """The request of one attempt; all but the signature."""
    message = attempt.message
    headers = dict(message.forward)
    headers["content-type"] = _content_type(message)
    headers["user-agent"] = "Upstash-QStash"
    headers["upstash-message-id"] = message.id
    headers["upstash-retried"] = str(attempt.retried)
    headers["upstash-caller-ip"] = "127.0.0.1"
    if run is not None and message.call_type not in (PLAIN, TO_CALLBACK):
        headers |= _workflow_headers(message, run)
    body = b"" if Fault.LAZY_FETCH in faults else _body(message, run)
    return Outbound(attempt, message.method, message.destination, headers, body, faults)


def _content_type(message: Message) -> str:
    published = message.headers.get("content-type", "application/json")
    return published if message.call_type in (PLAIN, TO_CALLBACK) else "application/json"


def _workflow_headers(message: Message, run: Run) -> dict[str, str]:
    headers = {
        "upstash-workflow-runid": run.id,
        "upstash-workflow-url": run.url,
        "upstash-workflow-createdat": str(run.created_at),
        "upstash-workflow-init": "true" if message.init else "false",
        "upstash-workflow-calltype": message.call_type,
        "upstash-max-retries": str(message.retries),
    }
    if message.retry_delay:
        headers["upstash-retry-delay"] = message.retry_delay
    if message.flow:
        headers["upstash-flow-control-key"] = message.flow.key
        headers["upstash-flow-control-value"] = message.flow.value
    return headers


def _body(message: Message, run: Run | None) -> bytes:
    if run is None or message.call_type != STEP:
        return message.body
    listing = run.listing(message.position)
    wants_fetch = len(listing) > LAZY_FETCH_ABOVE and "LazyFetch" in message.headers.get("upstash-feature-set", "")
    return b"" if wants_fetch else listing
