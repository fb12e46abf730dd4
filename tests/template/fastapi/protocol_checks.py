"""More checks of a generated project than its own test has; copied into it and run there.

The project holds welcome-placeholder (users, generate, paidOnly) with its answers' default sizes.
"""

import asyncio
import base64
import json
import logging
from collections import Counter
from collections.abc import Iterator

import pytest
from app.workflows.runtime import NonRetryableError, derived_run_id
from app.workflows.welcome_placeholder import (
    GenerateUserPayload,
    PaginateUsersPayload,
    ProcessUsersPayload,
    logic,
)
from app.workflows.welcome_placeholder import WelcomePlaceholderWorkflow as Workflow
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from lobegen.qstash.delivery.signature import sign
from lobegen.qstash.testing import LocalQStash, RunView


@pytest.fixture
def processed(qstash: LocalQStash, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each user was processed. The tables are empty, nothing is done yet."""
    counter: Counter[str] = Counter()
    process_user = logic.process_user

    async def count(item: logic.UserData, **flags: bool) -> logic.UserResult:
        counter[item["id"]] += 1
        return await process_user(item, **flags)

    monkeypatch.setattr(logic, "process_user", count)
    monkeypatch.setattr(logic, "demo_rows", list)
    engine = create_engine("sqlite:///./workflows.db")
    logic.Base.metadata.drop_all(engine)
    logic.Base.metadata.create_all(engine)
    yield counter
    engine.dispose()


def add(*ids: str) -> None:
    engine = create_engine("sqlite:///./workflows.db")
    with Session(engine) as database:
        database.add_all([logic.UserRow(id=id_) for id_ in ids])
        database.commit()
    engine.dispose()


def start(qstash: LocalQStash, **flags: bool) -> RunView:
    payload = ProcessUsersPayload.model_validate(flags)
    run_id = asyncio.run(Workflow.trigger_process_users(payload))
    qstash.wait_until_idle(timeout=120)
    return qstash.run(run_id)


def test_51_users_with_the_default_sizes(
    qstash: LocalQStash, processed: Counter[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ids = [f"user-{number:03}" for number in range(51)]
    add(*ids)
    before = {run.workflow_run_id for run in qstash.runs()}

    start(qstash)

    assert processed == Counter(ids)
    runs = [run for run in qstash.runs() if run.workflow_run_id not in before]
    layers = Counter(run.workflow_url.rpartition("/")[2] for run in runs)
    # layer 2: three pages (50, 1, none) and three chunks of the first one
    assert layers == {"process-users": 1, "paginate-users": 6, "generate-user": 51}
    for run in runs:
        names = [step.name for step in run.steps]
        assert run.state == "RUN_SUCCESS"
        assert len(names) == len(set(names)), names
        layer = run.workflow_url.rpartition("/")[2].partition("-")[0]
        for delivery in run.deliveries:
            assert delivery.headers["upstash-flow-control-key"] == f"welcome-placeholder.{layer}"
    # a step's result names each run that it starts, so that the fan-out can be shown
    named = json.dumps([step.out for run in runs for step in run.steps])
    assert [run.workflow_run_id for run in runs if run.workflow_run_id not in named] == []
    started = Counter(record.getMessage() for record in caplog.records if "] Starting" in record.getMessage())
    assert len(started) == 1 + 6 + 51
    assert set(started.values()) == {1}


def test_every_message_of_a_run_carries_flow_control(qstash: LocalQStash, processed: Counter[str]) -> None:
    """Also where the start brought none: the layer's own client adds it."""
    add("user-1")
    run_id = qstash.trigger(Workflow.EXECUTE.url, {"userId": "user-1", "rootRunId": "wfr_bare"})
    qstash.wait_until_idle(timeout=60)

    # in the order of the steps: a delivery may be answered after the one that it caused
    first, *others = sorted(qstash.run(run_id).deliveries, key=lambda delivery: delivery.entries or 0)
    assert "upstash-flow-control-key" not in first.headers
    assert len(others) == 3
    for delivery in others:
        assert delivery.headers["upstash-flow-control-value"].replace(" ", "") == "parallelism=10,rate=5,period=1s"


def test_a_repeated_trigger_starts_nothing_twice(qstash: LocalQStash, processed: Counter[str]) -> None:
    add("user-1")
    root = start(qstash).workflow_run_id
    count = len(qstash.runs())

    asyncio.run(Workflow.trigger_paginate_users(PaginateUsersPayload(root_run_id=root)))
    asyncio.run(Workflow.trigger_generate_user(GenerateUserPayload(root_run_id=root, user_id="user-1")))
    qstash.wait_until_idle(timeout=60)

    assert len(qstash.runs()) == count
    assert processed == {"user-1": 1}


def test_a_start_on_the_next_day_takes_what_is_new(qstash: LocalQStash, processed: Counter[str]) -> None:
    add("user-1", "user-2")
    start(qstash)
    add("user-3")
    start(qstash)

    assert processed == {"user-1": 1, "user-2": 1, "user-3": 1}


def test_a_failing_user_is_tried_again_and_disturbs_no_other(
    qstash: LocalQStash, processed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add("user-1", "user-2")
    process_user = logic.process_user

    async def fail_once(item: logic.UserData, **flags: bool) -> logic.UserResult:
        result = await process_user(item, **flags)
        if item["id"] == "user-1" and processed["user-1"] == 1:
            raise RuntimeError("the first time")
        return result

    monkeypatch.setattr(logic, "process_user", fail_once)
    start(qstash)

    assert processed == {"user-1": 2, "user-2": 1}
    assert not qstash.dead_letters()


def test_a_users_own_error_can_end_a_run_for_good(
    qstash: LocalQStash, processed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Banned(NonRetryableError):
        """An error of the user's own."""

    async def refuse(item: logic.UserData, **flags: bool) -> logic.UserResult:
        processed[item["id"]] += 1
        raise Banned(item["id"])

    monkeypatch.setattr(logic, "process_user", refuse)
    add("user-1")
    payload = GenerateUserPayload(root_run_id="wfr_banned", user_id="user-1")
    run_id = asyncio.run(Workflow.trigger_generate_user(payload))
    qstash.wait_until_idle(timeout=60)

    view = qstash.run(run_id)
    assert view.state == "RUN_FAILED"
    assert sorted(delivery.status for delivery in view.deliveries) == [200, 200, 489]
    assert processed == {"user-1": 1}


def test_a_user_that_is_gone_meanwhile_is_no_failure(qstash: LocalQStash, processed: Counter[str]) -> None:
    payload = GenerateUserPayload(root_run_id="wfr_gone", user_id="gone")
    run_id = asyncio.run(Workflow.trigger_generate_user(payload))
    qstash.wait_until_idle(timeout=60)

    view = qstash.run(run_id)
    assert view.state == "RUN_SUCCESS"
    assert view.steps[-1].out == {"item": None, "message": "Not found: gone"}


def test_a_user_that_another_run_has_done_is_left_alone(qstash: LocalQStash, processed: Counter[str]) -> None:
    add("user-1")
    start(qstash)

    asyncio.run(Workflow.trigger_generate_user(GenerateUserPayload(root_run_id="wfr_late", user_id="user-1")))
    qstash.wait_until_idle(timeout=60)

    assert processed == {"user-1": 1}


@pytest.mark.parametrize("payload", ['{"dryrun": true}', '{"dryRun": "perhaps"}', "[]", '"text"', "5", "not json"])
def test_a_bad_start_ends_at_once(qstash: LocalQStash, processed: Counter[str], payload: str) -> None:
    add("user-1")
    run_id = qstash.trigger(Workflow.PROCESS.url, payload)
    qstash.wait_until_idle(timeout=60)

    view = qstash.run(run_id)
    assert view.state == "RUN_FAILED"
    assert [delivery.status for delivery in view.deliveries] == [489]
    assert not processed


def test_given_users_are_processed_in_chunks(qstash: LocalQStash, processed: Counter[str]) -> None:
    ids = [f"user-{number:03}" for number in range(23)]
    add(*ids)

    payload = PaginateUsersPayload(root_run_id="wfr_given", user_ids=ids)
    asyncio.run(Workflow.trigger_paginate_users(payload))
    qstash.wait_until_idle(timeout=60)

    assert processed == Counter(ids)


def test_an_unsigned_request_is_refused(qstash: LocalQStash, processed: Counter[str]) -> None:
    import httpx

    add("user-1")
    answer = httpx.post(Workflow.PROCESS.url, json={})
    qstash.wait_until_idle(timeout=60)

    assert answer.status_code == 500
    assert "Failed to verify" in answer.text
    assert not processed


@pytest.mark.parametrize("fault", ["duplicate=1", "lost=1", "unconfirmed=1"])
def test_steps_that_come_twice_are_done_once(qstash: LocalQStash, processed: Counter[str], fault: str) -> None:
    add("user-1", "user-2")
    before = {run.workflow_run_id for run in qstash.runs()}
    qstash.inject(fault, seed=1)
    try:
        start(qstash)
    finally:
        qstash.inject()

    runs = [run for run in qstash.runs() if run.workflow_run_id not in before]
    names = [(run.workflow_run_id, step.name) for run in runs for step in run.steps]
    assert {run.state for run in runs} == {"RUN_SUCCESS"}
    assert len(names) > len(set(names)), "no step came twice: nothing was checked"
    assert set(processed) == {"user-1", "user-2"}


def repeated_delivery() -> str:
    """A list whose newest step is there twice."""
    step = {"stepId": 1, "stepName": "a", "stepType": "Run", "out": "1", "concurrent": 1}
    bodies = ["{}", *[json.dumps(step)] * 2]
    return json.dumps([{"body": base64.b64encode(body.encode()).decode(), "callType": "step"} for body in bodies])


def test_a_delivery_with_a_repeated_step_needs_a_signature_too(qstash: LocalQStash) -> None:
    import httpx

    headers = {"Upstash-Workflow-Sdk-Version": "1", "Upstash-Workflow-RunId": "wfr_1"}
    for signature in ({}, {"Upstash-Signature": "x.y.z"}):
        answer = httpx.post(Workflow.PROCESS.url, content=repeated_delivery(), headers={**headers, **signature})
        assert answer.status_code == 500
        assert "Failed to verify" in answer.text


@pytest.mark.parametrize("answer", ["<html>Bad Gateway</html>", '"Bad Gateway"', '{"message": "Bad Gateway"}'])
def test_the_failure_function_hears_of_any_last_answer(
    qstash: LocalQStash, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    import httpx

    encoded, payload = (base64.b64encode(text.encode()).decode() for text in (answer, "{}"))
    failure = {"status": 502, "header": {}, "body": encoded, "url": "", "sourceBody": payload, "workflowRunId": "wfr_1"}
    url, content = Workflow.PROCESS.url, json.dumps(failure).encode()
    headers = {
        "Upstash-Workflow-Is-Failure": "true",
        "Upstash-Signature": sign(qstash.current_signing_key, url, content),
    }

    assert httpx.post(url, content=content, headers=headers).status_code == 200
    (record,) = [record for record in caplog.records if "The run failed" in record.getMessage()]
    assert "Bad Gateway" in record.getMessage()


def test_run_ids_depend_on_root_layer_and_key() -> None:
    ids = {
        derived_run_id(root, layer, key)
        for root in ("wfr_1", "wfr_2")
        for layer in (Workflow.PAGINATE, Workflow.EXECUTE)
        for key in ("a", "b")
    }

    assert len(ids) == 8
    assert all(id_.startswith("wfr_") for id_ in ids)


def test_a_given_run_id_belongs_to_its_workflow(qstash: LocalQStash) -> None:
    payload = Workflow.entry_payload.model_validate({"dry_run": False})

    run_id = asyncio.run(Workflow.trigger_process_users(payload, "2026-11-22"))
    qstash.wait_until_idle(timeout=60)

    assert run_id == "wfr_welcome-placeholder-2026-11-22"
    assert qstash.run(run_id).state == "RUN_SUCCESS"
