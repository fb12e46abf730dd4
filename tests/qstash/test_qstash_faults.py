"""Faults on request: what each kind does, that it is told, and that a seed repeats it."""

import json
from http.client import RemoteDisconnected

import pytest
from qstash_hosts import Endpoint, api, client, serve_endpoint, serve_node

from lobegen.qstash.faults.kinds import Fault, parse_faults
from lobegen.qstash.testing import LocalQStash, RunView


def deliver(endpoint: Endpoint, fault: str, run_id: str = "wfr_1", seed: int = 0) -> RunView:
    """One run's first message, with a fault."""
    with LocalQStash(faults=[fault], seed=seed) as qstash:
        qstash.trigger(endpoint.url, run_id=run_id)
        qstash.wait_until_idle()
        return qstash.run(run_id)


def test_a_duplicate_is_delivered_twice_and_both_are_told(endpoint: Endpoint) -> None:
    view = deliver(endpoint, "duplicate=1")
    first, second = endpoint.received
    assert first.headers["upstash-message-id"] == second.headers["upstash-message-id"]
    assert sorted(delivery.faults for delivery in view.deliveries) == [(), (Fault.DUPLICATE,)]


def test_the_answer_to_a_duplicate_changes_nothing(endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b"")
    with LocalQStash(faults=["duplicate=1"], seed=1) as qstash:
        qstash.trigger(endpoint.url, headers={"Upstash-Retries": "0"})
        qstash.wait_until_idle()
    assert [delivery.status for delivery in qstash.deliveries()] == [500, 500]
    assert len(qstash.dead_letters()) == 1


def test_duplicates_come_at_once_or_later_than_the_end_of_their_run(endpoint: Endpoint) -> None:
    delays = []
    for seed in range(8):
        view = deliver(endpoint, "duplicate=1", seed=seed)
        first, second = sorted(delivery.started_at for delivery in view.deliveries)
        delays.append(second - first)
    assert {delay == 0 for delay in delays} == {True, False}
    assert max(delays) <= 60_000


@pytest.mark.parametrize(("fault", "reached"), [("lost=1", 4), ("timeout=1", 4), ("error=1", 1)])
def test_what_fails_an_attempt_spares_the_last_one(endpoint: Endpoint, fault: str, reached: int) -> None:
    view = deliver(endpoint, fault)
    assert len(endpoint.received) == reached
    assert [delivery.retried for delivery in view.deliveries] == [0, 1, 2, 3]
    assert [delivery.status == 200 for delivery in view.deliveries] == [False, False, False, True]
    assert [delivery.faults for delivery in view.deliveries] == [(fault.partition("=")[0],)] * 3 + [()]


def test_an_error_comes_from_in_front_of_the_endpoint(endpoint: Endpoint) -> None:
    statuses = {d.status for seed in range(8) for d in deliver(endpoint, "error=1", seed=seed).deliveries if d.faults}
    assert statuses == {500, 502, 503, 504}


def test_a_slow_answer_comes_after_what_it_caused(endpoint: Endpoint) -> None:
    view = deliver(endpoint, "slow=1")
    (delivery,) = view.deliveries
    assert (delivery.status, delivery.faults) == (200, (Fault.SLOW,))
    assert delivery.elapsed > 1


def test_messages_that_are_held_back_are_overtaken(endpoint: Endpoint) -> None:
    def order(*faults: str) -> list[str]:
        with LocalQStash(faults=faults, seed=3) as qstash:
            for number in range(9):
                qstash.trigger(endpoint.url, run_id=f"wfr_{number}")
            qstash.wait_until_idle()
            return [delivery.run_id for delivery in sorted(qstash.deliveries(), key=lambda each: each.started_at)]

    given = [f"wfr_{number}" for number in range(9)]
    held = order("reorder")
    assert held != given
    assert sorted(held) == given


def test_an_unconfirmed_publish_is_accepted(endpoint: Endpoint) -> None:
    headers = {"Upstash-Workflow-RunId": "wfr_1", "Upstash-Workflow-Init": "true"}
    message = [{"destination": endpoint.url, "headers": headers}]
    with LocalQStash(faults=["unconfirmed=1"]) as qstash:
        for _ in range(2):
            with pytest.raises((RemoteDisconnected, ConnectionResetError)):
                api(qstash, "POST", "/v2/batch", message)
        assert api(qstash, "POST", "/v2/batch", message).json[0]["deduplicated"] is True  # type: ignore[index]
        qstash.wait_until_idle()
        faults = [(fault.kind, fault.run_id) for fault in qstash.faults()]
    assert faults == [(Fault.UNCONFIRMED, "wfr_1")] * 2
    assert len(endpoint.received) == 1


