"""Flow control: what holds for which delivery, and that it holds."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from python_workflows import EFFECTS
from qstash_hosts import OK, Endpoint, Received, Reply, call, client, effects, serve_python
from upstash_workflow.fastapi import Serve

from lobegen.qstash.delivery.signature import sign
from lobegen.qstash.planning.flow_control import parse_flow_control
from lobegen.qstash.testing import LocalQStash, RunView
from qstash import QStash


def flow(key: str, value: str) -> dict[str, str]:
    """The two headers."""
    return {"Upstash-Flow-Control-Key": key, "Upstash-Flow-Control-Value": value}


@contextmanager
def counting(endpoint: Endpoint, seconds: float = 0.1) -> Iterator[list[int]]:
    """Make every answer take a while; the list grows by how many were in flight at the start of each."""
    lock, running, seen = threading.Lock(), 0, list[int]()

    def answer(request: Received) -> Reply:
        nonlocal running
        with lock:
            running += 1
            seen.append(running)
        time.sleep(seconds)
        with lock:
            running -= 1
        return OK

    endpoint.answer = answer
    yield seen


@pytest.mark.parametrize("parallelism", [1, 3])
def test_parallelism_bounds_deliveries_in_flight(qstash: LocalQStash, endpoint: Endpoint, parallelism: int) -> None:
    with counting(endpoint) as seen:
        for number in range(9):
            qstash.trigger(endpoint.url, number, headers=flow("k", f"parallelism={parallelism}"))
        qstash.wait_until_idle()
    assert max(seen) == parallelism
    assert len(seen) == 9


def test_keys_do_not_share_their_slots(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with counting(endpoint, 0.3) as seen:
        for number in range(4):
            qstash.trigger(endpoint.url, headers=flow(f"k{number}", "parallelism=1"))
        qstash.wait_until_idle()
    assert max(seen) == 4


@pytest.mark.parametrize(
    ("value", "windows"),
    [
        ("rate=3", [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]),
        ("rate=5, period=1m", [0] * 5 + [60] * 5 + [120] * 2),
        ("rate=12,period=10s", [0] * 12),
        ("parallelism=2, rate=4, period=60", [0] * 4 + [60] * 4 + [120] * 4),
    ],
)
def test_rate_bounds_starts_in_each_window(
    qstash: LocalQStash, endpoint: Endpoint, value: str, windows: list[int]
) -> None:
    with qstash.hold():
        for _ in range(12):
            qstash.trigger(endpoint.url, headers=flow("k", value))
    qstash.wait_until_idle()
    moments = sorted(delivery.started_at for delivery in qstash.deliveries())
    assert [(moment - moments[0]) // 1000 for moment in moments] == windows


def test_retries_count_again(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b"")
    headers = flow("k", "rate=1, period=1h") | {"Upstash-Retry-Delay": "1000", "Upstash-Retries": "2"}
    qstash.trigger(endpoint.url, headers=headers)
    qstash.wait_until_idle()
    moments = [delivery.started_at for delivery in qstash.deliveries()]
    assert [(moment - moments[0]) // 1000 for moment in moments] == [0, 3600, 7200]


def test_of_different_values_in_flight_the_highest_holds(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with counting(endpoint) as seen:
        for parallelism in (1, 4, 1, 4, 1, 4):
            qstash.trigger(endpoint.url, headers=flow("k", f"parallelism={parallelism}"))
        qstash.wait_until_idle()
    assert max(seen) == 4


def test_what_is_cancelled_in_the_queue_frees_its_place(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with qstash.hold():
        for number in range(3):
            qstash.trigger(endpoint.url, run_id=f"wfr_{number}", headers=flow("k", "rate=1, period=1h"))
        qstash.wait_until_still()
        qstash.cancel("wfr_1")
    qstash.wait_until_idle()
    assert [delivery.run_id for delivery in qstash.deliveries()] == ["wfr_0", "wfr_2"]
    first, last = (delivery.started_at for delivery in qstash.deliveries())
    assert (last - first) // 1000 == 3600


def expect_turns(noted: list[str]) -> None:
    """Two runs took turns, and never two steps at a time."""
    starts = [effect.removeprefix("begin:") for effect in noted if effect.startswith("begin")]
    assert starts == ["A0", "B0", "A1", "B1", "A2", "B2"]
    assert [f"{phase}:{name}" for name in starts for phase in ("begin", "end")] == noted


def test_parallelism_of_one_is_no_mutex_over_a_run(qstash: LocalQStash) -> None:
    EFFECTS.clear()
    features = {"Upstash-Feature-Set": "LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig"}
    with serve_python(qstash.environment) as host, qstash.hold():
        for name in "AB":
            qstash.trigger(f"{host}/slowSteps", {"itemId": name}, headers=flow("k", "parallelism=1") | features)
        qstash.wait_until_still()
    expect_turns(EFFECTS)


@pytest.mark.parametrize(("host", "options"), [("node_1", {}), ("node_02", {"keepTriggerConfig": True})])
def test_parallelism_of_one_is_none_in_typescript_either(
    shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str, options: dict[str, object]
) -> None:
    address = request.getfixturevalue(host)
    effects(address)
    limit = {"flowControl": {"key": f"turns.{host}", "parallelism": 1}}
    with shared_qstash.hold():
        for name in "AB":
            client(address, "trigger", {"url": f"{address}/slowSteps", "body": {"itemId": name}, **limit, **options})
        shared_qstash.wait_until_still()
    expect_turns(effects(address))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("parallelism=10, rate=5, period=60s", (10, 5, 60_000)),
        ("parallelism=10", (10, None, 1000)),
        ("rate=5,period=2m", (None, 5, 120_000)),
        ("rate=5, period=30", (None, 5, 30_000)),
        ("ratePerSecond=5", (None, 5, 1000)),
    ],
)
def test_a_value_is_read(value: str, expected: tuple[int | None, int | None, int]) -> None:
    read = parse_flow_control("a-B_c.1", value)
    assert (read.parallelism, read.rate, read.period) == expected


# Which delivery is under which key (facts: QStash wire protocol 4.2): the first step's, the later ones', a call's

SERVE, TRIGGER = "serve.key", "trigger.key"
GIVEN = {"flowControl": {"key": TRIGGER, "parallelism": 7}, "retries": 1}


def keys_of(run: RunView) -> tuple[set[str | None], set[str | None], set[str | None]]:
    """The flow-control keys of the first delivery, of later ones, and of calls of a third party."""
    first, later, calls = set[str | None](), set[str | None](), set[str | None]()
    for delivery in run.deliveries:
        key = delivery.flow_control.key if delivery.flow_control else None
        group = calls if delivery.call_type == "toCallback" else first if delivery.step == "init" else later
        group.add(key)
    return first, later, calls


@pytest.mark.parametrize(
    ("host", "workflow", "options", "first", "later"),
    [
        ("node_02", "flow", {}, None, SERVE),
        ("node_02", "flow", GIVEN, TRIGGER, SERVE),
        ("node_02", "flowPlain", GIVEN, TRIGGER, None),
        ("node_02", "flowPlain", GIVEN | {"keepTriggerConfig": True}, TRIGGER, TRIGGER),
        ("node_1", "flow", {}, None, None),
        ("node_1", "flow", GIVEN, TRIGGER, TRIGGER),
        ("node_1", "flowPlain", GIVEN, TRIGGER, TRIGGER),
    ],
)
def test_which_deliveries_are_under_flow_control(
    shared_qstash: LocalQStash,
    request: pytest.FixtureRequest,
    host: str,
    workflow: str,
    options: dict[str, object],
    first: str | None,
    later: str | None,
) -> None:
    address = request.getfixturevalue(host)
    started = client(address, "trigger", {"url": f"{address}/{workflow}", "body": {}, **options})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert run.state == "RUN_SUCCESS"
    assert keys_of(run) == ({first}, {later}, {None})


@pytest.mark.parametrize(("host", "key"), [("node_02", SERVE), ("node_1", None)])
def test_flow_control_of_a_run_that_its_endpoint_starts(
    shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str, key: str | None
) -> None:
    address = request.getfixturevalue(host)
    known, url = len(shared_qstash.runs()), f"{address}/flow"
    call(url, "POST", {}, {"Upstash-Signature": sign(shared_qstash.current_signing_key, url, b"{}")})
    shared_qstash.wait_until_idle()
    (run,) = shared_qstash.runs()[known:]
    assert keys_of(run) == ({key}, {key}, {None})


def test_retries_of_the_trigger_are_kept_only_when_asked(shared_qstash: LocalQStash, node_02: str) -> None:
    for keep, expected in ((False, {"1", "3"}), (True, {"1"})):
        options = GIVEN | {"keepTriggerConfig": keep}
        started = client(node_02, "trigger", {"url": f"{node_02}/flowPlain", "body": {}, **options})
        shared_qstash.wait_until_idle()
        run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
        steps = [delivery for delivery in run.deliveries if delivery.call_type == "step"]
        assert {delivery.headers["upstash-max-retries"] for delivery in steps} == expected


def test_a_run_that_python_starts_is_under_no_flow_control(shared_qstash: LocalQStash, python_host: str) -> None:
    known, url = len(shared_qstash.runs()), f"{python_host}/basic"
    call(url, "POST", {}, {"Upstash-Signature": sign(shared_qstash.current_signing_key, url, b"{}")})
    shared_qstash.wait_until_idle()
    (run,) = shared_qstash.runs()[known:]
    assert keys_of(run)[:2] == ({None}, {None})


def test_the_python_sdks_serve_takes_no_flow_control() -> None:
    from fastapi import FastAPI

    with pytest.raises(TypeError, match="flow_control"):
        Serve(FastAPI()).post("/wf", flow_control={"key": "k"})  # type: ignore[call-arg]


def test_python_publishing_limits_only_the_message_that_makes_the_run(
    shared_qstash: LocalQStash, python_host: str
) -> None:
    known, before = len(shared_qstash.runs()), len(shared_qstash.deliveries())
    publisher = QStash(shared_qstash.token, base_url=shared_qstash.url)
    limit = {"key": TRIGGER, "parallelism": 7}
    publisher.message.publish_json(url=f"{python_host}/basic", body={"itemId": "i1"}, flow_control=limit)  # type: ignore[arg-type]
    shared_qstash.wait_until_idle()
    plain = [each for each in shared_qstash.deliveries()[before:] if not each.run_id]
    assert [each.flow_control and each.flow_control.key for each in plain] == [TRIGGER]
    (run,) = shared_qstash.runs()[known:]
    assert keys_of(run)[:2] == ({None}, {None})


@pytest.mark.parametrize(
    ("features", "later"),
    [
        ("LazyFetch,InitialBody,WF_DetectTrigger", None),
        ("LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig", TRIGGER),
    ],
)
def test_python_keeps_the_start_messages_flow_control_only_when_asked(
    shared_qstash: LocalQStash, python_host: str, features: str, later: str | None
) -> None:
    headers = flow(TRIGGER, "parallelism=7") | {"Upstash-Feature-Set": features}
    run_id = shared_qstash.trigger(f"{python_host}/kitchen", {"itemId": "i"}, headers=headers)
    shared_qstash.wait_until_idle()
    assert keys_of(shared_qstash.run(run_id)) == ({TRIGGER}, {later}, {None})


def test_a_python_client_can_add_flow_control_to_every_message(shared_qstash: LocalQStash, python_host: str) -> None:
    known, url = len(shared_qstash.runs()), f"{python_host}/flowClient"
    body = json.dumps({}).encode()
    call(url, "POST", body, {"Upstash-Signature": sign(shared_qstash.current_signing_key, url, body)})
    shared_qstash.wait_until_idle()
    (run,) = shared_qstash.runs()[known:]
    assert run.state == "RUN_SUCCESS"
    assert keys_of(run) == ({"client.key"}, {"client.key"}, {None})
