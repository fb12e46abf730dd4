"""Dead letters: what the SDKs' clients do with them, and how a run goes on."""

import json
import threading

import pytest
from python_workflows import EFFECTS, WEATHER
from qstash.errors import QStashError
from qstash_hosts import OK, Endpoint, Received, Reply, api, client, effects, foul_weather

from lobegen.qstash.testing import LocalQStash, RunView
from qstash import QStash

NO_RETRIES = {"Upstash-Retries": "0"}


def failed_run(qstash: LocalQStash, host: str, name: str = "mendable", **options: object) -> str:
    """Run a workflow in foul weather, through the SDK's client; the dlqId."""
    with foul_weather(host):
        started = client(host, "trigger", {"url": f"{host}/{name}", "retries": 0, **options})
        qstash.wait_until_idle()
        letter = letter_of(host, started["workflowRunId"])  # type: ignore[index]
    effects(host)
    return letter


def letter_of(host: str, run_id: str) -> str:
    listed = client(host, "dlq.list", {"filter": {"workflowRunId": run_id}})
    return str(listed["messages"][0]["dlqId"])  # type: ignore[index]


def revived(qstash: LocalQStash, host: str, action: str, *arguments: object) -> RunView:
    """Resume or restart one run through the SDK's client, and wait for its end."""
    answer = client(host, f"dlq.{action}", *arguments)
    qstash.wait_until_idle()
    (run,) = answer["workflowRuns"]  # type: ignore[index]
    return qstash.run(run["workflowRunId"])


def test_a_resumed_run_goes_on_with_the_failed_step(shared_qstash: LocalQStash, node_1: str) -> None:
    run = revived(shared_qstash, node_1, "resume", failed_run(shared_qstash, node_1))
    assert (run.state, run.response) == ("RUN_SUCCESS", [{"n": 1}, "two", "three", None])
    assert effects(node_1) == ["step:two", "step:three"]


def test_a_restarted_run_begins_anew(shared_qstash: LocalQStash, node_1: str) -> None:
    run = revived(shared_qstash, node_1, "restart", failed_run(shared_qstash, node_1, body={"itemId": "i1"}))
    assert (run.state, run.payload, len(run.deliveries)) == ("RUN_SUCCESS", {"itemId": "i1"}, 4)
    assert effects(node_1) == ["step:one", "step:two", "step:three"]


def test_the_older_sdk_resumes_and_restarts_too(shared_qstash: LocalQStash, node_02: str) -> None:
    for action, done in (("resume", ["step:two", "step:three"]), ("restart", ["step:one", "step:two", "step:three"])):
        letter = failed_run(shared_qstash, node_02)
        started = client(node_02, f"dlq.{action}", {"dlqId": letter, "retries": 1})
        shared_qstash.wait_until_idle()
        assert shared_qstash.run(started["workflowRunId"]).state == "RUN_SUCCESS"  # type: ignore[index]
        assert effects(node_02) == done


def test_a_resumed_group_keeps_what_is_done_and_makes_up_for_the_rest(shared_qstash: LocalQStash, node_1: str) -> None:
    letter = failed_run(shared_qstash, node_1, "mendableGroup")
    with shared_qstash.hold():
        run_id = client(node_1, "dlq.resume", letter)["workflowRuns"][0]["workflowRunId"]  # type: ignore[index]
        shared_qstash.wait_until_still()
        client(node_1, "notify", {"eventId": "event.mend", "eventData": {"n": 7}})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(run_id)
    assert (run.state, run.response) == ("RUN_SUCCESS", ["left", "right", 200, {"n": 7}, False, "after"])
    # `left` may have been in delivery when `right` failed: then its result was lost, and it runs again
    assert sorted({*effects(node_1)} - {"step:left"}) == ["step:after", "step:right"]


