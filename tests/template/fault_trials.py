"""Trials: generated workflows under faults of the local QStash, and what became of each item."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generated_apps import Application, Cell, Outcome, ids

from lobegen.qstash.faults.kinds import Fault
from lobegen.qstash.testing import RunView

ITEMS = 12
#: Small pages and chunks, so that few items take many runs; no limits, so that much happens at a time
SIZES = {"page_size": 5, "chunk_size": 2, "paginate_rate": 100, "execute_rate": 100}
#: A kind by itself, and how often it happens; the rates of all together.
ALONE = {str(fault): f"{fault}=0.25" for fault in Fault}
KINDS = {**ALONE, "all": "all=0.15"}

#: The generated seam gives the same result each time; here it tells one processing of an item from another.
_SEAMS = {
    "fastapi": (
        """return {"text": f"Done for {item['name']}"}""",
        """return {"text": f"{item['id']} {__import__('uuid').uuid4()}"}""",
    ),
    "nextjs": ("text: `Hello, ${item.id}`", "text: `${item.id} ${crypto.randomUUID()}`"),
}


class FaultCell(Cell):
    """A workflow in many small parts."""

    @property
    def answers(self) -> dict[str, object]:
        """As those of the matrix, but for the sizes."""
        return {**super().answers, **SIZES}


#: Each dispatch with another store.
FAULT_CELLS = tuple(
    FaultCell(target, sdk, store, dispatch)
    for target, sdk in (("fastapi", ""), ("nextjs", "1"), ("nextjs", "0.2"))
    for store, dispatch in (("database", "steps"), ("redis", "batch"))
)


def with_telling_seam(render: Callable[..., Path]) -> Callable[..., Path]:
    """A `render` after which every processing of an item has another result."""

    def copy(destination: Path, **answers: object) -> Path:
        render(destination, **answers)
        given, wanted = _SEAMS[str(answers["target"])]
        for logic in destination.glob("*/**/workflows/*/logic.*"):
            text = logic.read_text()
            assert given in text or wanted in text, f"the seam of {logic} has changed"
            logic.write_text(text.replace(given, wanted))
        return destination

    return copy


def without_guard(render: Callable[..., Path]) -> Callable[..., Path]:
    """A `render` for FastAPI after which the SDK is given every delivery as it came."""

    def copy(destination: Path, **answers: object) -> Path:
        render(destination, **answers)
        guard = destination / "app/workflows/deliveries.py"
        guard.write_text(f"{guard.read_text()}\n\ndef without_repeats(body: bytes) -> bytes | None:\n    return body\n")
        return destination

    return copy


@dataclass(frozen=True, slots=True)
class Trial:
    """What one start under faults came to.

    Attributes:
        runs: Workflow runs of all layers.
        deliveries: For all of them.
        faults: How many of each kind.
        lost: Items without a result, or whose run has not ended well.
        doubled: Items with two runs, or with another result than that of their run's history.
        repeated: Writes of a result that was there already: steps are done at least once.
        failed: Runs that have not ended well.
    """

    runs: int
    deliveries: int
    faults: Counter[str]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    repeated: int
    failed: tuple[RunView, ...]

    @property
    def figures(self) -> Counter[str]:
        """To be added up."""
        return Counter(
            starts=1,
            runs=self.runs,
            deliveries=self.deliveries,
            faults=self.faults.total(),
            lost=len(self.lost),
            doubled=len(self.doubled),
            repeated=self.repeated,
        )


def attempt(app: Application, cell: Cell, kind: str, seed: int) -> Trial:
    """Start a cell's workflow for a few items while one kind of fault goes on, or all; wait for its end."""
    app.seed(cell, ITEMS)
    before = len(app.qstash.faults())
    app.qstash.inject(KINDS[kind], seed=seed)
    try:
        outcome = app.start(cell, run_id=f"{kind}-{seed}", timeout=120)
    finally:
        app.qstash.inject()
    faults = Counter(str(fault.kind) for fault in app.qstash.faults()[before:])
    return _judge(outcome, _results(app, cell), faults)


def _judge(outcome: Outcome, results: dict[str, str], faults: Counter[str]) -> Trial:
    histories = [(str(_payload(run)["userId"]), run) for run in outcome.layer("generate")]
    well = {item for item, run in histories if run.state == "RUN_SUCCESS" and item in results}
    doubled = [item for item, run in histories if item in well and results[item] != _processed(run)]
    doubled += [item for item, count in outcome.processed.items() if count > 1]
    return Trial(
        runs=len(outcome.runs),
        deliveries=outcome.deliveries,
        faults=faults,
        lost=tuple(item for item in ids(1, ITEMS) if item not in well),
        doubled=tuple(doubled),
        repeated=outcome.saved.total() - len(outcome.saved),
        failed=tuple(run for run in outcome.runs if run.state != "RUN_SUCCESS"),
    )


def _payload(run: RunView) -> dict[str, object]:
    assert isinstance(run.payload, dict)
    return run.payload


def _processed(run: RunView) -> str | None:
    """The result in a run's history: that of the first step of its name; None when it has none."""
    outs = [step.out for step in run.steps if step.name.partition(":")[2] in ("process", "process-item")]
    return str(outs[0]["text"]) if outs and isinstance(outs[0], dict) else None


def _results(app: Application, cell: Cell) -> dict[str, str]:
    """What is kept of each item."""
    if cell.store == "database":
        column = "text" if cell.target == "fastapi" else "result->>'text'"
        rows = app.database.query(f"select id, {column} from database_{cell.dispatch}_results")
        return {row[0]: row[1] for row in rows}
    keys = app.redis.command("KEYS", f"{cell.workflow}:*").split()
    values = app.redis.command("MGET", *keys).splitlines() if keys else []
    return {key.rpartition(":")[2]: json.loads(value)["text"] for key, value in zip(keys, values, strict=True)}
