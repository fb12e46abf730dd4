"""What came of a run: counts per layer, statistics, failures, times."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from lobegen.model.project import Layer
from lobegen.qstash.runs.dead_letters import DeadLetter
from lobegen.qstash.views.reason import reason_of
from lobegen.qstash.views.run import RunView
from lobegen.running.pricing import PRICES
from lobegen.running.tally import Count, Tally


@dataclass(frozen=True, slots=True)
class Failure:
    """One run that failed for good.

    Attributes:
        item: The id of its item, or the end of its URL when it is no item's.
        attempts: How often its last message was delivered.
        status: Of the last answer; 0 when there was none.
        reason: In one line.
    """

    item: str
    attempts: int
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Crash:
    """The application ended in the middle of the run.

    Attributes:
        code: Its exit code.
        last_lines: The end of what it printed.
    """

    code: int
    last_lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is told at the end.

    Attributes:
        run_id: Layer 1's.
        state: Layer 1's, such as RUN_SUCCESS.
        counts: By layer; None for runs of other routes.
        statistics: What layer 1 counted (totalEligible, toProcess, ...); empty when it did not get so far.
        failures: In the order of their coming.
        refusals: Requests that the local QStash did not accept.
        seconds: From the start to the last delivery, on the wall clock.
        waited: Seconds that passed on QStash's clock: flow control and back-off.
        crash: How the application ended while it was needed, or None.
    """

    run_id: str
    state: str
    counts: Mapping[Layer | None, Count]
    statistics: Mapping[str, object]
    failures: Sequence[Failure]
    refusals: Sequence[str]
    seconds: float
    waited: float
    crash: Crash | None = None

    @property
    def total(self) -> Count:
        """All layers."""
        return sum(self.counts.values(), Count())

    @property
    def ok(self) -> bool:
        """Whether every run ended well."""
        total = self.total
        return not self.crash and self.state == "RUN_SUCCESS" and total.failed == 0 and total.in_flight == 0

    def data(self) -> dict[str, object]:
        """All of it as plain data."""
        total = self.total
        return {
            "ok": self.ok,
            "runId": self.run_id,
            "state": self.state,
            "statistics": dict(self.statistics),
            "items": _items(self.counts[Layer.EXECUTION]),
            "layers": {layer or "other": _count(count) for layer, count in self.counts.items()},
            "total": _count(total),
            "seconds": round(self.seconds, 3),
            "waitedSeconds": round(self.waited, 3),
            "dollars": PRICES.of(total.steps),
            "dollarsAtMost": PRICES.of(total.deliveries),
            "failures": [asdict(failure) for failure in self.failures],
            "refusals": list(self.refusals),
            "crash": asdict(self.crash) if self.crash else None,
        }


def _items(count: Count) -> dict[str, int]:
    return {"done": count.succeeded, "inFlight": count.in_flight, "retried": count.retried, "failed": count.failed}


def _count(count: Count) -> dict[str, int]:
    return {
        "runs": count.runs,
        "deliveries": count.deliveries,
        "steps": count.steps,
        "retries": count.retries,
        "failed": count.failed,
    }


def statistics_of(view: RunView) -> dict[str, object]:
    """What layer 1 counted: its response in TypeScript; a step's result in Python, whose SDK drops the response."""
    for result in (view.response, *(step.out for step in reversed(view.steps))):
        if isinstance(result, dict) and "toProcess" in result:
            return result
    return {}


def failures_of(letters: Sequence[DeadLetter]) -> list[Failure]:
    """The dead letters in words."""
    return [
        Failure(
            item=_item(letter),
            attempts=letter.attempt.retried + 1,
            status=letter.answer.status,
            reason=reason_of(letter.answer.body, letter.answer.error),
        )
        for letter in letters
    ]


def _item(letter: DeadLetter) -> str:
    """The id in layer 3's payload, `userId` or `user_id` beside the root run's."""
    try:
        payload = json.loads(letter.run.payload) if letter.run else None
    except ValueError:
        payload = None
    if isinstance(payload, dict):
        for name, value in payload.items():
            if name.endswith(("Id", "_id")) and name not in ("rootRunId", "root_run_id") and isinstance(value, str):
                return value
    return letter.attempt.message.destination.rsplit("/", 1)[-1]


def outcome_of(
    view: RunView,
    tally: Tally,
    letters: Sequence[DeadLetter],
    *,
    seconds: float,
    waited: float,
    crash: Crash | None = None,
) -> Outcome:
    """Put it together when nothing is left to do."""
    return Outcome(
        run_id=view.workflow_run_id,
        state=view.state,
        counts=dict(tally.counts),
        statistics=statistics_of(view),
        failures=failures_of(letters),
        refusals=list(tally.refusals),
        seconds=seconds,
        waited=waited,
        crash=crash,
    )
