"""What the SDKs themselves make of faults, measured for docs/faults.md: nothing is lobegen's own but the server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from qstash_hosts import serve_node, serve_python

from lobegen.qstash.testing import LocalQStash, RunView

pytestmark = pytest.mark.soak

STARTS = 20
#: The kinds after which a step's result can stand in the list twice
REPEATING = ("duplicate", "lost", "timeout", "unconfirmed")
RATES = dict.fromkeys((*REPEATING, "error", "slow", "reorder", "lazy-fetch"), 0.25) | {"all": 0.15}
#: Parallel steps, waits and `invoke` are the TypeScript SDKs' alone; 0.2 invokes other workflows only
CASES = [
    *((sdk, name) for sdk in ("1", "0.2") for name in ("basic", "parallel", "parallelChains", "flowPlain")),
    ("1", "parent"),
    ("python", "basic"),
    ("python", "kitchen"),
]


@contextmanager
def host(sdk: str, environment: Mapping[str, str]) -> Iterator[str]:
    with serve_python(environment) if sdk == "python" else serve_node(sdk, environment) as address:
        yield address


@pytest.mark.parametrize(("sdk", "program"), CASES)
def test_how_many_runs_end_as_without_faults(sdk: str, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong, children = dict[str, int](), dict[str, int]()
    with LocalQStash() as qstash, host(sdk, qstash.environment) as address:
        (expected,) = start(qstash, f"{address}/{program}", "none", 1)
        for kind, rate in RATES.items():
            qstash.inject(f"{kind}={rate}", seed=1)
            before = len(qstash.runs())
            views = start(qstash, f"{address}/{program}", kind, STARTS)
            wrong[kind] = sum(outcome(view) != outcome(expected) for view in views)
            children[kind] = len(qstash.runs()) - before - STARTS
    with capsys.disabled():
        print(f"\n| {sdk} | {program} | {STARTS} | {' | '.join(map(str, wrong.values()))} |", flush=True)

    if sdk == "python":
        assert all(wrong[kind] for kind in REPEATING), f"is workflows/deliveries.py needed no more? {wrong}"
    else:
        assert not any(wrong.values()), wrong
    if program == "parent":
        assert children["duplicate"] > STARTS, "invoke starts no child twice any more: docs/faults.md"


def start(qstash: LocalQStash, url: str, kind: str, count: int) -> list[RunView]:
    """Runs of a program, when there is nothing left to do for them."""
    payload = "basic" if url.endswith("/parent") else {"itemId": "i1"}
    ids = [qstash.trigger(url, payload, run_id=f"wfr_{kind}-{number}") for number in range(count)]
    qstash.wait_until_idle(120)
    return [qstash.run(run_id) for run_id in ids]


def outcome(view: RunView) -> tuple[str, str, frozenset[str]]:
    """How a run ended: its state, its result, and the steps that it took."""
    response = view.response
    if isinstance(response, dict):
        response = {name: value for name, value in response.items() if name != "workflowRunId"}
    return view.state, repr(response), frozenset(step.name for step in view.steps)
