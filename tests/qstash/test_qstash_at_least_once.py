"""What the SDKs make of a step that comes twice, and of a list that they have to fetch (QStash wire protocol 2.6)."""

import json

import pytest
from qstash_hosts import api

from lobegen.qstash.testing import LocalQStash, RunView


def run_with_a_step_twice(qstash: LocalQStash, url: str) -> RunView:
    """A run that sleeps after its first step; until it wakes, that step is published once more."""
    with qstash.hold():
        run_id = qstash.trigger(url, {"itemId": "i1"})
        qstash.wait_until_still()
        step = {"stepId": 1, "stepName": "one", "stepType": "Run", "out": '{"a":1}', "concurrent": 1}
        headers = {
            "Upstash-Workflow-RunId": run_id,
            "Upstash-Workflow-Init": "false",
            "Upstash-Workflow-Url": url,
            "Upstash-Forward-Upstash-Workflow-Sdk-Version": "1",
        }
        message = {"destination": url, "headers": headers, "body": json.dumps(step)}
        assert api(qstash, "POST", "/v2/batch", [message]).status == 200
    qstash.wait_until_idle()
    return qstash.run(run_id)


@pytest.mark.parametrize("host", ["node_1", "node_02"])
def test_the_typescript_sdks_take_a_step_that_comes_twice_once(
    shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str
) -> None:
    run = run_with_a_step_twice(shared_qstash, f"{request.getfixturevalue(host)}/sleepy")
    assert run.state == "RUN_SUCCESS"
    assert {delivery.status for delivery in run.deliveries} == {200}
    assert [step.name for step in run.steps].count("one") == 2


def test_the_python_sdk_takes_it_for_the_next_step(shared_qstash: LocalQStash, python_host: str) -> None:
    run = run_with_a_step_twice(shared_qstash, f"{python_host}/kitchen")
    assert run.state == "RUN_FAILED"
    assert b"Incompatible step name" in run.deliveries[-1].response_body


def test_the_python_sdk_cannot_fetch_a_list(shared_qstash: LocalQStash, python_host: str) -> None:
    headers = {"Upstash-Retries": "0"}
    run_id = shared_qstash.trigger(f"{python_host}/payload", "x" * 3_000_000, headers=headers)
    shared_qstash.wait_until_idle()
    (delivery,) = shared_qstash.run(run_id).deliveries
    assert b"Only first call can have an empty body" in delivery.response_body
