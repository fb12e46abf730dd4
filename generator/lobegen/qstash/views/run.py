"""What a test sees of a run."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lobegen.qstash.message import DeliveryRecord
from lobegen.qstash.runs.run import Run
from lobegen.qstash.views.logs import results


@dataclass(frozen=True, slots=True)
class StepView:
    """A finished step: its result as the SDK wrote it, parsed from JSON where it parses."""

    name: str
    type: str
    out: object


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, as it was when it was asked for.

    Attributes:
        workflow_run_id: `wfr_…`.
        workflow_url: The endpoint.
        state: `RUN_STARTED`, `RUN_SUCCESS`, `RUN_FAILED` or `RUN_CANCELED`.
        payload: Initial payload, parsed from JSON where it parses.
        response: What the workflow returned, parsed likewise; None under Python's SDK, which does not send it.
        steps: Finished steps in the order of their results, the payload left out.
        deliveries: What was delivered for the run, in the order of the answers.
        labels: As given at the trigger.
        failure_function: `CALLBACK_INPROGRESS`, `CALLBACK_SUCCESS`, `CALLBACK_FAIL` or None.
    """

    workflow_run_id: str
    workflow_url: str
    state: str
    payload: object
    response: object
    steps: tuple[StepView, ...]
    deliveries: tuple[DeliveryRecord, ...]
    labels: tuple[str, ...]
    failure_function: str | None

    def step(self, name: str) -> StepView:
        """The first finished step of that name.

        Raises:
            LookupError: There is none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise LookupError(f"{self.workflow_run_id} has no step {name!r}, only {[step.name for step in self.steps]}")


def views_of(runs: Sequence[Run], history: Iterable[DeliveryRecord]) -> list[RunView]:
    """The views of runs, with what the history still has of their deliveries."""
    delivered: dict[str, list[DeliveryRecord]] = {run.id: [] for run in runs}
    for record in history:
        if record.run_id in delivered:
            delivered[record.run_id].append(record)
    return [view_of(run, delivered[run.id]) for run in runs]


def summary_of(views: Sequence[RunView]) -> str:
    """A line for every run."""
    lines = [
        f"{run.workflow_run_id} {run.workflow_url} {run.state}: {len(run.steps)} steps, deliveries "
        + " ".join(str(delivery.status) for delivery in run.deliveries[-10:])
        for run in views
    ]
    return "\n".join(lines) or "no runs"


def view_of(run: Run, deliveries: Sequence[DeliveryRecord]) -> RunView:
    """The view of a run and of what was delivered for it."""
    steps = tuple(
        StepView(str(step.get("stepName", "")), str(step.get("stepType", "")), _parsed(step.get("out")))
        for step in results(run)[1:]
    )
    return RunView(
        workflow_run_id=run.id,
        workflow_url=run.url,
        state=str(run.state),
        payload=_parsed(run.payload.decode("utf-8", "replace")),
        response=_parsed(run.response),
        steps=steps,
        deliveries=tuple(deliveries),
        labels=tuple(run.labels),
        failure_function=None if run.failure_function is None else str(run.failure_function),
    )


def _parsed(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        parsed: object = json.loads(text)
    except ValueError:
        return text
    return parsed
