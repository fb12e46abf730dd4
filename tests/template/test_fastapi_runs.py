"""Generated FastAPI projects at work: their own tests, our protocol checks, the application and its start command."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Render

CHECKS = Path(__file__).parent / "fastapi" / "protocol_checks.py"
ENVIRONMENT = {
    "APP_URL": "http://127.0.0.1:9",
    "QSTASH_TOKEN": "token",
    "QSTASH_CURRENT_SIGNING_KEY": "sig_current",
    "QSTASH_NEXT_SIGNING_KEY": "sig_next",
}


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a module of Python in a project, with no variable of ours that workflows read."""
    names = {*ENVIRONMENT, "QSTASH_URL", "DATABASE_URL", "REDIS_URL", "WORKFLOW_ENV"}
    clean = {name: value for name, value in os.environ.items() if name not in names and not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_generated_test_passes_for_steps_and_database(render: Render, tmp_path: Path) -> None:
    render(tmp_path, workflow="agent-welcome", entity="agent", action="generate", flags=["paidOnly", "isActive"])

    done = run(tmp_path, "pytest", "-q")

    assert "7 passed" in done.stdout, done.stdout


def test_the_generated_tests_of_two_workflows_pass_together(render: Render, tmp_path: Path) -> None:
    render(tmp_path, workflow="HTTPServer sync", entity="sales person", store="redis", dispatch="batch")
    render(tmp_path, workflow="abc", entity="metadata", action="run", dispatch="batch", flags=["on"], page_size=2)

    done = run(tmp_path, "pytest", "-q")

    assert "13 passed" in done.stdout, done.stdout


def test_the_generated_test_passes_with_redis_steps_and_another_package(render: Render, tmp_path: Path) -> None:
    render(tmp_path, workflow="serve", entity="item", action="get", store="redis", package="service", chunk_size=1)

    done = run(tmp_path, "pytest", "-q")

    assert "6 passed" in done.stdout, done.stdout


def test_the_protocol_checks_pass(render: Render, tmp_path: Path) -> None:
    render(tmp_path, workflow="welcome-placeholder", entity="user", action="generate", flags=["paidOnly"])
    shutil.copy(CHECKS, tmp_path / "tests/workflows/test_protocol.py")

    done = run(tmp_path, "pytest", "-q", "--show-capture=no", "tests/workflows/test_protocol.py")

    assert " passed" in done.stdout, done.stdout
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    render(folder, workflow="welcome-placeholder", entity="user", action="generate", flags=["paidOnly"])
    render(folder, workflow="second-one", entity="order", description="100% of the orders")
    return folder


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_no_start_without_what_the_environment_must_say(project: Path, missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}

    done = run(project, "app.main", **environment)

    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert "WorkflowConfigurationError" in last
    assert missing in last


def test_development_has_to_be_said_to_go_without_keys(project: Path) -> None:
    environment = {name: ENVIRONMENT[name] for name in ("APP_URL", "QSTASH_TOKEN")}

    assert run(project, "app.main", **environment, WORKFLOW_ENV="production").returncode == 1
    assert run(project, "app.main", **environment, WORKFLOW_ENV="development").returncode == 0


def test_the_start_command_knows_all_workflows(project: Path) -> None:
    said = run(project, "app.workflows.start", "--help").stdout

    assert "welcome-placeholder" in said
    assert "100% of the orders" in said


def test_the_start_command_has_a_switch_for_each_flag(project: Path) -> None:
    said = run(project, "app.workflows.start", "welcome-placeholder", "--help").stdout

    assert {"--dry-run", "--force", "--paid-only", "--run-id", "--wait"} <= set(said.split())


def test_the_start_command_says_what_is_missing_in_one_line(project: Path) -> None:
    done = run(project, "app.workflows.start", "second-one", "--dry-run")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "APP_URL" in done.stderr


def test_the_application_serves_and_the_start_command_reports_a_dry_run(project: Path, tmp_path: Path) -> None:
    from lobegen.qstash.testing import LocalQStash

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with LocalQStash(virtual_clock=True) as qstash:
        environment = {**ENVIRONMENT, **qstash.environment, "APP_URL": f"http://127.0.0.1:{port}"}
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)],
            cwd=project,
            env=os.environ | environment | {"DATABASE_URL": ""},
            stderr=(tmp_path / "log").open("w"),
        )
        try:
            wait_for(port)
            command = ["app.workflows.start", "welcome-placeholder", "--dry-run", "--wait", "--run-id", "today"]
            done = run(project, *command, **environment)
        finally:
            server.terminate()
            server.wait(timeout=10)

    assert re.match(r"wfr_[0-9a-f]{32}\n", done.stdout), "a dry run took the id of the real one" + done.stderr
    assert '"message": "[DryRun] Would process 25 users"' in done.stdout
    assert "[welcome-placeholder:process] Check result" in (tmp_path / "log").read_text()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def test_demo_tables_are_made_in_the_embedded_database_only(project: Path, tmp_path: Path) -> None:
    listing = (
        "import asyncio; from app.workflows.welcome_placeholder import logic;"
        "print(asyncio.run(logic.list_users(None, 3, paid_only=False)))"
    )
    (tmp_path / "listing.py").write_text(listing)
    command = ["listing"]
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{project}"}

    embedded = run(tmp_path, *command, **path)
    given = run(tmp_path, *command, **path, DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/mine.db")

    assert embedded.stdout.strip() == "['user-0001', 'user-0002', 'user-0003']"
    assert "no such table: demo_welcome_placeholder" in given.stderr


def test_the_demo_has_as_many_rows_as_asked_for_in_the_file_asked_for(project: Path, tmp_path: Path) -> None:
    listing = (
        "import asyncio; from app.workflows.welcome_placeholder import logic;"
        "print(*(asyncio.run(logic.list_users(None, 9999, paid_only=paid)) for paid in (False, True)))"
    )
    (tmp_path / "listing.py").write_text(listing)

    done = run(tmp_path, "listing", PYTHONPATH=str(project), DEMO_ROWS="3", DEMO_DATABASE=str(tmp_path / "demo.db"))

    assert done.stdout.strip() == "['user-0001', 'user-0002', 'user-0003'] ['user-0001', 'user-0003']"
    assert not (tmp_path / "workflows.db").exists()