def test_retries_flow_control_and_label_are_overridden(shared_qstash: LocalQStash, node_1: str) -> None:
    letter = failed_run(shared_qstash, node_1, label="before")
    flow = {"Upstash-Flow-Control-Key": "rescue", "Upstash-Flow-Control-Value": "parallelism=2"}
    headers = {"Upstash-Retries": "2", "Upstash-Label": "after", **flow}
    answer = api(shared_qstash, "POST", f"/v2/workflows/dlq/resume/{letter}", None, headers)
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(answer.json["workflowRunId"])  # type: ignore[index]
    assert {delivery.headers["upstash-max-retries"] for delivery in run.deliveries} == {"2"}
    assert {delivery.flow_control.key for delivery in run.deliveries if delivery.flow_control} == {"rescue"}
    assert (run.labels, run.response[-1]) == (("after",), "after")  # type: ignore[index]


def test_the_clients_options_reach_every_delivery(shared_qstash: LocalQStash, node_1: str) -> None:
    options = {"retries": 5, "flowControl": {"key": "rescue", "rate": 10, "period": "1m"}}
    run = revived(shared_qstash, node_1, "restart", failed_run(shared_qstash, node_1), options)
    assert {delivery.headers["upstash-max-retries"] for delivery in run.deliveries} == {"5"}
    assert {delivery.headers["upstash-flow-control-key"] for delivery in run.deliveries} == {"rescue"}


def test_many_runs_are_resumed_by_filter(shared_qstash: LocalQStash, node_1: str) -> None:
    for _ in range(3):
        failed_run(shared_qstash, node_1, label="by-filter")
    first = client(node_1, "dlq.resume", {"filter": {"label": "by-filter"}, "count": 2})
    more = {"filter": {"label": "by-filter"}, "count": 2, "cursor": first["cursor"]}  # type: ignore[index]
    second = client(node_1, "dlq.resume", more)
    shared_qstash.wait_until_idle()
    runs = [*first["workflowRuns"], *second["workflowRuns"]]  # type: ignore[index]
    assert [shared_qstash.run(run["workflowRunId"]).state for run in runs] == ["RUN_SUCCESS"] * 3
    assert client(node_1, "dlq.list", {"filter": {"label": "by-filter"}})["messages"] == []  # type: ignore[index]


def test_a_failure_function_that_failed_is_called_again(shared_qstash: LocalQStash, node_1: str) -> None:
    letter = failed_run(shared_qstash, node_1)
    started = client(node_1, "dlq.retryFailureFunction", {"dlqId": letter})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert (run.state, run.failure_function) == ("RUN_FAILED", "CALLBACK_SUCCESS")
    assert effects(node_1) == ["failureFunction"]
    with pytest.raises(RuntimeError, match="CALLBACK_SUCCESS"):
        client(node_1, "dlq.retryFailureFunction", {"dlqId": letter})


def test_letters_are_deleted_through_the_client(shared_qstash: LocalQStash, node_1: str) -> None:
    letters = [failed_run(shared_qstash, node_1, label="deleted") for _ in range(3)]
    assert client(node_1, "dlq.delete", letters[:2]) == {"deleted": 2}
    assert client(node_1, "dlq.delete", {"filter": {"label": "deleted"}}) == {"deleted": 1}
    with pytest.raises(RuntimeError, match=f"dlqId {letters[0]} not found"):
        client(node_1, "dlq.resume", letters[0])


def test_a_python_run_is_resumed_with_its_results(shared_qstash: LocalQStash, python_host: str) -> None:
    WEATHER["fair"] = False
    run_id = shared_qstash.trigger(f"{python_host}/mendable", headers=NO_RETRIES)
    shared_qstash.wait_until_idle()
    WEATHER["fair"] = True
    EFFECTS.clear()
    (letter,) = [letter.id for letter in shared_qstash.dead_letters() if letter.run and letter.run.id == run_id]
    answer = api(shared_qstash, "POST", f"/v2/workflows/dlq/resume?dlqIds={letter}", None, NO_RETRIES).json
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(answer["workflowRuns"][0]["workflowRunId"])  # type: ignore[index]
    assert (run.state, run.step("one").out) == ("RUN_SUCCESS", {"n": 1})
    assert EFFECTS == ["step:two", "step:three"]


@pytest.fixture
def python_client(qstash: LocalQStash) -> QStash:
    return QStash(qstash.token, base_url=qstash.url)


