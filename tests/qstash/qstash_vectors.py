"""Recorded behaviour of the three SDKs: what a workflow's run must look like on any faithful QStash.

`vectors.json` was recorded with a prototype; production was never reached.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lobegen.qstash.testing import RunView

#: Programs whose outcome depends on what is faster, and why; of these no row is compared.
RACY = {
    "tryCatchSecondOnly": "ends the run while its step is delivered",
    "tryCatchSecond": "ends the run while its step is delivered",
    "tryCatchContinue": "publishes a second step while the first is delivered",
    "promiseCatch": "publishes a second step while the first is delivered",
    "bareExcept": "publishes a second step while the first is delivered",
    "suppress": "publishes a second step while the first is delivered",
    "allSettledAfter": "ends the run while its steps are delivered",
    "parallelAwaitBetween": "publishes two steps that do not know of each other",
    "asCompleted": "publishes two steps that do not know of each other",
    "gather": "publishes two steps that do not know of each other",
    "gatherAfter": "publishes two steps that do not know of each other",
    "gatherExc": "ends the run while its steps are delivered",
    "createTask": "publishes a step after the run has ended",
    "notAwaited": "publishes steps that do not know of each other",
    "notAwaitedEnd": "publishes a step after the run has ended",
    "notAwaitedOnly": "publishes a step after the run has ended",
    "notAwaitedForEach": "publishes a step after the run has ended",
    "randomBranch": "branches on the number of deliveries that the process has seen",
}
#: Two parallel messages fail and are retried: which of them fails the run first?
RACY_ON_02 = {"uniqReorder"}


@dataclass(frozen=True)
class Vector:
    """One row: how the run was started, and what was seen."""

    sdk: str
    workflow: str
    payload: object
    start: str
    retries: int | None
    use_failure_function: bool
    deliveries: tuple[str, ...]
    runs: tuple[tuple[str | None, ...], ...]
    effects: tuple[str, ...]

    def __str__(self) -> str:
        payload = json.dumps(self.payload)
        return f"{self.workflow}-{self.start}-{payload}" if self.payload != {"itemId": "i1"} else self.workflow


def vectors(sdk: str) -> list[Vector]:
    """The rows of one SDK (`py`, `js023`, `js133`) that do not depend on timing."""
    rows = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
    return [
        Vector(
            sdk=row["sdk"],
            workflow=row["workflow"],
            payload=row["payload"],
            start=row["start"],
            retries=row.get("retries"),
            use_failure_function=row.get("use_failure_function", False),
            deliveries=tuple(row["deliveries"]),
            runs=tuple(tuple(run) for run in row["runs"]),
            effects=tuple(row["effects"]),
        )
        for row in rows
        if row["sdk"] == sdk and row["workflow"] not in RACY and not (sdk == "js023" and row["workflow"] in RACY_ON_02)
    ]


def deliveries_of(runs: list[RunView]) -> list[str]:
    """Deliveries as the vectors write them: call type, status, number of the retry, length of the list."""
    return [
        f"{delivery.call_type} {delivery.status}"
        + (f" retry {delivery.retried}" if delivery.retried else "")
        + (f" of {delivery.entries}" if delivery.entries is not None else "")
        for run in runs
        for delivery in run.deliveries
    ]


def ends_of(runs: list[RunView]) -> list[tuple[str | None, ...]]:
    """State, result and failure function's state of each run; results as JSON text."""
    return [
        (run.state, None if run.response is None else json.dumps(run.response), run.failure_function) for run in runs
    ]


def as_json(ends: tuple[tuple[str | None, ...], ...]) -> list[tuple[str | None, ...]]:
    """The same of a vector, its results written the same way."""
    return [
        (state, None if result is None else json.dumps(json.loads(result)), function)
        for state, result, function in ends
    ]


def settled(effects: list[str] | tuple[str, ...]) -> list[str]:
    """Effects in an order of their own, times and random numbers in step names made equal."""
    return sorted(re.sub(r"(step\d?-)[\d.e-]+$", r"\1*", effect) for effect in effects)
