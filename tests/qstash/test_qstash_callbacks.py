"""Callbacks: of plain messages, of `context.call`, and failure functions."""

import base64
import json

import pytest
from qstash_hosts import OK, Endpoint, Received, Reply, api, client

from lobegen.qstash.testing import LocalQStash


def failing(request: Received) -> Reply:
    """Everything fails but the callbacks."""
    return OK if request.path.startswith("/callback") else (500, {"X-Reason": "broken"}, b'{"message":"boom"}')


def callback(endpoint: Endpoint, path: str) -> Received:
    """The only request to a path."""
    (found,) = [request for request in endpoint.received if request.path == path]
    return found


def decoded(request: Received) -> dict[str, object]:
    """A callback's JSON, its bodies decoded from base64."""
    body = json.loads(request.body)
    return body | {name: base64.b64decode(body[name]).decode() for name in ("body", "sourceBody")}


def test_the_answer_to_a_message_is_told_to_its_callback(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (201, {"X-Made": "yes"}, b"hello")
    headers = {"Upstash-Callback": f"{endpoint.url}/callback", "Upstash-Callback-Forward-X-User": "u1"}
    api(qstash, "POST", f"/v2/publish/{endpoint.url}/a", "sent", headers)
    qstash.wait_until_idle()
    request = callback(endpoint, "/callback")
    body = decoded(request)
    assert (body["status"], body["body"], body["sourceBody"], body["url"]) == (
        201,
        "hello",
        "sent",
        f"{endpoint.url}/a",
    )
    assert body["header"]["X-Made"] == ["yes"]  # type: ignore[index]
    assert request.headers["x-user"] == "u1"


def test_callbacks_are_sent_once_after_the_last_attempt(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = failing
    urls = {"Upstash-Callback": "callback", "Upstash-Failure-Callback": "callback-failure"}
    headers = {name: f"{endpoint.url}/{path}" for name, path in urls.items()} | {"Upstash-Retries": "2"}
    api(qstash, "POST", f"/v2/publish/{endpoint.url}/a", "sent", headers)
    qstash.wait_until_idle()
    assert [request.path for request in endpoint.received][:3] == ["/a"] * 3
    assert decoded(callback(endpoint, "/callback"))["retried"] == 2
    assert decoded(callback(endpoint, "/callback-failure"))["dlqId"] == qstash.dead_letters()[0].id


def test_a_failed_run_tells_the_triggers_failure_callback(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = failing
    block = {
        "": f"{endpoint.url}/callback",
        "-Workflow-RunId": "wfr_f",
        "-Workflow-Init": "false",
        "-Workflow-CallType": "failureCall",
        "-Forward-Upstash-Workflow-Is-Failure": "true",
    }
    headers = {f"Upstash-Failure-Callback{name}": value for name, value in block.items()} | {"Upstash-Retries": "0"}
    qstash.trigger(endpoint.url, {"n": 1}, run_id="wfr_f", headers=headers)
    qstash.wait_until_idle()
    request = callback(endpoint, "/callback")
    body = decoded(request)
    assert (body["status"], body["sourceBody"], body["workflowRunId"]) == (500, '{"n": 1}', "wfr_f")
    assert request.headers["upstash-workflow-is-failure"] == "true"
    assert "upstash-workflow-sdk-version" not in request.headers
    assert qstash.run("wfr_f").failure_function == "CALLBACK_SUCCESS"


@pytest.mark.parametrize("host", ["node_1", "node_02"])
@pytest.mark.parametrize("status", [200, 201, 404, 500])
def test_a_call_gives_its_status_to_the_workflow(
    shared_qstash: LocalQStash, host: str, status: int, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(host)
    started = client(address, "trigger", {"url": f"{address}/callStatus", "body": status})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert (run.state, run.response) == ("RUN_SUCCESS", {"status": status})
    assert sorted(delivery.call_type for delivery in run.deliveries) == ["fromCallback", "step", "step", "toCallback"]


def test_a_third_party_sees_nothing_of_the_run(shared_qstash: LocalQStash, node_1: str) -> None:
    started = client(node_1, "trigger", {"url": f"{node_1}/callStatus", "body": 200, "headers": {"x-user": "u1"}})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    headers = {delivery.call_type: delivery.headers for delivery in run.deliveries}
    assert not [name for name in headers["toCallback"] if name.startswith("upstash-workflow-") or name == "x-user"]
    assert headers["step"]["x-user"] == headers["fromCallback"]["x-user"] == "u1"
    assert "upstash-workflow-sdk-version" not in headers["fromCallback"]
