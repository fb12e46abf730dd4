"""Recorded behaviour of the three SDKs: what a workflow's run must look like on any faithful QStash.

`vectors.json` was recorded with a prototype; production was never reached. Of its 207 rows 178 are compared as they
are, 17 with one delivery at a time, 9 in the order that was not recorded, 3 not at all.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lobegen.qstash.testing import RunView

#: Programs that go on after they have published a step, and how. They behave as recorded when the server makes one
#: delivery at a time; otherwise it depends on what is faster (20 runs of each: docs/local-qstash-trust.md).
RACING = {
    "py": {
        "suppress": "publishes a second step while the first is delivered",
        "gatherAfter": "publishes two steps that do not know of each other",
        "gatherExc": "ends the run while its steps are delivered",
        "notAwaited": "makes a step that is never published",
        "notAwaitedEnd": "makes a step that is never published",
        "createTask": "publishes a step after the run has ended",
    },
    "js023": {
        "tryCatchContinue": "publishes a second step while the first is delivered",
        "allSettledAfter": "ends the run while its steps are delivered",
        "notAwaited": "publishes steps that do not know of each other",
        "notAwaitedOnly": "publishes a step after it has answered",
        "uniqReorder": "two messages fail for the last time at once: the answer of the later one counts no more",
    },
    "js133": {
        "tryCatchContinue": "publishes a second step while the first is delivered",
        "promiseCatch": "publishes a second step while the first is delivered",
        "notAwaited": "publishes steps that do not know of each other",
        "notAwaitedEnd": "publishes a step after the run has ended",
        "notAwaitedOnly": "publishes a step after it has answered",
        "notAwaitedForEach": "publishes steps after the run has ended",
    },
}
#: Recorded while a delivery that the end of the run takes back had begun already. `other_order.json` has what comes
#: when it has not; production may do either.
RECORDED_IN_FLIGHT = {
    "py": {
        "tryCatchSecond": "ends the run while its step is delivered",
        "bareExcept": "publishes a second step while the first is delivered",
        "gather": "was delivered again while it went on",
    },
    "js023": {
        "tryCatchSecondOnly": "ends the run while its step is delivered",
        "promiseCatch": "publishes a second step while the first is delivered",
        "notAwaitedEnd": "publishes a step after the run has ended",
        "notAwaitedForEach": "publishes steps after the run has ended",
    },
    "js133": {
        "tryCatchSecondOnly": "ends the run while its step is delivered",
        "allSettledAfter": "ends the run while its steps are delivered",
    },
}
#: Not compared: the program has no order of its own, whatever the server does
UNORDERED = {
    "py": {"asCompleted": "begins with either step: asyncio.as_completed keeps them in a set"},
    "js023": {"parallelAwaitBetween": "two timers of 5 ms: the steps are published together or one by one"},
    "js133": {"parallelAwaitBetween": "two timers of 5 ms: the steps are published together or one by one"},
}
HERE = Path(__file__).parent


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
    apart = RACING[sdk].keys() | RECORDED_IN_FLIGHT[sdk].keys() | UNORDERED[sdk].keys()
    return [row for row in _rows("vectors.json") if row.sdk == sdk and row.workflow not in apart]


def racing_vectors() -> list[Vector]:
    """The rows of all SDKs that hold when one delivery is made at a time."""
    return [row for row in _rows("vectors.json") if row.workflow in RACING[row.sdk]] + _rows("other_order.json")


def _rows(name: str) -> list[Vector]:
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
        for row in json.loads((HERE / name).read_text(encoding="utf-8"))
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
