"""What is accepted, what is refused, and what a delivery looks like."""

import json

import pytest
from qstash_hosts import Endpoint, api, call

from lobegen.qstash.testing import LocalQStash


def publish(qstash: LocalQStash, url: str, body: object = None, **headers: str) -> dict[str, object]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = api(qstash, "POST", f"/v2/publish/{url}", body, named)
    assert answer.status == 200, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def test_a_message_is_delivered_with_its_body_and_headers(qstash: LocalQStash, endpoint: Endpoint) -> None:
    message = publish(qstash, f"{endpoint.url}/a", '{"n": 1}', Upstash_Forward_X_User="u1")
    qstash.wait_until_idle()
    (request,) = endpoint.received
    assert (request.method, request.path, request.body) == ("POST", "/a", b'{"n": 1}')
    assert request.headers["x-user"] == "u1"
    assert request.headers["upstash-message-id"] == message["messageId"]
    assert request.headers["upstash-retried"] == "0"


@pytest.mark.parametrize("path", ["/double//slash/", "/with%20space/%2F", "/a?b=c&d=http://e/f", "/ünïcode"])
def test_the_destination_is_called_as_written(qstash: LocalQStash, endpoint: Endpoint, path: str) -> None:
    api(qstash, "POST", "/v2/batch", [{"destination": endpoint.url + path}])
    qstash.wait_until_idle()
    assert endpoint.received[0].path == path.replace("ü", "%C3%BC").replace("ï", "%C3%AF")


@pytest.mark.parametrize("path", ["/double//slash/", "/a?b=c&d=http://e/f"])
def test_a_destination_in_the_path_is_not_normalised(qstash: LocalQStash, endpoint: Endpoint, path: str) -> None:
    publish(qstash, endpoint.url + path)
    qstash.wait_until_idle()
    assert endpoint.received[0].path == path


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_method_is_the_senders(qstash: LocalQStash, endpoint: Endpoint, method: str) -> None:
    publish(qstash, endpoint.url, Upstash_Method=method)
    qstash.wait_until_idle()
    assert endpoint.received[0].method == method


@pytest.mark.parametrize(
    "name",
    ["Host", "Content-Length", "Transfer-Encoding", "Upstash-Signature", "Upstash-Retried", "Upstash-Message-Id"],
)
def test_headers_that_would_spoil_the_delivery_are_not_forwarded(
    qstash: LocalQStash, endpoint: Endpoint, name: str
) -> None:
    api(qstash, "POST", "/v2/batch", [{"destination": endpoint.url, "headers": {f"Upstash-Forward-{name}": "wrong"}}])
    qstash.wait_until_idle()
    assert endpoint.received[0].headers.get(name.lower()) != "wrong"


def test_a_step_carries_the_run_and_the_sdk_version(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url, {"n": 1}, headers={"Upstash-Forward-Upstash-Label": "l1"})
    qstash.wait_until_idle()
    headers = endpoint.received[0].headers
    expected = {"runid": run_id, "url": endpoint.url, "init": "true", "calltype": "step", "sdk-version": "1"}
    assert {name: headers[f"upstash-workflow-{name}"] for name in expected} == expected
    assert headers["upstash-label"] == "l1"
    assert headers["upstash-max-retries"] == "3"


def test_a_batch_is_answered_in_order(qstash: LocalQStash, endpoint: Endpoint) -> None:
    items = [{"destination": f"{endpoint.url}/{number}", "body": str(number)} for number in range(5)]
    answer = api(qstash, "POST", "/v2/batch", items).json
    qstash.wait_until_idle()
    assert isinstance(answer, list)
    sent = {request.headers["upstash-message-id"]: request.body.decode() for request in endpoint.received}
    assert [sent[item["messageId"]] for item in answer] == ["0", "1", "2", "3", "4"]


def test_a_batch_with_a_bad_message_sends_nothing(shared_qstash: LocalQStash, endpoint: Endpoint) -> None:
    items = [{"destination": endpoint.url}, {"destination": endpoint.url, "headers": {"Upstash-Delay": "soon"}}]
    assert api(shared_qstash, "POST", "/v2/batch", items).status == 400
    shared_qstash.wait_until_idle()
    assert endpoint.received == []


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Upstash-Delay": "400d"}, "at most a year"),
        ({"Upstash-Not-Before": "1795330739552"}, "in unix seconds"),
        ({"Upstash-Retries": "1000000"}, "retries limit is exceeded"),
    ],
)
def test_limits_are_answered_with_412(
    shared_qstash: LocalQStash, endpoint: Endpoint, headers: dict[str, str], message: str
) -> None:
    answer = api(shared_qstash, "POST", f"/v2/publish/{endpoint.url}", "x", headers)
    assert answer.status == 412
    assert message in answer.text