def fail(qstash: LocalQStash, endpoint: Endpoint, count: int) -> None:
    """Send plain messages that nobody takes."""
    endpoint.answer = lambda request: (503, {"X-Why": "closed"}, b"closed")
    for number in range(count):
        api(qstash, "POST", f"/v2/publish/{endpoint.url}/{number}", f"body {number}", NO_RETRIES)
        qstash.wait_until_idle()
    endpoint.received.clear()
    endpoint.answer = lambda request: OK


def test_pythons_client_reads_and_deletes_letters(
    qstash: LocalQStash, endpoint: Endpoint, python_client: QStash
) -> None:
    fail(qstash, endpoint, 3)
    page = python_client.dlq.list(count=2, filter={"response_status": 503})
    (rest,) = python_client.dlq.list(cursor=page.cursor, count=2).messages
    assert [letter.body for letter in (*page.messages, rest)] == ["body 2", "body 1", "body 0"]
    assert python_client.dlq.get(rest.dlq_id).response_body == "closed"
    python_client.dlq.delete(rest.dlq_id)
    assert python_client.dlq.delete_many([letter.dlq_id for letter in (*page.messages, rest)]) == 2
    with pytest.raises(QStashError, match="not found"):
        python_client.dlq.delete(rest.dlq_id)


def test_a_plain_letter_is_retried_as_it_was(qstash: LocalQStash, endpoint: Endpoint) -> None:
    fail(qstash, endpoint, 1)
    (letter,) = qstash.dead_letters()
    answer = api(qstash, "POST", f"/v2/dlq/retry/{letter.id}", None, {"Upstash-Retries": "4"})
    qstash.wait_until_idle()
    (request,) = endpoint.received
    assert (answer.status, request.body, request.path) == (201, b"body 0", "/0")
    assert request.headers["upstash-message-id"] == answer.json["messageId"]  # type: ignore[index]
    assert qstash.dead_letters() == []


def test_plain_letters_are_retried_by_filter(qstash: LocalQStash, endpoint: Endpoint) -> None:
    fail(qstash, endpoint, 3)
    urls = f"url={endpoint.url}/0&url={endpoint.url}/2"
    answer = api(qstash, "POST", f"/v2/dlq/retry?{urls}").json
    qstash.wait_until_idle()
    assert len(answer["responses"]) == 2  # type: ignore[index]
    assert sorted(request.path for request in endpoint.received) == ["/0", "/2"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v2/workflows/dlq/resume/{plain}", {}, 400),
        ("/v2/workflows/dlq/callback/{plain}", {}, 400),
        ("/v2/workflows/dlq/callback/{run}", {}, 400),
        ("/v2/dlq/retry/{run}", {}, 400),
        ("/v2/workflows/dlq/resume/{run}", {"Upstash-Retries": "many"}, 400),
        ("/v2/workflows/dlq/restart/{run}", {"Upstash-Workflow-RunId": "first"}, 400),
        ("/v2/workflows/dlq/resume/{run}", {"Upstash-Failure-Callback": "https://example.com"}, 412),
        ("/v2/workflows/dlq/resume?dlqIds=1-1", {}, 404),
        ("/v2/workflows/dlq/resume?cursor=x", {}, 400),
        ("/v2/workflows/dlq/restart?fromDate=today", {}, 400),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    qstash: LocalQStash, endpoint: Endpoint, path: str, headers: dict[str, str], status: int
) -> None:
    fail(qstash, endpoint, 1)
    endpoint.answer = lambda request: (500, {}, b"{}")
    qstash.trigger(endpoint.url, run_id="wfr_first", headers=NO_RETRIES)
    qstash.wait_until_idle()
    plain, run = qstash.dead_letters()
    answer = api(qstash, "POST", path.format(plain=plain.id, run=run.id), None, headers)
    assert (answer.status, len(qstash.dead_letters()), len(qstash.runs())) == (status, 2, 1)
    assert json.loads(answer.text)["error"]


def test_the_id_of_a_revived_run_can_be_chosen(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b"{}")
    qstash.trigger(endpoint.url, {"n": 1}, headers=NO_RETRIES)
    qstash.wait_until_idle()
    for action, name in (("resume", "again"), ("restart", "once-more")):
        (letter,) = qstash.dead_letters()
        api(qstash, "POST", f"/v2/workflows/dlq/{action}/{letter.id}", None, {"Upstash-Workflow-RunId": name})
        qstash.wait_until_idle()
        assert (qstash.run(f"wfr_{name}").payload, qstash.run(f"wfr_{name}").state) == ({"n": 1}, "RUN_FAILED")


