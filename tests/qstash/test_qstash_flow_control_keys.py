"""Flow-control keys by hand: looked at, paused, pinned, reset."""

import json
from pathlib import Path

import pytest
from qstash_hosts import OK, Endpoint, api

from lobegen.qstash.testing import LocalQStash
from qstash import QStash


def flow(key: str, value: str) -> dict[str, str]:
    """The two headers."""
    return {"Upstash-Flow-Control-Key": key, "Upstash-Flow-Control-Value": value}


def send(qstash: LocalQStash, endpoint: Endpoint, count: int, headers: dict[str, str]) -> None:
    """Messages on their way, of which none waits for more than its key."""
    items = [{"destination": endpoint.url, "headers": headers}] * count
    assert api(qstash, "POST", "/v2/batch", items).status == 200


@pytest.fixture
def keys(qstash: LocalQStash) -> QStash:
    """The Python SDK's client."""
    return QStash(qstash.token, base_url=qstash.url)


def test_a_paused_key_holds_what_comes_until_it_is_resumed(
    qstash: LocalQStash, endpoint: Endpoint, keys: QStash
) -> None:
    keys.flow_control.pause("k")
    send(qstash, endpoint, 3, flow("k", "parallelism=2"))
    send(qstash, endpoint, 1, flow("other", "parallelism=2"))
    qstash.wait_until_still()
    held = keys.flow_control.get("k")
    assert (len(endpoint.received), held.is_paused, held.wait_list_size, held.parallelism_max) == (1, True, 3, 2)
    keys.flow_control.resume("k")
    qstash.wait_until_idle()
    assert (len(endpoint.received), keys.flow_control.get("k").is_paused) == (4, False)


def test_a_paused_key_holds_the_steps_of_a_run(shared_qstash: LocalQStash, node_1: str) -> None:
    api(shared_qstash, "POST", "/v2/flowControl/paused/pause")
    run_id = shared_qstash.trigger(f"{node_1}/basic", headers=flow("paused", "rate=100"))
    shared_qstash.wait_until_still()
    assert (shared_qstash.run(run_id).state, shared_qstash.run(run_id).deliveries) == ("RUN_STARTED", ())
    api(shared_qstash, "POST", "/v2/flowControl/paused/resume")
    shared_qstash.wait_until_idle()
    assert shared_qstash.run(run_id).state == "RUN_SUCCESS"


def test_a_pinned_rate_wins_over_what_messages_ask_for(qstash: LocalQStash, endpoint: Endpoint, keys: QStash) -> None:
    keys.flow_control.pin("k", {"rate": 2, "period": 60})
    began = qstash.now()
    send(qstash, endpoint, 6, flow("k", "rate=100"))
    qstash.wait_until_idle()
    assert [(record.started_at - began) // 60_000 for record in qstash.deliveries()] == [0, 0, 1, 1, 2, 2]


def test_a_pinned_parallelism_holds_and_is_told(qstash: LocalQStash, endpoint: Endpoint, keys: QStash) -> None:
    keys.flow_control.pin("k", {"parallelism": 1})
    counts = list[int]()

    def answer(_: object) -> tuple[int, dict[str, str], bytes]:
        counts.append(keys.flow_control.get("k").parallelism_count)
        return OK[0], dict(OK[1]), OK[2]

    endpoint.answer = answer
    send(qstash, endpoint, 4, flow("k", "parallelism=4"))
    qstash.wait_until_idle()
    assert counts == [1, 1, 1, 1]
    keys.flow_control.unpin("k", {"parallelism": True})
    info = keys.flow_control.get("k")
    assert (info.parallelism_max, info.is_pinned_parallelism) == (4, False)


def test_a_reset_rate_lets_the_next_ones_through_at_once(qstash: LocalQStash, endpoint: Endpoint, keys: QStash) -> None:
    with qstash.hold():
        send(qstash, endpoint, 5, flow("k", "rate=2, period=1h"))
        qstash.wait_until_still()
        info = keys.flow_control.get("k")
        assert (info.rate_max, info.rate_count, info.rate_period, info.wait_list_size) == (2, 2, 3600, 3)
        keys.flow_control.reset_rate("k")
        qstash.wait_until_still()
        assert len(endpoint.received) == 4
    qstash.wait_until_idle()
    assert len(endpoint.received) == 5


def test_keys_are_listed(qstash: LocalQStash, endpoint: Endpoint) -> None:
    for key in ("a", "b"):
        send(qstash, endpoint, 1, flow(key, "parallelism=3"))
    qstash.wait_until_idle()
    listed = json.loads(api(qstash, "GET", "/v2/flowControl").text)
    assert [(each["flowControlKey"], each["parallelismMax"], each["waitListSize"]) for each in listed] == [
        ("a", 3, 0),
        ("b", 3, 0),
    ]


def test_the_parallelism_over_all_keys_is_told(qstash: LocalQStash, keys: QStash) -> None:
    info = keys.flow_control.get_global_parallelism()
    assert (info.parallelism_max, info.parallelism_count) == (100, 0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/flowControl/unknown", 404),
        ("POST", "/v2/flowControl/a:b/pause", 400),
        ("POST", "/v2/flowControl/a/pin", 400),
        ("POST", "/v2/flowControl/a/pin?rate=0", 400),
        ("POST", "/v2/flowControl/a/pin?rate=1&period=700000", 400),
        ("POST", "/v2/flowControl/a/pin?parallelism=many", 400),
    ],
)
def test_what_cannot_be_said_of_a_key(qstash: LocalQStash, method: str, path: str, status: int) -> None:
    answer = api(qstash, method, path)
    assert (answer.status, bool(json.loads(answer.text)["error"])) == (status, True)


def test_what_was_said_by_hand_survives_the_server(tmp_path: Path) -> None:
    with LocalQStash(store=tmp_path / "store.db") as before:
        api(before, "POST", "/v2/flowControl/k/pause")
        api(before, "POST", "/v2/flowControl/k/pin?parallelism=7")
    with LocalQStash(store=tmp_path / "store.db") as after:
        info = QStash(after.token, base_url=after.url).flow_control.get("k")
    assert (info.is_paused, info.is_pinned_parallelism, info.parallelism_max) == (True, True, 7)
