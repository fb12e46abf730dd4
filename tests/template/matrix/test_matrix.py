"""Every workflow of the matrix, end to end: both targets and lines of the SDK, both dispatches, PostgreSQL and Redis.

A selection with each value of each axis runs always; the whole product is `make soak`, which prints the figures of
docs/guide-notes.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from generated_apps import CELLS, FLOW, Application, Cell, Outcome, application, ids, payload
from nextjs_support import Render

from services import PostgreSQL, Redis

SIZES = (0, 1, 20, 21, 50, 51)
#: What runs always: sizes of the small runs, under the steps and under the batches of each application.
CHOSEN = {
    ("fastapi", ""): {"steps": SIZES, "batch": (0, 1, 21, 50, 51)},
    ("nextjs", "1"): {"steps": SIZES, "batch": (0, 1, 21, 50, 51)},
    ("nextjs", "0.2"): {"steps": (21, 51), "batch": (51,)},
}
BAD = (
    ("process-users", {"dryrun": True}),
    ("process-users", {"paidOnly": "perhaps"}),
    ("process-users", "text"),
    ("paginate-users", {}),
    ("generate-user", {"rootRunId": "wfr_1"}),
    ("generate-user", {"rootRunId": "wfr_1", "userId": ["a", "b"]}),
)


@pytest.fixture(scope="module")
def applications(
    render: Render, tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgreSQL, redis_server: Redis
) -> Iterator[Callable[[Cell], Application]]:
    """One process for each target and line of the SDK, with all its cells, started when first asked for."""
    with ExitStack() as stack:

        @cache
        def start(target: str, sdk: str) -> Application:
            cells = [cell for cell in CELLS if (cell.target, cell.sdk) == (target, sdk)]
            folder = tmp_path_factory.mktemp("application") / "root"
            return stack.enter_context(application(folder, cells, render, postgresql_server, redis_server))

        yield lambda cell: start(cell.target, cell.sdk)


@pytest.fixture
def app(cell: Cell, applications: Callable[[Cell], Application]) -> Application:
    """The application that serves the test's cell."""
    return applications(cell)


def _small(cell: Cell, rows: int) -> bool:
    """Steps with one store and batches with the other, in turn, so that each cell has its share."""
    sizes = CHOSEN[cell.target, cell.sdk][cell.dispatch]
    turn = SIZES.index(rows) + (cell.dispatch == "batch") + (cell.sdk == "0.2")
    return rows in sizes and cell.store == ("database", "redis")[turn % 2]


def _case(cell: Cell, number: int, always: bool) -> object:
    return pytest.param(cell, number, id=f"{cell}-{number}", marks=() if always else pytest.mark.soak)


each_size = pytest.mark.parametrize(
    ("cell", "rows"), [_case(cell, rows, _small(cell, rows)) for cell in CELLS for rows in SIZES]
)
each_cell = pytest.mark.parametrize("cell", CELLS, ids=str)


def check(outcome: Outcome, expected: Iterable[str]) -> None:
    """Each of the expected items was processed and saved once, nothing else was, and nothing went wrong on the way."""
    assert outcome.saved == outcome.processed == Counter(expected)
    assert {run.state for run in outcome.runs} == {"RUN_SUCCESS"}
    for run in outcome.runs:
        names = [step.name for step in run.steps]
        assert len(set(names)) == len(names)
        assert {(delivery.status, delivery.retried) for delivery in run.deliveries} == {(200, 0)}
    check_flow(outcome)


def check_flow(outcome: Outcome) -> None:
    """The flow control of its layer held for every delivery."""
    for run in outcome.runs:
        workflow, layer = run.workflow_url.split("/")[-2:]
        name = layer.partition("-")[0]
        for delivery in run.deliveries:
            flow = delivery.flow_control
            assert flow is not None
            assert (flow.key, flow.parallelism, flow.rate, flow.period) == (f"{workflow}.{name}", *FLOW[name], 1000)


@each_size
def test_each_item_is_processed_exactly_once_and_never_again(app: Application, cell: Cell, rows: int) -> None:
    app.seed(cell, rows)

    first, again = app.start(cell), app.start(cell)

    check(first, ids(1, rows))
    assert (len(again.runs), again.saved) == (1, first.saved)


@pytest.mark.parametrize(
    ("cell", "done"),
    [
        _case(cell, done, done == 400 and cell.sdk != "0.2" and cell.workflow in ("redis-steps", "database-batch"))
        for cell in CELLS
        for done in (400, 0)
    ],
)
def test_a_thousand_items(app: Application, cell: Cell, done: int, capsys: pytest.CaptureFixture[str]) -> None:
    app.seed(cell, 1000, done)

    outcome = app.start(cell)

    check(outcome, ids(done + 1, 1000))
    with capsys.disabled():
        print(f"\n| {cell} | {1000 - done} | {figures(outcome, 1000 - done)} |")


def figures(outcome: Outcome, items: int) -> str:
    """Runs and deliveries of each layer, and deliveries per item."""
    layers = [outcome.layer(name) for name in FLOW]
    cells = [f"{len(runs)} / {sum(len(run.deliveries) for run in runs)}" for runs in layers]
    return " | ".join([*cells, f"{outcome.deliveries / items:.2f}"])


@each_cell
def test_a_dry_run_counts_and_changes_nothing(app: Application, cell: Cell) -> None:
    app.seed(cell, 51, done=9)

    outcome = app.start(cell, dryRun=True)

    assert outcome.statistics == {
        "success": True,
        "totalEligible": 51,
        "toProcess": 42,
        "alreadyProcessed": 9,
        "dryRun": True,
        "message": "[DryRun] Would process 42 users",
    }
    assert (len(outcome.runs), outcome.saved) == (1, Counter())
    check_flow(outcome)


@each_cell
def test_what_is_done_stays_as_it_is(app: Application, cell: Cell) -> None:
    app.seed(cell, 5, done=3)

    check(app.start(cell), ids(4, 5))


@each_cell
def test_force_and_flags_arrive_in_every_layer(app: Application, cell: Cell) -> None:
    app.seed(cell, 21, done=21)

    outcome = app.start(cell, force=True, paidOnly=True)

    check(outcome, ids(1, 21)[::2])
    flags = [(payload(run).get("force"), payload(run).get("paidOnly")) for run in outcome.runs]
    assert flags == [(True, True)] * len(outcome.runs)


@each_cell
def test_a_run_id_starts_once(app: Application, cell: Cell) -> None:
    app.seed(cell, 2)

    first = app.start(cell, run_id="today", force=True)
    again = app.start(cell, run_id="today", force=True)

    check(first, ids(1, 2))
    assert (len(again.runs), again.saved) == (0, first.saved)


@each_cell
def test_a_bad_payload_ends_at_once(app: Application, cell: Cell) -> None:
    url = f"{app.url}/api/workflows/{cell.workflow}"
    started = [app.qstash.trigger(f"{url}/{layer}", bad) for layer, bad in BAD]
    app.qstash.wait_until_idle(60)

    for run_id in started:
        run = app.qstash.run(run_id)
        assert (run.state, [delivery.status for delivery in run.deliveries]) == ("RUN_FAILED", [489])
    assert {letter.run.id for letter in app.qstash.dead_letters() if letter.run} >= set(started)