def test_a_refused_publish_is_always_answered(endpoint: Endpoint) -> None:
    with LocalQStash(faults=["unconfirmed=1"]) as qstash:
        assert api(qstash, "POST", "/v2/publish/https://example.com/").status == 412
        assert qstash.faults() == []


@pytest.mark.parametrize("line", ["1", "0.2"])
def test_lists_that_must_be_fetched_are_fetched_by_the_sdks_that_can(line: str) -> None:
    with LocalQStash(faults=["lazy-fetch=1"]) as qstash, serve_node(line, qstash.environment) as host:
        run_id = client(host, "trigger", {"url": f"{host}/basic", "body": {"itemId": "i1"}})["workflowRunId"]  # type: ignore[index]
        qstash.wait_until_idle()
        view = qstash.run(run_id)
    assert view.state == "RUN_SUCCESS"
    assert {delivery.faults for delivery in view.deliveries} == {(Fault.LAZY_FETCH,)}


def test_a_sender_that_is_no_javascript_sdk_is_sent_its_list(endpoint: Endpoint) -> None:
    deliver(endpoint, "lazy-fetch=1")
    assert [len(json.loads(request.body)) for request in endpoint.received] == [1]


def test_the_same_seed_repeats_the_same_faults_and_another_does_not(endpoint: Endpoint) -> None:
    def happened(seed: int) -> list[tuple[str, int, tuple[Fault, ...], int]]:
        with LocalQStash(faults=["all=0.3"], seed=seed) as qstash:
            for number in range(20):
                qstash.trigger(endpoint.url, run_id=f"wfr_{number}")
            qstash.wait_until_idle()
        return sorted((d.run_id, d.retried, d.faults, d.status) for d in qstash.deliveries())

    assert happened(1) == happened(1) != happened(2)


def test_the_rate_is_kept() -> None:
    faults = parse_faults(["lost=0.05"], seed=9)
    hits = sum(faults.hits(Fault.LOST, "wfr_1", number) for number in range(10_000))
    assert 400 < hits < 600
    assert not any(faults.hits(Fault.SLOW, number) for number in range(100))


def test_faults_can_change_while_the_server_runs(qstash: LocalQStash, endpoint: Endpoint) -> None:
    for faults in ((), ("error=1",), ()):
        qstash.inject(*faults, seed=1)
        qstash.trigger(endpoint.url)
        qstash.wait_until_idle()
    assert [delivery.faults for delivery in qstash.deliveries()] == [(), *[(Fault.ERROR,)] * 3, (), ()]


def test_the_logs_name_the_faults_of_a_run(endpoint: Endpoint) -> None:
    with LocalQStash(faults=["lost=1"]) as qstash:
        qstash.trigger(endpoint.url, run_id="wfr_1", headers={"Upstash-Retries": "1"})
        qstash.wait_until_idle()
        (run,) = api(qstash, "GET", "/v2/workflows/events?workflowRunId=wfr_1").json["runs"]  # type: ignore[index]
    assert [(fault["kind"], fault["stepName"]) for fault in run["faults"]] == [("lost", "init")]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("late", "'late' is no fault; there are duplicate, lost,"),
        ("lost=often", "lost=often: the rate is a number from 0 to 1"),
        ("lost=1.5", "lost=1.5"),
        ("lost=", "lost="),
        ("all=nan", "all=nan"),
    ],
)
def test_what_is_no_fault_is_refused(asked: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        LocalQStash(faults=[asked])


def test_a_late_kind_outdoes_all() -> None:
    faults = parse_faults(["all=0.2", "lazy-fetch=0"])
    assert set(faults.rates) == set(Fault)
    assert str(faults) == "duplicate=0.2 lost=0.2 timeout=0.2 error=0.2 slow=0.2 reorder=0.2 unconfirmed=0.2"


def test_what_is_repeated_does_not_hang_on_ports() -> None:
    def happened() -> list[tuple[str, int, tuple[Fault, ...]]]:
        with serve_endpoint() as endpoint, LocalQStash(faults=["error=0.5"], seed=4) as qstash:
            for number in range(20):
                qstash.trigger(endpoint.url, run_id=f"wfr_{number}")
            qstash.wait_until_idle()
        return sorted((d.run_id, d.retried, d.faults) for d in qstash.deliveries())

    assert happened() == happened()