BAD_KEY = "flowControlKey must be alphanumeric, hyphen, underscore, or period"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Upstash-Flow-Control-Key": "a:b", "Upstash-Flow-Control-Value": "rate=1"}, BAD_KEY),
        ({"Upstash-Flow-Control-Key": "", "Upstash-Flow-Control-Value": "rate=1"}, BAD_KEY),
        ({"Upstash-Flow-Control-Key": "a", "Upstash-Flow-Control-Value": "period=1s"}, "at least one of parallelism"),
        ({"Upstash-Flow-Control-Key": "a", "Upstash-Flow-Control-Value": "rate=0"}, "from 1, not '0'"),
        ({"Upstash-Flow-Control-Key": "a", "Upstash-Flow-Control-Value": "rate=1, period=8d"}, "at most a week"),
        ({"Upstash-Flow-Control-Key": "a", "Upstash-Flow-Control-Value": "speed=1"}, "none of parallelism="),
        ({"Upstash-Retries": "-1"}, "Upstash-Retries"),
        ({"Upstash-Retries": "many"}, "Upstash-Retries"),
        ({"Upstash-Retry-Delay": "__import__('os')"}, "retry delay"),
        ({"Upstash-Delay": "soon"}, "'soon' is not a duration"),
        ({"Upstash-Not-Before": "tomorrow"}, "tomorrow"),
        ({"Upstash-Timeout": "-5s"}, "'-5s' is not a duration"),
        ({"Upstash-Method": "FETCH"}, "FETCH"),
        ({"Upstash-Callback": "nowhere"}, "invalid destination url"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(
    shared_qstash: LocalQStash, endpoint: Endpoint, headers: dict[str, str], message: str
) -> None:
    answer = api(shared_qstash, "POST", f"/v2/publish/{endpoint.url}", "x", headers)
    assert answer.status == 400
    assert message in json.loads(answer.text)["error"]
    assert endpoint.received == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v2/publish/ftp://127.0.0.1/x", None, 400),
        ("POST", "/v2/publish/127.0.0.1", None, 400),
        ("POST", "/v2/publish/http://", None, 400),
        ("POST", "/v2/batch", "{", 400),
        ("POST", "/v2/batch", {"destination": "http://127.0.0.1"}, 400),
        ("POST", "/v2/batch", [{"body": "x"}], 400),
        ("POST", "/v2/batch", [{"destination": "http://127.0.0.1", "body": 5}], 400),
        ("DELETE", "/v2/workflows/runs/wfr_none?cancel=false", None, 404),
        ("GET", "/v2/workflows/runs/wfr_none", None, 404),
        ("DELETE", "/v2/workflows/runs", "[1]", 400),
        ("POST", "/v2/wait/e", {"url": "http://127.0.0.1"}, 400),
        ("GET", "/v2/dlq?count=none", None, 400),
        ("GET", "/v2/dlq/none", None, 404),
        ("GET", "/v2/nothing", None, 404),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(
    shared_qstash: LocalQStash, method: str, path: str, body: object, status: int
) -> None:
    answer = api(shared_qstash, method, path, body)
    assert answer.status == status
    assert json.loads(answer.text)["error"]


@pytest.mark.parametrize("url", ["https://example.com/a", "http://10.0.0.1/", "http://127.0.0.1.example.com/"])
def test_destinations_elsewhere_are_refused(shared_qstash: LocalQStash, url: str) -> None:
    answer = api(shared_qstash, "POST", f"/v2/publish/{url}")
    assert answer.status == 412
    assert "--allow-remote" in answer.text


@pytest.mark.parametrize(
    "url",
    ["http://localhost:1/", "http://app.localhost:1/", "http://[::1]:1/", "http://127.1.2.3:1", "http://0.0.0.0:1/"],
)
def test_names_of_this_machine_are_not(shared_qstash: LocalQStash, url: str) -> None:
    assert api(shared_qstash, "POST", f"/v2/publish/{url}").status == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_the_token_is_asked_for(shared_qstash: LocalQStash, endpoint: Endpoint, headers: dict[str, str]) -> None:
    answer = call(f"{shared_qstash.url}/v2/publish/{endpoint.url}", "POST", "x", headers)
    assert answer.status == 401
    assert "QSTASH_TOKEN" in answer.text
    assert endpoint.received == []


def test_the_keys_are_the_published_ones_of_the_development_server(shared_qstash: LocalQStash) -> None:
    keys = {"current": "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r", "next": "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs"}
    assert api(shared_qstash, "GET", "/v2/keys").json == keys
