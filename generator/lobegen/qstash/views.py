"""The logs' view of a run (facts: QStash wire protocol 7)."""

from lobegen.qstash.headers import canonical
from lobegen.qstash.message import STEP
from lobegen.qstash.run import Run, RunState, StepError, read_step

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
    return view


def results(run: Run) -> list[dict[str, object]]:
    """The finished steps of a run in the order of their coming, plan steps left out; the first is the payload."""
    found: list[dict[str, object]] = []
    for position, entry in enumerate(run.entries):
        common: dict[str, object] = {"callType": entry.call_type, "messageId": entry.message_id}
        end: dict[str, object] = {"state": "STEP_SUCCESS", "createdAt": entry.created_at}
        if position == 0:
            out = entry.body.decode("utf-8", "replace")
            first = {"stepName": "init", "stepType": "Initial", "out": out, "concurrent": 1}
            found.append(first | common | end)
            continue
        step = read_step(entry) if entry.call_type == STEP else None
        if step is not None and not step.get("targetStep"):
            known: dict[str, object] = {name: step[name] for name in _STEP_FIELDS if step.get(name) is not None}
            found.append(known | common | end)
    return found


def step_groups(run: Run) -> list[dict[str, object]]:
    """Sequential steps and parallel groups, then the messages that are still to come or that failed."""
    groups: list[dict[str, object]] = []
    group: list[dict[str, object]] = []
    for step in results(run):
        size = step.get("concurrent", 1)
        if not isinstance(size, int) or size <= 1:
            groups.append({"type": "sequential", "steps": [step]})
            continue
        if not group or len(group) >= size or group[0]["concurrent"] != size:
            group = []
            groups.append({"type": "parallel", "steps": group})
        group.append(step)
    upcoming = _upcoming(run)
    return [*groups, {"type": "next", "steps": upcoming}] if upcoming else groups


def _upcoming(run: Run) -> list[dict[str, object]]:
    states = {message_id: "STEP_CANCELED" for message_id in run.dropped if run.state is not RunState.SUCCESS}
    if run.failed_message:
        states[run.failed_message] = "STEP_FAILED"
    for message_id in run.pending:
        states[message_id] = "STEP_RETRY" if run.errors.get(message_id) else "STEP_PROGRESS"
    steps: list[dict[str, object]] = []
    for message_id, state in states.items():
        errors = run.errors.get(message_id, [])
        step: dict[str, object] = {"messageId": message_id, "state": state}
        steps.append(step | ({"errors": [_error(error) for error in errors], "retries": len(errors)} if errors else {}))
    return steps


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
