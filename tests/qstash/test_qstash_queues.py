"""Queues: in single file, with retries and callbacks; and messages that are taken back."""

from pathlib import Path

import pytest
from qstash.errors import QStashError
from qstash_hosts import OK, Endpoint, Received, Reply, api

from lobegen.qstash.testing import LocalQStash
from qstash import QStash


@pytest.fixture
def sdk(qstash: LocalQStash) -> QStash:
    """The Python SDK's client."""
    return QStash(qstash.token, base_url=qstash.url)


def enqueue(sdk: QStash, endpoint: Endpoint, count: int, queue: str = "q", **options: object) -> list[str]:
    """Put messages with the bodies 0, 1, 2, … into a queue; their ids."""
    answers = [
        sdk.message.enqueue(queue=queue, url=endpoint.url, body=str(number), **options)  # type: ignore[arg-type]
        for number in range(count)
    ]
    return [answer.message_id for answer in answers]  # type: ignore[union-attr]


def bodies(endpoint: Endpoint) -> list[str]:
    return [request.body.decode() for request in endpoint.received]


def test_the_next_message_waits_for_the_retries_of_the_one_before(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    def answer(request: Received) -> Reply:
        is_first = request.body == b"0" and request.headers["upstash-retried"] != "2"
        return (500, {}, b"") if is_first else OK

    endpoint.answer = answer
    enqueue(sdk, endpoint, 3, retries=2)
    qstash.wait_until_idle()
    assert bodies(endpoint) == ["0", "0", "0", "1", "2"]


def test_the_next_message_waits_for_the_callbacks_of_the_one_before(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    def answer(request: Received) -> Reply:
        return (500, {}, b"") if request.path == "/callback" and request.headers["upstash-retried"] == "0" else OK

    endpoint.answer = answer
    enqueue(sdk, endpoint, 2, callback=f"{endpoint.url}/callback", callback_headers={"Retries": "1"})
    qstash.wait_until_idle()
    assert [request.path for request in endpoint.received] == ["/", "/callback", "/callback"] * 2


def test_a_message_that_fails_for_good_makes_way(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    endpoint.answer = lambda request: (500, {}, b"") if request.body == b"0" else OK
    enqueue(sdk, endpoint, 2, retries=0)
    qstash.wait_until_idle()
    (letter,) = sdk.dlq.list(filter={"queue": "q"}).messages
    assert (bodies(endpoint), letter.queue) == (["0", "1"], "q")


def test_parallelism_lets_several_through(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    endpoint.answer = lambda request: (500, {}, b"") if request.headers["upstash-retried"] == "0" else OK
    sdk.queue.upsert("q", parallelism=2, paused=True)
    enqueue(sdk, endpoint, 4)
    sdk.queue.resume("q")
    qstash.wait_until_idle()
    begun, most = set[str](), 0
    for body in bodies(endpoint):
        begun ^= {body}
        most = max(most, len(begun))
    assert (most, len(endpoint.received)) == (2, 8)


def test_a_paused_queue_holds_what_comes(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    sdk.queue.upsert("q", paused=True)
    enqueue(sdk, endpoint, 2)
    qstash.wait_until_still()
    queue = sdk.queue.get("q")
    assert (queue.paused, queue.lag, queue.parallelism, bodies(endpoint)) == (True, 2, 1, [])
    sdk.queue.resume("q")
    qstash.wait_until_idle()
    assert (bodies(endpoint), sdk.queue.get("q").lag) == (["0", "1"], 0)


def test_queues_are_listed_and_deleted_with_what_waits_in_them(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    sdk.queue.upsert("a", parallelism=3)
    sdk.queue.pause("b")
    enqueue(sdk, endpoint, 2, "b")
    assert [(queue.name, queue.lag) for queue in sdk.queue.list()] == [("a", 0), ("b", 2)]
    sdk.queue.delete("b")
    qstash.wait_until_idle()
    assert ([queue.name for queue in sdk.queue.list()], bodies(endpoint)) == (["a"], [])


def test_a_batch_may_name_queues(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    sdk.queue.pause("q")
    sdk.message.batch([{"url": endpoint.url, "queue": "q", "body": "queued"}, {"url": endpoint.url, "body": "free"}])
    qstash.wait_until_still()
    assert bodies(endpoint) == ["free"]


def test_a_workflow_is_started_through_a_queue(shared_qstash: LocalQStash, python_host: str) -> None:
    sdk, before = QStash(shared_qstash.token, base_url=shared_qstash.url), len(shared_qstash.runs())
    for _ in range(2):
        sdk.message.enqueue_json(queue="workflows", url=f"{python_host}/basic", body={})
    shared_qstash.wait_until_idle()
    assert [run.state for run in shared_qstash.runs()[before:]] == ["RUN_SUCCESS"] * 2


def test_a_queue_survives_the_server(endpoint: Endpoint, tmp_path: Path) -> None:
    with LocalQStash(store=tmp_path / "store.db") as before:
        sdk = QStash(before.token, base_url=before.url)
        sdk.queue.pause("q")
        enqueue(sdk, endpoint, 3)
    with LocalQStash(store=tmp_path / "store.db") as after:
        sdk = QStash(after.token, base_url=after.url)
        assert (sdk.queue.get("q").paused, sdk.queue.get("q").lag) == (True, 3)
        sdk.queue.resume("q")
        after.wait_until_idle()
    assert bodies(endpoint) == ["0", "1", "2"]


def test_a_message_on_its_way_can_be_looked_at_and_cancelled(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    sdk.queue.pause("q")
    first = enqueue(sdk, endpoint, 2)[0]
    with qstash.hold():
        delayed = sdk.message.publish(url=endpoint.url, delay="1d").message_id  # type: ignore[union-attr]
        assert [sdk.message.get(message).queue for message in (first, delayed)] == ["q", None]
        sdk.message.cancel(first)
        assert sdk.message.cancel_many([delayed, "msg_unknown"]) == 1
        with pytest.raises(QStashError, match="not found"):
            sdk.message.get(first)
    sdk.queue.resume("q")
    qstash.wait_until_idle()
    assert bodies(endpoint) == ["1"]


def test_a_message_cancelled_in_flight_has_no_consequences(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    def answer(request: Received) -> Reply:
        sdk.message.cancel_all()
        return (500, {}, b"")

    endpoint.answer = answer
    enqueue(sdk, endpoint, 1, failure_callback=f"{endpoint.url}/failure")
    qstash.wait_until_idle()
    enqueue(sdk, endpoint, 1)
    qstash.wait_until_idle()
    assert (len(endpoint.received), qstash.dead_letters()) == (2, [])


def test_messages_are_cancelled_by_filter(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with qstash.hold():
        for label in ("a", "b", "c"):
            headers = {"Upstash-Delay": "1h", "Upstash-Label": label}
            api(qstash, "POST", f"/v2/publish/{endpoint.url}/{label}", label, headers)
        assert api(qstash, "DELETE", "/v2/messages?label=a,b").json == {"cancelled": 2}
        assert api(qstash, "DELETE", "/v2/messages?path=/nothing").json == {"cancelled": 0}
    qstash.wait_until_idle()
    assert bodies(endpoint) == ["c"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v2/enqueue/a%20b/http://127.0.0.1", None, 400),
        ("POST", "/v2/enqueue/q", None, 400),
        ("POST", "/v2/queues", {"queueName": "a:b"}, 400),
        ("POST", "/v2/queues", {"queueName": "q", "parallelism": 0}, 400),
        ("POST", "/v2/queues", [], 400),
        ("GET", "/v2/queues/unknown", None, 404),
        ("GET", "/v2/messages/msg_unknown", None, 404),
        ("DELETE", "/v2/messages/msg_unknown", None, 404),
        ("DELETE", "/v2/messages", {"ids": []}, 400),
    ],
)
def test_what_cannot_be_asked(shared_qstash: LocalQStash, method: str, path: str, body: object, status: int) -> None:
    assert api(shared_qstash, method, path, body).status == status


def test_a_message_of_a_run_is_cancelled_with_its_run_only(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with qstash.hold():
        qstash.trigger(endpoint.url, run_id="wfr_1", headers={"Upstash-Delay": "1h"})
        (run,) = api(qstash, "GET", "/v2/workflows/logs").json["runs"]  # type: ignore[index]
        message = run["steps"][0]["steps"][0]["messageId"]
        answer = api(qstash, "DELETE", f"/v2/messages/{message}")
        assert (answer.status, "wfr_1" in answer.text) == (400, True)
        qstash.cancel("wfr_1")