def test_a_failure_function_in_progress_is_cancelled(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b"{}")
    block = {"Upstash-Failure-Callback": endpoint.url, "Upstash-Failure-Callback-Workflow-CallType": "failureCall"}
    names = {"Upstash-Failure-Callback-Workflow-RunId": "wfr_1"}
    qstash.trigger(endpoint.url, run_id="wfr_1", headers=NO_RETRIES | block | names)
    with qstash.hold():
        qstash.wait_until_still()
        (letter,) = qstash.dead_letters()
        assert api(qstash, "DELETE", f"/v2/workflows/dlq/callback/{letter.id}").status == 200
    qstash.wait_until_idle()
    assert qstash.run("wfr_1").failure_function == "CALLBACK_CANCELED"
    assert len(endpoint.received) == 2


STEPS = {
    "one": {"stepId": 1, "stepName": "one", "stepType": "Run", "out": "1", "concurrent": 1},
    "plan 2": {"stepId": 0, "stepName": "two", "stepType": "Run", "concurrent": 2, "targetStep": 2},
    "plan 3": {"stepId": 0, "stepName": "three", "stepType": "Run", "concurrent": 2, "targetStep": 3},
    "result 2": {"stepId": 2, "stepName": "two", "stepType": "Run", "out": "2", "concurrent": 2},
    "result 3": {"stepId": 3, "stepName": "three", "stepType": "Run", "out": "3", "concurrent": 2},
    "four": {"stepId": 4, "stepName": "four", "stepType": "Run", "out": "4", "concurrent": 1},
}


@pytest.mark.parametrize(
    ("steps", "held", "again"),
    [
        (["one"], [0], [1]),
        (["one", "plan 2", "plan 3"], [0, 1], [3]),
        (["one", "plan 2", "plan 3"], [0, 1, 2], [2, 3]),
        (["one", "plan 2", "plan 3", "result 2"], [1, 2, 3], [3, 4]),
        (["one", "plan 2", "plan 3", "result 2", "result 3"], [4], [4, 5]),
        (["one", "plan 2", "plan 3", "result 2", "result 3", "four"], [3, 4, 5], [6]),
    ],
)
def test_what_was_in_delivery_is_sent_again_only_when_nothing_came_of_it(
    qstash: LocalQStash, endpoint: Endpoint, steps: list[str], held: list[int], again: list[int]
) -> None:
    """All steps are published while the positions `held` are in delivery, and no others; the last one fails the run."""
    arrived, release = threading.Semaphore(0), threading.Event()
    answered = 0

    def answer(request: Received) -> Reply:
        position = len(request.json) - 1  # type: ignore[arg-type]
        if position in held:
            arrived.release()
            release.wait(10)
        return (500, {}, b"") if position == len(steps) else OK

    endpoint.answer = answer
    qstash.trigger(endpoint.url, run_id="wfr_1", headers=NO_RETRIES)
    for position, name in enumerate(["init", *steps]):
        if position:
            own = {"upstash-workflow-runid": "wfr_1", "upstash-feature-set": "WF_TriggerOnConfig"}
            message = {"destination": endpoint.url, "body": json.dumps(STEPS[name]), "headers": own}
            api(qstash, "POST", "/v2/batch", [message])
        if position in held:
            assert arrived.acquire(timeout=10)
        elif position < len(steps):
            answered += 1
            while len(qstash.deliveries()) < answered:
                threading.Event().wait(0.005)
    while not qstash.dead_letters():
        threading.Event().wait(0.005)
    release.set()
    qstash.wait_until_idle()
    endpoint.received.clear()
    endpoint.answer = lambda request: OK
    api(qstash, "POST", "/v2/workflows/dlq/resume")
    qstash.wait_until_idle()
    assert sorted(len(request.json) - 1 for request in endpoint.received) == again  # type: ignore[arg-type]
