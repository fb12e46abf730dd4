"""Waiting, notifying, webhooks and invoking, with the real TypeScript SDKs."""

import json

import pytest
from qstash_hosts import api, call, client

from lobegen.qstash.testing import LocalQStash, RunView


@pytest.fixture(params=["node_1", "node_02"])
def host(request: pytest.FixtureRequest) -> str:
    """The address of a Node host, one after the other."""
    address = request.getfixturevalue(request.param)
    assert isinstance(address, str)
    return address


def start(qstash: LocalQStash, host: str, workflow: str, body: object = None) -> str:
    """Trigger by the SDK's client; the run's id."""
    started = client(host, "trigger", {"url": f"{host}/{workflow}", "body": body, "retries": 0})
    assert isinstance(started, dict)
    return str(started["workflowRunId"])


def finished(qstash: LocalQStash, run_id: str) -> RunView:
    qstash.wait_until_idle()
    return qstash.run(run_id)


def test_an_event_resumes_its_waiter(shared_qstash: LocalQStash, host: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, host, "wait")
        shared_qstash.wait_until_still()
        told = client(host, "notify", {"eventId": "event.a", "eventData": {"n": 1}})
    assert [waiter["workflowRunId"] for waiter in told] == [run_id]  # type: ignore[attr-defined]
    assert finished(shared_qstash, run_id).response == {"eventData": {"n": 1}, "timeout": False}


def test_a_wait_ends_with_its_time_out(shared_qstash: LocalQStash, host: str) -> None:
    before = shared_qstash.now()
    run = finished(shared_qstash, start(shared_qstash, host, "wait"))
    assert run.response == {"eventData": None, "timeout": True}
    assert 3600 <= (shared_qstash.now() - before) / 1000 < 3700


def test_waiters_are_listed_while_they_wait(shared_qstash: LocalQStash, host: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, host, "wait")
        shared_qstash.wait_until_still()
        (waiter,) = client(host, "getWaiters", {"eventId": "event.a"})  # type: ignore[misc]
    assert waiter["headers"]["Upstash-Workflow-RunId"] == [run_id]
    finished(shared_qstash, run_id)
    assert client(host, "getWaiters", {"eventId": "event.a"}) == []


def test_nobody_waits(host: str) -> None:
    assert client(host, "notify", {"eventId": "event.none", "eventData": 1}) == []


def test_an_event_for_a_run_is_kept_until_it_waits(shared_qstash: LocalQStash, node_1: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, node_1, "lookBack")
        shared_qstash.wait_until_still()
        client(node_1, "notify", {"eventId": "event.b", "eventData": "early", "workflowRunId": run_id})
    assert finished(shared_qstash, run_id).response == {"eventData": "early", "timeout": False}


def test_a_cancelled_run_waits_no_more(shared_qstash: LocalQStash, host: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, host, "wait")
        shared_qstash.wait_until_still()
        client(host, "cancel", {"ids": [run_id]})
        assert client(host, "getWaiters", {"eventId": "event.a"}) == []
    assert finished(shared_qstash, run_id).state == "RUN_CANCELED"


def test_a_webhook_resumes_its_waiter(shared_qstash: LocalQStash, node_1: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, node_1, "webhook")
        shared_qstash.wait_until_still()
        hook = shared_qstash.run(run_id).step("hook").out
        assert call(hook["webhookUrl"] + "?a=b", "PUT", "from outside").status == 200  # type: ignore[index]
    assert finished(shared_qstash, run_id).response == "from outside"


def test_a_webhook_of_no_run_is_not_found(shared_qstash: LocalQStash) -> None:
    assert call(f"{shared_qstash.url}/v2/workflows/hooks/user/wfr_none/event", "POST", "x").status == 404


def test_events_for_a_run_are_kept_in_their_order(shared_qstash: LocalQStash, node_1: str) -> None:
    with shared_qstash.hold():
        run_id = start(shared_qstash, node_1, "lookBackTwice")
        shared_qstash.wait_until_still()
        for data in ("first", "second"):
            client(node_1, "notify", {"eventId": "event.c", "eventData": data, "workflowRunId": run_id})
    assert finished(shared_qstash, run_id).response == ["first", "second"]


@pytest.mark.parametrize(
    ("child", "result"),
    [
        ("basic", {"body": {"ok": True, "b": 2}, "isFailed": False, "isCanceled": False}),
        ("throwInStep", {"isFailed": True, "isCanceled": False}),
        ("cancelEarly", {"isFailed": False, "isCanceled": True}),
    ],
)
def test_a_parent_gets_the_end_of_what_it_invoked(
    shared_qstash: LocalQStash, node_1: str, child: str, result: dict[str, object]
) -> None:
    run = finished(shared_qstash, start(shared_qstash, node_1, "parent", child))
    assert run.state == "RUN_SUCCESS"
    assert isinstance(run.response, dict)
    assert {name: run.response[name] for name in result} == result


def test_the_logs_name_the_invoker(shared_qstash: LocalQStash, node_1: str) -> None:
    run_id = start(shared_qstash, node_1, "parent", "basic")
    shared_qstash.wait_until_idle()
    runs = json.loads(api(shared_qstash, "GET", f"/v2/workflows/events?workflowUrl={node_1}/basic").text)["runs"]
    assert runs[0]["invoker"]["workflowRunId"] == run_id
