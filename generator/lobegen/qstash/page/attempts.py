"""The tries of a step: what was answered, and what comes next."""

from collections.abc import Sequence

from lobegen.qstash.engine import Engine
from lobegen.qstash.message import DeliveryNote
from lobegen.qstash.runs.run import Run

#: Characters of an error's text that a list shows
_SHOWN = 4_000


def attempts_of(run: Run, notes: Sequence[DeliveryNote]) -> list[dict[str, object]]:
    """Deliveries as the page lists them, failed ones with what was answered."""
    left = {message_id: list(errors) for message_id, errors in run.errors.items()}
    found: list[dict[str, object]] = []
    for note in notes:
        view: dict[str, object] = {
            "messageId": note.message_id,
            "callType": note.call_type,
            "status": note.status,
            "retried": note.retried,
            "started": note.started_at,
            "finished": note.finished_at,
        }
        if faults := [fault.kind for fault in run.faults if fault.message_id == note.message_id]:
            view["faults"] = faults
        errors = left.get(note.message_id)
        if errors and not 200 <= note.status < 300 and errors[0].answer.status == note.status:
            answer = errors.pop(0).answer
            view["error"] = (answer.error or answer.body.decode("utf-8", "replace"))[:_SHOWN]
        found.append(view)
    return found


def upcoming(engine: Engine, run: Run, message_id: str) -> dict[str, object]:
    """What a message without an answer waits for: its time, or its turn under a flow-control key."""
    attempt = run.pending.get(message_id)
    if attempt is None:
        return {}
    phase = engine.outbox.phase(attempt)
    view: dict[str, object] = {"phase": phase, "retried": attempt.retried}
    if phase == "planned":
        view["due"] = attempt.due
    if phase == "queued" and attempt.message.flow is not None:
        view["flowKey"] = attempt.message.flow.key
    return view
