"""The logs' view of a run (facts: QStash wire protocol 7)."""

from collections.abc import Mapping

from lobegen.qstash.message import STEP, Entry
from lobegen.qstash.publishing.headers import canonical
from lobegen.qstash.runs.run import Run, RunState, StepError, read_step

_STEP_FIELDS = (
    "stepId",
    "stepName",
    "stepType",
    "out",
    "concurrent",
    "targetStep",
    "sleepFor",
    "sleepUntil",
    "waitEventId",
    "waitTimeout",
    "timeout",
)


def run_view(run: Run) -> dict[str, object]:
    """A run as `client.logs` returns it."""
    view: dict[str, object] = {
        "workflowRunId": run.id,
        "workflowUrl": run.url,
        "workflowState": str(run.state),
        "workflowRunCreatedAt": run.created_at,
        "steps": step_groups(run),
        "labels": run.labels,
    }
    if run.completed_at is not None:
        view["workflowRunCompletedAt"] = run.completed_at
    if run.response is not None:
        view["workflowRunResponse"] = run.response
    if run.dead_letter:
        view["dlqId"] = run.dead_letter
    if run.parent is not None:
        view["invoker"] = {"workflowRunId": run.parent.run_id, "workflowUrl": run.parent.url}
    if run.failure_function is not None:
        view["failureFunction"] = {"state": str(run.failure_function)}
    if run.faults:
        # a field of our own, that SDKs hand on
        view["faults"] = [fault.view() for fault in run.faults]
    return view


def results(run: Run) -> list[dict[str, object]]:
    """The payload and the finished steps of a run, in the order of their coming."""
    return [
        _payload(run) if position == 0 else _result(step, entry)
        for position, (entry, step) in enumerate(_steps(run))
        if position == 0 or not step.get("targetStep")
    ]


def step_groups(run: Run) -> list[dict[str, object]]:
    """Sequential steps and parallel groups, then the messages that are still to come or that failed."""
    groups: list[dict[str, object]] = [{"type": "sequential", "steps": [_payload(run)]}]
    group: dict[object, dict[str, object]] = {}
    planned: set[str] = set()
    for entry, step in _steps(run)[1:]:
        target = step.get("targetStep") or (step.get("stepId") if step.get("stepId") in group else None)
        if not target:
            groups.append({"type": "sequential", "steps": [_result(step, entry)]})
        elif not step.get("targetStep"):
            group[target] |= _result(step, entry)
        else:
            if target in group or len(group) >= int(str(step.get("concurrent", 1))):
                group = {}
            if not group:
                groups.append({"type": "parallel", "steps": group})
            group[target] = _plan(run, step, entry)
            planned.add(entry.message_id)
    for each in groups:
        if isinstance(each["steps"], dict):
            each["steps"] = list(each["steps"].values())
    upcoming = [_state(run, message_id) for message_id in _unfinished(run) if message_id not in planned]
    return [*groups, {"type": "next", "steps": upcoming}] if upcoming else groups


def _steps(run: Run) -> list[tuple[Entry, Mapping[str, object]]]:
    """Entries that hold steps, the payload's first."""
    read = [(entry, read_step(entry) if entry.call_type == STEP else None) for entry in run.entries[1:]]
    return [(run.entries[0], {}), *((entry, step) for entry, step in read if step is not None)]


def _payload(run: Run) -> dict[str, object]:
    first = run.entries[0]
    step = {"stepName": "init", "stepType": "Initial", "out": first.body.decode("utf-8", "replace"), "concurrent": 1}
    return step | _common(first) | {"state": "STEP_SUCCESS"}


def _result(step: Mapping[str, object], entry: Entry) -> dict[str, object]:
    known = {name: step[name] for name in _STEP_FIELDS if step.get(name) is not None}
    return known | _common(entry) | {"state": "STEP_SUCCESS"}


def _plan(run: Run, step: Mapping[str, object], entry: Entry) -> dict[str, object]:
    """A parallel step without a result so far."""
    return _result(step, entry) | {"stepId": step.get("targetStep")} | _state(run, entry.message_id)


def _common(entry: Entry) -> dict[str, object]:
    return {"callType": entry.call_type, "messageId": entry.message_id, "createdAt": entry.created_at}


def _unfinished(run: Run) -> list[str]:
    """Messages that are to be delivered, that failed the run, or that its end took back."""
    taken_back = [message.id for message in run.dropped] if run.state is not RunState.SUCCESS else []
    return [*filter(None, [run.failed_message]), *taken_back, *run.pending]


def _state(run: Run, message_id: str) -> dict[str, object]:
    """What became of a message that has no result."""
    errors = run.errors.get(message_id, [])
    if message_id == run.failed_message:
        state = "STEP_FAILED"
    elif not run.is_open and message_id not in run.pending:
        state = "STEP_CANCELED"
    else:
        state = "STEP_RETRY" if errors else "STEP_PROGRESS"
    view: dict[str, object] = {"messageId": message_id, "state": state}
    return view | ({"errors": [_error(error) for error in errors], "retries": len(errors)} if errors else {})


def _error(error: StepError) -> dict[str, object]:
    answer = error.answer
    text = answer.body.decode("utf-8", "replace")
    return {
        "error": answer.error or text,
        "headers": canonical(answer.headers),
        "status": answer.status,
        "time": error.time,
        "body": text,
    }
