"""`context.invoke`: what the invoked run is given, and what the run that invoked it is told (wire protocol 5.4)."""

import json

from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.events import first_values
from lobegen.qstash.runs.run import Parent, Run, RunState


def read_invocation(body: bytes) -> tuple[bytes, Parent]:
    """The envelope of `context.invoke`: the child's payload, and whom to tell its end.

    Raises:
        Refused: 400 when the envelope lacks what is needed.
    """
    try:
        envelope = json.loads(body)
        payload, step = envelope.get("body") or "", envelope["step"]
        parent = Parent(envelope["workflowRunId"], envelope["workflowUrl"], first_values(envelope["headers"]), step)
    except (ValueError, KeyError, AttributeError):
        raise Refused(400, "invoke needs body, headers, workflowRunId, workflowUrl and step") from None
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return text.encode(), parent


def result_of(run: Run, parent: Parent) -> bytes:
    """The step that tells a parent how the run it invoked has ended."""
    result: dict[str, object] = {
        "workflowRunId": run.id,
        "isFailed": run.state is RunState.FAILED,
        "isCanceled": run.state is RunState.CANCELED,
    }
    if run.response is not None:
        result["body"] = run.response
    return json.dumps(dict(parent.step) | {"out": json.dumps(result)}).encode()
