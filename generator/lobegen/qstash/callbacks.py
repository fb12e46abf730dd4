"""The bodies of callbacks: the answer to one message, told to another endpoint (wire protocol 2.4, 2.5)."""

import base64
import json

from lobegen.qstash.headers import canonical
from lobegen.qstash.message import Answer, Attempt
from lobegen.qstash.run import Run


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


def failure_body(attempt: Attempt, answer: Answer, run: Run, dead_letter: str) -> dict[str, object]:
    """The same for the failure callback of a run: the source is the run's initial payload."""
    return callback_body(attempt, answer) | {
        "sourceBody": base64.b64encode(run.payload).decode(),
        "dlqId": dead_letter,
        "workflowRunId": run.id,
        "workflowUrl": run.url,
        "workflowCreatedAt": run.created_at,
    }


def encode(body: dict[str, object]) -> bytes:
    """A callback body as it is sent."""
    return json.dumps(body, separators=(",", ":")).encode()
