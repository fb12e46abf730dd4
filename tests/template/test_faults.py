"""Generated workflows under faults: nothing is lost, nothing is done twice that is not meant to be done again.

A selection runs always; twenty seeds of every kind for every target are `make soak`, which prints the table of
docs/faults.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from fault_trials import ALONE, FAULT_CELLS, KINDS, FaultCell, Trial, attempt, with_telling_seam, without_guard
from generated_apps import Application, application
from nextjs_support import Render

from services import PostgreSQL, Redis

SEEDS = 20
#: For the kinds one by one
CHOSEN = [cell for cell in FAULT_CELLS if cell.dispatch == "steps" and cell.sdk != "0.2"]
TARGETS = (("fastapi", ""), ("nextjs", "1"), ("nextjs", "0.2"))
Applications = Callable[[str, str], Application]


@pytest.fixture(scope="module")
def applications(
    render: Render, tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgreSQL, redis_server: Redis
) -> Iterator[Applications]:
    """One process for each target and line of the SDK, started when first asked for."""
    with ExitStack() as stack:

        @cache
        def start(target: str, sdk: str) -> Application:
            cells = [cell for cell in FAULT_CELLS if (cell.target, cell.sdk) == (target, sdk)]
            folder = tmp_path_factory.mktemp("application") / "root"
            copy = with_telling_seam(render)
            return stack.enter_context(application(folder, cells, copy, postgresql_server, redis_server))

        yield start


def survive(app: Application, cell: FaultCell, kind: str, seed: int) -> Counter[str]:
    """One trial, all of whose items have come out right; its figures."""
    trial = attempt(app, cell, kind, seed)
    assert (trial.lost, trial.doubled, trial.failed) == ((), (), ())
    return trial.figures


def happens(kind: str, target: str) -> bool:
    """Whether the kind is injected: lists are left to be fetched by SDKs that can."""
    return (kind, target) != ("lazy-fetch", "fastapi")


@pytest.mark.parametrize("cell", FAULT_CELLS, ids=str)
def test_all_faults_together_lose_and_double_nothing(applications: Applications, cell: FaultCell) -> None:
    figures = survive(applications(cell.target, cell.sdk), cell, "all", seed=1)
    assert figures["faults"] > 50


@pytest.mark.parametrize(
    ("cell", "kind"), [(cell, kind) for kind in ALONE for cell in CHOSEN if happens(kind, cell.target)], ids=str
)
def test_each_fault_by_itself_loses_and_doubles_nothing(applications: Applications, cell: FaultCell, kind: str) -> None:
    figures = survive(applications(cell.target, cell.sdk), cell, kind, seed=2)
    assert figures["faults"] > 5


# ---- soak ----------------------------------------------------------------------------------------------------------

Start = Callable[..., Application]


@pytest.fixture
def start(
    render: Render, tmp_path: Path, postgresql_server: PostgreSQL, redis_server: Redis
) -> Iterator[Callable[..., Application]]:
    """An application of the test's own."""
    with ExitStack() as stack:

        def begin(cells: list[FaultCell], copy: Render) -> Application:
            return stack.enter_context(application(tmp_path / "root", cells, copy, postgresql_server, redis_server))

        yield begin


@pytest.mark.soak
@pytest.mark.parametrize(
    ("target", "sdk", "kind"),
    [(target, sdk, kind) for target, sdk in TARGETS for kind in KINDS if happens(kind, target)],
)
def test_twenty_seeds(
    start: Start, render: Render, target: str, sdk: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [cell for cell in FAULT_CELLS if (cell.target, cell.sdk) == (target, sdk)]
    app = start(cells, with_telling_seam(render))

    trials = [attempt(app, cell, kind, seed) for cell in cells for seed in range(SEEDS)]

    tell(f"{target} {sdk}".strip(), kind, trials, capsys)
    assert [trial for trial in trials if trial.lost or trial.doubled or trial.failed] == []


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["duplicate", "lost", "timeout", "unconfirmed", "all"])
def test_without_its_guard_the_python_sdk_loses_items(
    start: Start, render: Render, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (cell, _) = [cell for cell in FAULT_CELLS if cell.target == "fastapi"]
    app = start([cell], without_guard(with_telling_seam(render)))

    trials = [attempt(app, cell, kind, seed) for seed in range(SEEDS)]

    tell("fastapi, the SDK alone", kind, trials, capsys)
    assert any(trial.lost for trial in trials), "workflows/deliveries.py is not needed any more"


def tell(name: str, kind: str, trials: Sequence[Trial], capsys: pytest.CaptureFixture[str]) -> None:
    """Print one line of the table in docs/faults.md."""
    total = sum((trial.figures for trial in trials), Counter[str]())
    columns = ("starts", "runs", "deliveries", "faults", "lost", "doubled", "repeated")
    with capsys.disabled():
        print(f"\n| {name} | {kind} | " + " | ".join(f"{total[column]:,}" for column in columns) + " |", flush=True)
