"""The whole workflow under each SDK line, with the real SDK, on the local QStash in virtual time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from nextjs_support import hosted, run

from lobegen.qstash.testing import LocalQStash, RunView

START = "src/server/workflows/{}/start.ts"


class Running:
    """A project whose routes are hosted, and the QStash that delivers to them."""

    def __init__(self, project: Path, qstash: LocalQStash, url: str, log: list[str]) -> None:
        self.project = project
        self.qstash = qstash
        self.url = url
        self.log = log

    def start(self, camel: str, *options: str) -> list[RunView]:
        """Use the start command, wait until nothing is left to do; gives the runs that this made."""
        before = {view.workflow_run_id for view in self.qstash.runs()}
        environment = {**self.qstash.environment, "APP_URL": self.url}
        run("tsx", START.format(camel), *options, cwd=self.project, env=environment)
        self.qstash.wait_until_idle(120)
        return [view for view in self.qstash.runs() if view.workflow_run_id not in before]


@contextmanager
def serving(project: Path, **changes: str) -> Iterator[Running]:
    with LocalQStash(virtual_clock=True) as qstash:
        port = qstash.url.rpartition(":")[2]
        environment = {"DATABASE_URL": "", "DEMO_ROWS": "51", "QSTASH_DEV_PORT": port, "REDIS_URL": "", **changes}
        with hosted(project, {**qstash.environment, **environment}) as (url, process):
            yield Running(project, qstash, url, process.lines)


@pytest.fixture(scope="module")
def running(golden: Path) -> Iterator[Running]:
    with serving(golden) as running:
        yield running


def processed(views: list[RunView], key: str) -> Counter[object]:
    """How many runs there were for each item."""
    return Counter(view.payload[key] for view in views if isinstance(view.payload, dict) and key in view.payload)


def layer(views: list[RunView], name: str) -> list[RunView]:
    return [view for view in views if view.workflow_url.rpartition("/")[2].startswith(name)]


@pytest.mark.parametrize(("camel", "key"), [("welcomePlaceholder", "userId"), ("orderReport", "orderId")])
def test_a_dry_run_processes_none_and_a_run_each_of_51_once(running: Running, camel: str, key: str) -> None:
    entity = key.removesuffix("Id")
    (dry,) = running.start(camel, "--dry-run")
    assert dry.response == {
        "success": True,
        "totalEligible": 51,
        "toProcess": 51,
        "alreadyProcessed": 0,
        "dryRun": True,
        "message": f"[DryRun] Would process 51 {entity}s",
    }

    runs = running.start(camel, "--run-id", "today")
    assert {view.state for view in runs} == {"RUN_SUCCESS"}
    assert processed(runs, key) == Counter(f"{entity}-{n:04}" for n in range(1, 52))
    (tomorrow,) = running.start(camel, "--run-id", "tomorrow")
    assert isinstance(tomorrow.response, dict)
    assert tomorrow.response["message"] == f"All {entity}s already processed"


def test_what_is_tried_again_starts_nothing_twice(golden: Path) -> None:
    with serving(golden, ANSWER_TWICE="1") as running:
        runs = running.start("welcomePlaceholder", "--run-id", "today")
        assert 500 in {delivery.status for view in runs for delivery in view.deliveries}
        assert processed(runs, "userId") == Counter(f"user-{n:04}" for n in range(1, 52))
        assert {view.state for view in runs} == {"RUN_SUCCESS"}

        assert running.start("welcomePlaceholder", "--run-id", "today") == []


def test_force_and_flags_reach_every_layer(running: Running) -> None:
    runs = running.start("agentWelcome", "--force", "--paid-only")

    assert len(layer(runs, "generate")) == 26
    assert len(layer(runs, "paginate")) == 3
    for view in runs:
        assert isinstance(view.payload, dict)
        assert (view.payload["force"], view.payload["paidOnly"]) == (True, True)
    for view in layer(runs, "generate"):
        assert isinstance(view.response, dict)
        assert view.response["result"]["forced"] is True


@pytest.mark.parametrize(
    ("layer_name", "payload"),
    [
        ("process-users", {"dryrun": True}),
        ("process-users", {"paidOnly": "yes"}),
        ("process-users", "text"),
        ("paginate-users", {}),
        ("paginate-users", {"rootRunId": "wfr_1", "userIds": ["x"] * 21}),
        ("generate-user", {"rootRunId": "wfr_1"}),
        ("generate-user", {"rootRunId": "wfr_1", "userId": ["a", "b"]}),
    ],
)
def test_a_bad_payload_ends_at_once_and_visibly(running: Running, layer_name: str, payload: object) -> None:
    url = f"{running.url}/api/workflows/welcome-placeholder/{layer_name}"
    run_id = running.qstash.trigger(url, payload)
    running.qstash.wait_until_idle(60)

    view = running.qstash.run(run_id)
    assert view.state == "RUN_FAILED"
    assert [delivery.status for delivery in view.deliveries] == [489]
    assert any(letter.run and letter.run.id == run_id for letter in running.qstash.dead_letters())


def test_flow_control_holds_for_the_first_delivery_and_for_all_that_follow(running: Running) -> None:
    (view,) = running.start("orderReport", "--dry-run")

    assert len(view.deliveries) == 3
    for delivery in view.deliveries:
        assert delivery.flow_control is not None
        assert (delivery.flow_control.key, delivery.flow_control.parallelism) == ("order-report.process", 1)


def test_the_log_of_a_run_is_printed_once(running: Running) -> None:
    before = len(running.log)
    running.start("orderReport", "--dry-run")
    printed = "".join(running.log[before:])

    assert printed.count("[order-report:process] Starting") == 1
    assert printed.count("[order-report:process] Dry run") == 1


@pytest.mark.parametrize("sdk", ["1"], indirect=True, scope="session")
def test_what_is_counted_in_several_steps_adds_up(golden: Path) -> None:
    with serving(golden, DEMO_ROWS="1050") as running:
        (view,) = running.start("orderReport", "--dry-run")

    assert isinstance(view.response, dict)
    assert (view.response["totalEligible"], view.response["toProcess"]) == (1050, 1050)
    assert [step.name for step in view.steps] == [f"order-report:{name}" for name in ("check", "count:1", "count:2")]


def test_an_unsigned_request_is_refused(running: Running) -> None:
    before = len(running.qstash.runs())
    request = Request(f"{running.url}/api/workflows/order-report/process-orders", b"{}", method="POST")

    with pytest.raises(HTTPError, match="500"):
        urlopen(request, timeout=30)
    assert len(running.qstash.runs()) == before


@pytest.mark.parametrize("changes", [{}, {"QSTASH_DEV": "true", "NODE_ENV": "production"}])
def test_without_signing_keys_every_request_is_refused(golden: Path, changes: dict[str, str]) -> None:
    keys = {"QSTASH_CURRENT_SIGNING_KEY": "", "QSTASH_NEXT_SIGNING_KEY": ""}
    with serving(golden, **keys, **changes) as running:
        (view,) = running.start("orderReport", "--dry-run")

    assert view.state == "RUN_FAILED"
    assert b"QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY are required" in view.deliveries[0].response_body


def test_development_that_is_said_needs_no_signing_keys(golden: Path) -> None:
    keys = {"QSTASH_CURRENT_SIGNING_KEY": "", "QSTASH_NEXT_SIGNING_KEY": ""}
    with serving(golden, QSTASH_DEV="true", **keys) as running:
        (view,) = running.start("orderReport", "--dry-run")

    assert view.state == "RUN_SUCCESS"


def test_the_routes_load_without_any_variable(golden: Path) -> None:
    names = ("QSTASH_URL", "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY", "DATABASE_URL")
    with hosted(golden, dict.fromkeys(names, "")) as (url, _):
        assert url.startswith("http://127.0.0.1:")


def test_the_start_command_says_which_variable_is_missing(golden: Path) -> None:
    with pytest.raises(AssertionError, match=r"\nAPP_URL is required to trigger workflows\n$"):
        run("tsx", START.format("orderReport"), cwd=golden, env={"APP_URL": "", "QSTASH_TOKEN": "token"})


def test_the_start_command_waits_for_the_statistics(running: Running) -> None:
    environment = {**running.qstash.environment, "APP_URL": running.url}
    command = (START.format("agentWelcome"), "--dry-run", "--wait")
    run_id, _, result = run("tsx", *command, cwd=running.project, env=environment).partition("\n")

    assert running.qstash.run(run_id).response == json.loads(result)


def test_the_start_command_explains_its_options(golden: Path) -> None:
    text = run("tsx", START.format("agentWelcome"), "--help", cwd=golden)

    for option in ("--dry-run", "--force", "--paid-only", "--run-id ID", "--wait"):
        assert f"\n  {option} " in text
