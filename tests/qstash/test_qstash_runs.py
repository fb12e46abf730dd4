"""Runs: their lists, their ends, their logs."""

import base64
import json
from collections.abc import Callable

import pytest
from qstash_hosts import OK, Endpoint, Received, Reply, api, client

from lobegen.qstash.testing import LocalQStash


def step(number: int, name: str, concurrent: int = 1, target: int | None = None, out: object = None) -> str:
    """A step as SDKs publish it: a result, or a plan when it has a target."""
    body: dict[str, object] = {"stepId": number, "stepName": name, "stepType": "Run", "concurrent": concurrent}
    return json.dumps(body | ({"targetStep": target} if target else {"out": json.dumps(out)}))


def add(qstash: LocalQStash, url: str, run_id: str, *steps: str, **headers: str) -> int:
    """Publish steps of a run as an SDK does; the status of the answer."""
    control = {
        "Upstash-Workflow-Init": "false",
        "Upstash-Workflow-RunId": run_id,
        "Upstash-Workflow-Url": url,
        "Upstash-Forward-Upstash-Workflow-Sdk-Version": "1",
    }
    named = control | {name.replace("_", "-"): value for name, value in headers.items()}
    items = [{"destination": url, "headers": named, "body": body} for body in steps]
    return api(qstash, "POST", "/v2/batch", items).status


def listing(request: Received) -> list[object]:
    """The bodies of a step delivery's list, decoded."""
    entries = json.loads(request.body)
    return [json.loads(base64.b64decode(entry["body"]) or "null") for entry in entries]


def on_start(action: Callable[[], object]) -> Callable[[Received], Reply]:
    """Do something during the first delivery of a run, then answer 200."""

    def answer(request: Received) -> Reply:
        if request.headers.get("upstash-workflow-init") == "true":
            action()
        return OK

    return answer


def test_a_delivery_sends_the_list_up_to_its_own_message(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url, {"n": 1})
    add(qstash, endpoint.url, run_id, step(0, "a", 2, target=1), step(0, "b", 2, target=2))
    qstash.wait_until_idle()
    first, second, third = sorted((listing(request) for request in endpoint.received), key=len)
    assert first == [{"n": 1}]
    assert second[-1]["stepName"] == "a"  # type: ignore[index]
    assert third[:2] == second
    assert third[-1]["stepName"] == "b"  # type: ignore[index]


def test_an_id_that_exists_starts_nothing(qstash: LocalQStash, endpoint: Endpoint) -> None:
    for _ in range(2):
        qstash.trigger(endpoint.url, run_id="wfr_same")
    qstash.wait_until_idle()
    assert len(qstash.runs()) == len(endpoint.received) == 1


def test_the_answer_to_an_id_that_exists_says_so(qstash: LocalQStash, endpoint: Endpoint) -> None:
    headers = {"Upstash-Workflow-Init": "true", "Upstash-Workflow-RunId": "wfr_same"}
    item = {"destination": endpoint.url, "headers": headers}
    (first,), (second,) = (api(qstash, "POST", "/v2/batch", [item]).json for _ in range(2))  # type: ignore[misc]
    assert second == {"messageId": first["messageId"], "deduplicated": True}


def test_an_id_stays_taken_after_the_end(qstash: LocalQStash, endpoint: Endpoint) -> None:
    qstash.trigger(endpoint.url, run_id="wfr_same")
    qstash.wait_until_idle()
    api(qstash, "DELETE", "/v2/workflows/runs/wfr_same?cancel=false", '"done"')
    qstash.trigger(endpoint.url, run_id="wfr_same")
    qstash.wait_until_idle()
    assert len(endpoint.received) == 1


