"""The limits of a plan, off by default; and what is forgotten after a while."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from qstash.errors import DailyMessageLimitExceededError
from qstash_hosts import Endpoint, api, serve_node, serve_python

from lobegen.cli import main
from lobegen.qstash.publishing import plans
from lobegen.qstash.testing import LocalQStash
from qstash import QStash

WAIT = {"url": "http://127.0.0.1:1", "step": {}, "timeoutHeaders": {"Upstash-Workflow-RunId": ["wfr_1"]}}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of which everything is used up soon."""
    few = replace(plans.PLANS["free"], name="small", steps_per_day=5, schedules=1, steps_per_run=2, context_size=3000)
    monkeypatch.setattr(plans, "PLANS", {**plans.PLANS, "small": few})
    monkeypatch.setattr("lobegen.qstash.testing.PLANS", plans.PLANS)


@pytest.mark.parametrize(
    ("path", "headers", "body", "message"),
    [
        (
            "publish/{url}",
            {},
            "x" * 1_000_001,
            "maximum message size is exceeded: 1000001 bytes, at most 1000000 bytes",
        ),
        ("publish/{url}", {"Upstash-Delay": "8d"}, "", "maximum delay is exceeded, at most 7 days in the plan free"),
        ("enqueue/q/{url}", {}, "x" * 1_000_001, "maximum message size is exceeded"),
        ("wait/event", {}, {**WAIT, "timeout": "8d"}, "maximum delay is exceeded, at most 7 days"),
    ],
)
def test_what_is_over_a_limit_of_the_plan_is_refused_with_its_name(
    endpoint: Endpoint, path: str, headers: dict[str, str], body: object, message: str
) -> None:
    with LocalQStash(plan="free") as qstash, qstash.hold():
        qstash.trigger(endpoint.url, run_id="wfr_1", headers={"Upstash-Delay": "1h"})
        answer = api(qstash, "POST", f"/v2/{path.format(url=endpoint.url)}", body, headers)
        assert (answer.status, message in answer.text) == (412, True)


def test_without_a_plan_there_are_no_such_limits(qstash: LocalQStash, endpoint: Endpoint) -> None:
    with qstash.hold():
        assert (
            api(qstash, "POST", f"/v2/publish/{endpoint.url}", "x" * 1_000_001, {"Upstash-Delay": "30d"}).status == 200
        )


def test_the_parallelism_of_the_plan_holds_over_all_keys() -> None:
    with LocalQStash(plan="free") as qstash:
        assert QStash(qstash.token, base_url=qstash.url).flow_control.get_global_parallelism().parallelism_max == 10


@pytest.mark.usefixtures("small")
def test_schedules_are_limited(endpoint: Endpoint) -> None:
    with LocalQStash(plan="small") as qstash:
        cron = [{"Upstash-Cron": "0 * * * *", "Upstash-Schedule-Id": name} for name in ("a", "a", "b")]
        path = f"/v2/schedules/{endpoint.url}"
        assert [api(qstash, "POST", path, None, headers).status for headers in cron] == [200, 200, 412]


@pytest.mark.usefixtures("small")
def test_the_steps_of_a_day_end_as_pythons_client_knows_it(endpoint: Endpoint) -> None:
    with LocalQStash(plan="small") as qstash:
        messages = QStash(qstash.token, base_url=qstash.url, retry=False).message
        for _ in range(5):
            messages.publish(url=endpoint.url)
            qstash.wait_until_idle()
        with pytest.raises(DailyMessageLimitExceededError) as caught:
            messages.publish(url=endpoint.url)
        assert (caught.value.limit, caught.value.remaining) == ("5", "0")
        qstash.advance(24 * 3600)
        messages.publish(url=endpoint.url)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("language", ["typescript", "python"])
@pytest.mark.parametrize(
    ("payload", "message"), [({}, "a run has at most 2 steps"), ("x" * 4000, "payload and results of a run")]
)
def test_a_run_over_its_limits_fails_at_once(language: str, payload: object, message: str) -> None:
    with LocalQStash(plan="small") as qstash:
        environment = qstash.environment
        with serve_node("1", environment) if language == "typescript" else serve_python(environment) as host:
            run_id = qstash.trigger(f"{host}/basic", json.dumps(payload))
            qstash.wait_until_idle()
        run = qstash.run(run_id)
        (letter,) = qstash.dead_letters()
        assert (run.state, run.deliveries[-1].retried) == ("RUN_FAILED", 0)
        assert f"EXCEEDS_LIMIT: {message}" in letter.answer.error


def test_an_unknown_plan_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["dev", "--plan", "gold"])
    assert "--plan gold: it is none of free, pay-as-you-go, fixed-1m, fixed-10m" in capsys.readouterr().err


def end_runs(qstash: LocalQStash, endpoint: Endpoint, count: int) -> None:
    """Runs that are over, one after the other."""
    for number in range(count):
        qstash.trigger(endpoint.url, run_id=f"wfr_{number}")
        qstash.wait_until_idle()
        api(qstash, "DELETE", f"/v2/workflows/runs/wfr_{number}?cancel=false", "1")


def test_of_ended_runs_the_newest_are_remembered_and_every_id(endpoint: Endpoint, tmp_path: Path) -> None:
    with LocalQStash(ended=3, store=tmp_path / "store.db") as qstash:
        qstash.trigger(endpoint.url, run_id="wfr_open")
        end_runs(qstash, endpoint, 10)
        assert [run.workflow_run_id for run in qstash.runs()] == ["wfr_open", "wfr_7", "wfr_8", "wfr_9"]
    with LocalQStash(ended=3, store=tmp_path / "store.db") as qstash:
        count = len(endpoint.received)
        again = api(qstash, "POST", f"/v2/trigger/{endpoint.url}", "{}", {"Upstash-Workflow-RunId": "wfr_1"})
        qstash.wait_until_idle()
        assert (again.json["deduplicated"], len(endpoint.received)) == (True, count)  # type: ignore[index]
        assert len(qstash.runs()) == 4


def test_runs_and_dead_letters_are_kept_as_long_as_the_plan_says(endpoint: Endpoint) -> None:
    with LocalQStash(plan="free") as qstash:
        end_runs(qstash, endpoint, 1)
        endpoint.answer = lambda request: (500, {}, b"")
        for days in (0, 2, 2):
            qstash.advance(days * 86_400)
            qstash.trigger(endpoint.url, headers={"Upstash-Retries": "0"})
            qstash.wait_until_idle()
        assert (len(qstash.runs()), len(qstash.dead_letters())) == (2, 2)


def test_a_letter_that_is_pushed_out_takes_its_run_along(endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b"")
    with LocalQStash(ended=2) as qstash:
        for number in range(5):
            qstash.trigger(endpoint.url, run_id=f"wfr_{number}", headers={"Upstash-Retries": "0"})
            qstash.wait_until_idle()
        letters = json.loads(api(qstash, "GET", "/v2/dlq").text)["messages"]
        assert [letter["workflowRunId"] for letter in letters] == ["wfr_4", "wfr_3"]
        assert [run.workflow_run_id for run in qstash.runs()] == ["wfr_3", "wfr_4"]
