"""Deduplication: by id, by content, for ten minutes."""

import pytest
from qstash_hosts import Endpoint, api, client

from lobegen.qstash.testing import LocalQStash
from qstash import QStash


@pytest.fixture
def messages(qstash: LocalQStash) -> QStash:
    """The Python SDK's client."""
    return QStash(qstash.token, base_url=qstash.url)


def test_a_message_of_the_same_id_is_accepted_once(qstash: LocalQStash, endpoint: Endpoint, messages: QStash) -> None:
    answers = [messages.message.publish(url=endpoint.url, body=str(n), deduplication_id="d") for n in range(3)]
    qstash.wait_until_idle()
    assert len({answer.message_id for answer in answers}) == 1  # type: ignore[union-attr]
    assert [answer.deduplicated for answer in answers] == [False, True, True]  # type: ignore[union-attr]
    assert [request.body for request in endpoint.received] == [b"0"]


def test_a_duplicate_is_answered_with_202(qstash: LocalQStash, endpoint: Endpoint) -> None:
    headers = {"Upstash-Deduplication-Id": "d"}
    statuses = [api(qstash, "POST", f"/v2/publish/{endpoint.url}", "x", headers).status for _ in range(2)]
    assert statuses == [200, 202]


def test_after_ten_minutes_it_is_a_new_message(qstash: LocalQStash, endpoint: Endpoint, messages: QStash) -> None:
    messages.message.publish(url=endpoint.url, deduplication_id="d")
    for delay in ("9m", "2m"):
        messages.message.publish(url=endpoint.url, delay=delay)
        qstash.wait_until_idle()
        messages.message.publish(url=endpoint.url, deduplication_id="d")
        qstash.wait_until_idle()
    assert len(endpoint.received) == 4


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ({}, 1),
        ({"body": "other"}, 2),
        ({"headers": {"X-User": "other"}}, 2),
        ({"content_type": "text/html"}, 2),
        ({"retries": 1}, 1),
    ],
)
def test_content_is_destination_body_and_forwarded_headers(
    qstash: LocalQStash, endpoint: Endpoint, messages: QStash, second: dict[str, object], count: int
) -> None:
    first = {"url": endpoint.url, "body": "b", "headers": {"X-User": "u"}, "content_based_deduplication": True}
    messages.message.publish(**first)  # type: ignore[arg-type]
    messages.message.publish(**{**first, **second})  # type: ignore[arg-type]
    qstash.wait_until_idle()
    assert len(endpoint.received) == count


def test_duplicates_inside_of_a_batch_are_told(qstash: LocalQStash, endpoint: Endpoint) -> None:
    item = {"destination": endpoint.url, "headers": {"upstash-deduplication-id": "d"}}
    first, second = api(qstash, "POST", "/v2/batch", [item, item]).json  # type: ignore[misc]
    qstash.wait_until_idle()
    assert second == {**first, "deduplicated": True}
    assert len(endpoint.received) == 1


def test_a_run_triggered_twice_without_an_sdk_is_told(qstash: LocalQStash, endpoint: Endpoint) -> None:
    items = [{"destination": endpoint.url, "headers": {"Upstash-Workflow-RunId": "once"}}] * 2
    first, second = api(qstash, "POST", "/v2/batch/trigger", items).json  # type: ignore[misc]
    assert second == {**first, "deduplicated": True}


def test_the_clients_trigger_starts_an_id_once(shared_qstash: LocalQStash, node_1: str) -> None:
    options = {"url": f"{node_1}/basic", "workflowRunId": "deduplicated"}
    first, second = (client(node_1, "trigger", options) for _ in range(2))
    shared_qstash.wait_until_idle()
    assert first == second
    assert len(shared_qstash.run("wfr_deduplicated").deliveries) == 4
