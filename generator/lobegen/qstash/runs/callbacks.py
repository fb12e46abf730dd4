"""The bodies of callbacks: the answer to one message, told to another endpoint (wire protocol 2.4, 2.5)."""

import base64
import json

from lobegen.qstash.message import HOLDS, Answer, Attempt, Message, Publication
from lobegen.qstash.publishing.headers import canonical, promoted
from lobegen.qstash.runs.dead_letters import DeadLetter
from lobegen.qstash.runs.run import Run

_CALLBACK = "upstash-callback"
_FAILURE_CALLBACK = "upstash-failure-callback"


def callback_body(attempt: Attempt, answer: Answer) -> dict[str, object]:
    """What a callback says about the attempt that was the last one."""
    message = attempt.message
    body: dict[str, object] = {
        "status": answer.status,
        "header": canonical(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
        "retried": attempt.retried,
        "maxRetries": message.retries,
        "sourceMessageId": message.id,
        "url": message.destination,
        "method": message.method,
        "sourceHeader": canonical(message.forward),
        "sourceBody": base64.b64encode(message.body).decode(),
        "notBefore": message.not_before,
        "createdAt": message.created_at,
        "callerIP": "127.0.0.1",
    }
    if answer.error:
        body["error"] = answer.error
    if message.run_id:
        body["workflowRunId"] = message.run_id
    return body


def failure_callback(letter: DeadLetter) -> Publication | None:
    """The message that tells of a failure for good, or None when nobody wants to know."""
    headers, run = letter.attempt.message.headers, letter.run
    body = callback_body(letter.attempt, letter.answer) | {"dlqId": letter.id}
    if run is not None:
        body |= _of_run(run)
        if _FAILURE_CALLBACK not in headers and run.keeps_config:
            headers = run.trigger
    if _FAILURE_CALLBACK not in headers:
        return None
    own = promoted(headers, _FAILURE_CALLBACK + "-") | holding(letter.attempt.message)
    return Publication(headers[_FAILURE_CALLBACK], own, encode(body))


def callback(attempt: Attempt, answer: Answer) -> Publication | None:
    """The message that tells of an answer, or None when nobody wants to know."""
    headers = attempt.message.headers
    if _CALLBACK not in headers:
        return None
    own = promoted(headers, _CALLBACK + "-") | holding(attempt.message)
    return Publication(headers[_CALLBACK], own, encode(callback_body(attempt, answer)))


def holding(message: Message) -> dict[str, str]:
    """The next message of a queue waits for the callbacks of the one before."""
    queue = message.queue or message.holds
    return {HOLDS: queue} if queue else {}


def _of_run(run: Run) -> dict[str, object]:
    """For the failure callback of a run, the source is the run's initial payload."""
    return {
        "sourceBody": base64.b64encode(run.payload).decode(),
        "workflowRunId": run.id,
        "workflowUrl": run.url,
        "workflowCreatedAt": run.created_at,
    }


def encode(body: dict[str, object]) -> bytes:
    """A callback body as it is sent."""
    return json.dumps(body, separators=(",", ":")).encode()