def test_the_end_carries_the_result(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert api(qstash, "DELETE", f"/v2/workflows/runs/{run_id}?cancel=false", '{"n": 1}').status == 200
    assert (qstash.run(run_id).state, qstash.run(run_id).response) == ("RUN_SUCCESS", {"n": 1})


@pytest.mark.parametrize("cancel", ["true", "false"])
def test_an_ended_run_takes_no_steps(qstash: LocalQStash, endpoint: Endpoint, cancel: str) -> None:
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    api(qstash, "DELETE", f"/v2/workflows/runs/{run_id}?cancel={cancel}")
    assert add(qstash, endpoint.url, run_id, step(1, "late")) == 400
    assert api(qstash, "DELETE", f"/v2/workflows/runs/{run_id}?cancel=false").status == 404


def test_a_run_that_never_began_takes_no_steps(qstash: LocalQStash, endpoint: Endpoint) -> None:
    assert add(qstash, endpoint.url, "wfr_unknown", step(1, "a")) == 400


def test_the_end_drops_what_is_still_planned(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url)

    def plan_and_end() -> None:
        add(qstash, endpoint.url, run_id, step(1, "later"), Upstash_Delay="1h")
        api(qstash, "DELETE", f"/v2/workflows/runs/{run_id}?cancel=false")

    endpoint.answer = on_start(plan_and_end)
    with qstash.hold():
        qstash.wait_until_still()
    qstash.wait_until_idle()
    assert len(endpoint.received) == 1


def test_a_failed_delivery_after_the_end_is_not_repeated(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = "wfr_ended"

    def end_and_fail(request: Received) -> Reply:
        api(qstash, "DELETE", f"/v2/workflows/runs/{run_id}?cancel=false")
        return 500, {}, b"{}"

    endpoint.answer = end_and_fail
    qstash.trigger(endpoint.url, run_id=run_id)
    qstash.wait_until_idle()
    assert len(endpoint.received) == 1
    assert qstash.run(run_id).state == "RUN_SUCCESS"


@pytest.mark.parametrize(
    ("query", "body", "cancelled"),
    [
        ("?workflowRunIds=wfr_0&workflowRunIds=wfr_2&workflowRunIds=wfr_9", None, {"wfr_0", "wfr_2"}),
        ("?workflowUrl={url}/a&count=100", None, {"wfr_0", "wfr_1"}),
        ("?count=100", None, {"wfr_0", "wfr_1", "wfr_2"}),
        ("?count=2", None, {"wfr_0", "wfr_1"}),
        ("", '{"workflowRunIds": ["wfr_1"]}', {"wfr_1"}),
        ("", '{"workflowUrl": "{url}/b"}', {"wfr_2"}),
        ("", "{}", {"wfr_0", "wfr_1", "wfr_2"}),
    ],
)
def test_runs_are_cancelled_by_id_or_url(
    qstash: LocalQStash, endpoint: Endpoint, query: str, body: str | None, cancelled: set[str]
) -> None:
    for number, path in enumerate(["a/x", "a/y", "b"]):
        qstash.trigger(f"{endpoint.url}/{path}", run_id=f"wfr_{number}")
    qstash.wait_until_idle()
    path = "/v2/workflows/runs" + query.replace("{url}", endpoint.url)
    answer = api(qstash, "DELETE", path, body and body.replace("{url}", endpoint.url))
    assert answer.json == {"cancelled": len(cancelled)}
    assert {run.workflow_run_id for run in qstash.runs() if run.state == "RUN_CANCELED"} == cancelled


def test_a_long_list_is_not_sent_but_fetched(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url, "x" * 3_000_000)
    qstash.wait_until_idle()
    assert endpoint.received[0].body == b""
    entries = json.loads(api(qstash, "GET", f"/v2/workflows/runs/{run_id}").text)
    assert [len(base64.b64decode(entry["body"])) for entry in entries] == [3_000_000]


@pytest.mark.parametrize("host", ["node_1", "node_02"])
def test_the_typescript_sdks_fetch_a_long_list(
    shared_qstash: LocalQStash, host: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(host)
    started = client(address, "trigger", {"url": f"{address}/size", "body": {"text": "x" * 3_000_000}, "retries": 0})
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert (run.state, run.step("length").out) == ("RUN_SUCCESS", 3_000_011)


def logs(qstash: LocalQStash, query: str) -> dict[str, list[dict[str, object]]]:
    answer = api(qstash, "GET", f"/v2/workflows/events?groupBy=workflowRunId&{query}").json
    assert isinstance(answer, dict)
    return answer


def test_logs_group_steps(qstash: LocalQStash, endpoint: Endpoint) -> None:
    run_id = qstash.trigger(endpoint.url, {"n": 1})
    plans = [step(0, "a", 2, target=2), step(0, "b", 2, target=3)]
    add(qstash, endpoint.url, run_id, step(1, "one", out=5), *plans, step(3, "b", 2), step(2, "a", 2))
    qstash.wait_until_idle()
    (run,) = logs(qstash, f"workflowRunId={run_id}")["runs"]
    groups = [(group["type"], [each["stepName"] for each in group["steps"]]) for group in run["steps"]]  # type: ignore
    assert groups == [("sequential", ["init"]), ("sequential", ["one"]), ("parallel", ["a", "b"])]
    assert run["workflowState"] == "RUN_STARTED"


def test_logs_show_what_is_tried_again(qstash: LocalQStash, endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b'{"message": "boom"}')
    with qstash.hold():
        run_id = qstash.trigger(endpoint.url)
        qstash.wait_until_still()
        (run,) = logs(qstash, f"workflowRunId={run_id}")["runs"]
        (step_now,) = run["steps"][-1]["steps"]  # type: ignore[index]
    assert step_now["state"] == "STEP_RETRY"
    assert step_now["errors"][0]["status"] == 500


def test_logs_have_pages_and_filters(qstash: LocalQStash, endpoint: Endpoint) -> None:
    for number in range(5):
        qstash.trigger(endpoint.url, run_id=f"wfr_{number}", headers={"Upstash-Label": f"l{number % 2}"})
    qstash.wait_until_idle()
    page = logs(qstash, "count=2")
    following = logs(qstash, f"count=2&cursor={page['cursor']}")
    assert [run["workflowRunId"] for run in page["runs"]] == ["wfr_4", "wfr_3"]
    assert [run["workflowRunId"] for run in following["runs"]] == ["wfr_2", "wfr_1"]
    assert len(logs(qstash, "label=l1")["runs"]) == 2
    assert logs(qstash, "state=RUN_SUCCESS")["runs"] == []


@pytest.mark.parametrize("host", ["node_1", "node_02"])
def test_the_sdks_client_reads_logs_and_dead_letters(
    shared_qstash: LocalQStash, host: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(host)
    options = {"url": f"{address}/throwInStep", "retries": 0, "label": "some-label"}
    run_id = client(address, "trigger", options)["workflowRunId"]  # type: ignore[index]
    shared_qstash.wait_until_idle()
    (run,) = client(address, "logs", {"workflowRunId": run_id})["runs"]  # type: ignore[index]
    letters = client(address, "dlq.list", {"count": 100, "filter": {"workflowRunId": run_id}})["messages"]  # type: ignore
    assert (run["workflowState"], run["labels"]) == ("RUN_FAILED", ["some-label"])
    assert run["steps"][-1]["steps"][0]["state"] == "STEP_FAILED"
    assert [letter["dlqId"] for letter in letters] == [run["dlqId"]]


def test_a_run_can_be_triggered_without_an_sdk(shared_qstash: LocalQStash, node_1: str) -> None:
    headers = {"Upstash-Forward-X-User": "u1", "Upstash-Retries": "0"}
    started = api(shared_qstash, "POST", f"/v2/trigger/{node_1}/basic", "{}", headers).json
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert (run.state, run.response) == ("RUN_SUCCESS", {"ok": True, "b": 2})
    assert {delivery.headers["x-user"] for delivery in run.deliveries} == {"u1"}


def test_several_runs_can_be_triggered_without_an_sdk(shared_qstash: LocalQStash, node_1: str) -> None:
    items = [{"destination": f"{node_1}/basic", "body": "{}"}] * 3
    answer = api(shared_qstash, "POST", "/v2/batch/trigger", items)
    shared_qstash.wait_until_idle()
    ids = [each["workflowRunId"] for each in answer.json]  # type: ignore[attr-defined]
    assert (answer.status, len(set(ids))) == (201, 3)
    assert {shared_qstash.run(run_id).state for run_id in ids} == {"RUN_SUCCESS"}


def test_an_sdk_that_is_not_known_to_the_trigger_starts_the_run_itself(shared_qstash: LocalQStash, node_1: str) -> None:
    headers = {"Upstash-Workflow-Unknown-Sdk": "true"}
    started = api(shared_qstash, "POST", f"/v2/trigger/{node_1}/basic", "{}", headers).json
    shared_qstash.wait_until_idle()
    run = shared_qstash.run(started["workflowRunId"])  # type: ignore[index]
    assert run.state == "RUN_SUCCESS"
    assert len(run.deliveries) == 5


@pytest.mark.parametrize("host", ["node_02", "python_host"])
def test_older_sdks_cannot_be_triggered_without_one(
    shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str
) -> None:
    url = f"{request.getfixturevalue(host)}/basic"
    started = api(shared_qstash, "POST", f"/v2/trigger/{url}", "{}", {"Upstash-Retries": "0"}).json
    shared_qstash.wait_until_idle()
    run_id = started["workflowRunId"]  # type: ignore[index]
    assert shared_qstash.run(run_id).state == "RUN_FAILED"
    (letter,) = [letter for letter in shared_qstash.dead_letters() if letter.run and letter.run.id == run_id]
    assert "only usable with sdk versions after v1.0.0" in letter.answer.error


def test_logs_show_which_parallel_step_failed(qstash: LocalQStash, endpoint: Endpoint) -> None:
    def answer(request: Received) -> Reply:
        return (500, {}, b"{}") if len(json.loads(request.body)) == 3 else OK

    endpoint.answer = answer
    run_id = qstash.trigger(endpoint.url, headers={"Upstash-Retries": "0"})
    add(qstash, endpoint.url, run_id, step(0, "a", 2, target=1), step(0, "b", 2, target=2))
    qstash.wait_until_idle()
    (run,) = logs(qstash, f"workflowRunId={run_id}")["runs"]
    group = run["steps"][1]  # type: ignore[index]
    assert [(each["stepName"], each["state"]) for each in group["steps"]] == [
        ("a", "STEP_CANCELED"),
        ("b", "STEP_FAILED"),
    ]


def test_waiting_in_vain_names_the_runs(qstash: LocalQStash, endpoint: Endpoint) -> None:
    qstash.trigger(endpoint.url, run_id="wfr_late", headers={"Upstash-Delay": "1h"})
    with qstash.hold(), pytest.raises(TimeoutError, match=r"wfr_late .* RUN_STARTED"):
        qstash.wait_until_idle(timeout=0.05)
