"""The guide's two examples where users run them: Next.js as built, uvicorn, `lobegen dev`, PostgreSQL, Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from nextjs_support import AGENT, WELCOME, Render, below_packages, node_program, run

from processes import background
from services import LOOPBACK, Database, PostgreSQL, Redis, free_port

ITEMS = 3
#: Real time, six times as fast: a delivery a second in layer 1 is no test of patience.
DEV = [sys.executable, "-m", "lobegen", "dev", "--port", "0", "--speed", "6"]
GOLDEN = (("welcome-placeholder", "user"), ("agent-welcome", "agent"))


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that `lobegen dev`, a process of its own, says to set."""
    with background(DEV, cwd=tmp_path, env={"PYTHONUNBUFFERED": "1"}) as server:
        server.wait_for("Stop with Ctrl-C")
        said = [line.strip().partition("=") for line in server.lines]
        yield {name: value for name, _, value in said if name.startswith("QSTASH_")}


@pytest.fixture
def database(postgresql_server: PostgreSQL) -> Database:
    """An empty database."""
    return postgresql_server.database()


@pytest.fixture
def environment(dev: dict[str, str], database: Database, redis_server: Redis) -> dict[str, str]:
    """What an application is told; its address is a free port."""
    redis_server.command("FLUSHALL")
    url = f"http://{LOOPBACK}:{free_port()}"
    return {**dev, "APP_URL": url, "DATABASE_URL": database.url, "REDIS_URL": redis_server.url}


def finished(environment: Mapping[str, str], timeout: float = 60) -> list[dict[str, object]]:
    """All runs, when none of them goes on."""
    headers = {"Authorization": f"Bearer {environment['QSTASH_TOKEN']}"}
    events = f"{environment['QSTASH_URL']}/v2/workflows/events?groupBy=workflowRunId&count=1000"
    end = time.monotonic() + timeout
    while True:
        with urlopen(Request(events, headers=headers), timeout=10) as answer:
            runs: list[dict[str, object]] = json.load(answer)["runs"]
        if all(each["workflowState"] != "RUN_STARTED" for each in runs):
            return runs
        assert time.monotonic() < end, runs
        time.sleep(0.1)


def check(environment: Mapping[str, str], redis: Redis, dry: str, mark: str) -> None:
    """After a dry run and a run of both: three items each, every other one of them paid, each processed once."""
    assert f'"message": "[DryRun] Would process {ITEMS} ' in dry
    runs = finished(environment)
    assert {each["workflowState"] for each in runs} == {"RUN_SUCCESS"}
    executed = [
        str(each["workflowUrl"]).rpartition("/")[2] for each in runs if "/generate-" in str(each["workflowUrl"])
    ]
    assert sorted(executed) == ["generate-agent"] * ITEMS + ["generate-user"] * ITEMS
    keys = [f"{workflow}{mark}{entity}-{number}" for workflow, entity in GOLDEN for number in (1, 2, 3)]
    assert sorted(redis.command("KEYS", "*").split()) == sorted(keys)
    assert sorted(redis.written()) == sorted(keys)


@contextmanager
def uvicorn(project: Path, environment: Mapping[str, str]) -> Iterator[None]:
    port = environment["APP_URL"].rpartition(":")[2]
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", port]
    with background(command, cwd=project, env=environment) as process:
        process.wait_for("running on")
        yield


def test_both_run_under_uvicorn(
    render: Render, tmp_path: Path, environment: dict[str, str], database: Database, redis_server: Redis
) -> None:
    project = tmp_path / "project"
    for answers in (WELCOME, AGENT):
        render(project, **{**answers, "target": "fastapi"})
    for workflow, entity in GOLDEN:
        table = f"demo_{workflow.replace('-', '_')}"
        database.query(f"create table {table} (id text primary key, name text, paid_only boolean)")
        database.query(f"insert into {table} select '{entity}-' || n, 'N', true from generate_series(1, {ITEMS}) n")

    def start(*arguments: str) -> str:
        command = [sys.executable, "-m", "app.workflows.start", *arguments]
        done = subprocess.run(
            command, cwd=project, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    redis_server.forget()
    with uvicorn(project, environment):
        dry = start("welcome-placeholder", "--dry-run", "--wait")
        for workflow, _ in GOLDEN:
            start(workflow, "--paid-only")
        check(environment, redis_server, dry, ":done:")


@pytest.fixture(params=["1", pytest.param("0.2", marks=pytest.mark.soak)])
def next_project(request: pytest.FixtureRequest, render: Render) -> Iterator[Path]:
    """Both examples for a line of the SDK."""
    with below_packages(request.param) as folder:
        for answers in (WELCOME, AGENT):
            render(folder, **answers, sdk=request.param)
        yield folder


def test_both_run_in_next_as_built(
    next_project: Path, environment: dict[str, str], database: Database, redis_server: Redis
) -> None:
    project = next_project
    for _, entity in GOLDEN:
        database.query(f'create table {entity}s (id text primary key, "paidOnly" boolean not null)')
        database.query(f"insert into {entity}s select '{entity}-' || n, true from generate_series(1, {ITEMS}) n")
    settings = (project / "tsconfig.json").read_text()
    quiet = {"NEXT_TELEMETRY_DISABLED": "1"}
    run("next", "build", cwd=project, env=quiet)

    def start(camel: str, *arguments: str) -> str:
        return run("tsx", f"src/server/workflows/{camel}/start.ts", *arguments, cwd=project, env=environment)

    redis_server.forget()
    port = environment["APP_URL"].rpartition(":")[2]
    command = ("next", "start", "--hostname", LOOPBACK, "--port", port)
    with node_program(*command, cwd=project, env=environment | quiet) as next_:
        next_.wait_for("Ready")
        dry = start("welcomePlaceholder", "--dry-run", "--wait")
        start("welcomePlaceholder", "--paid-only")
        start("agentWelcome", "--paid-only")
        check(environment, redis_server, dry, ":")
    assert (project / "tsconfig.json").read_text() == settings
