"""The app that is generated from nothing starts under Next.js itself, and its workflow runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from nextjs_support import WELCOME, Render, below_packages, node_program, run

from lobegen.qstash.testing import LocalQStash


@pytest.fixture
def app(node: Path, render: Render) -> Iterator[Path]:
    with below_packages("1") as folder:
        yield render(folder, **WELCOME)


def test_the_app_starts_and_processes_what_is_there(app: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = app.joinpath("tsconfig.json").read_text()

    with LocalQStash(virtual_clock=True) as qstash:
        environment = {
            **qstash.environment,
            "APP_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": "",
            "DEMO_ROWS": "3",
            "NEXT_TELEMETRY_DISABLED": "1",
            "REDIS_URL": "",
        }
        with node_program(
            "next", "dev", "--hostname", "127.0.0.1", "--port", str(port), cwd=app, env=environment
        ) as next_:
            next_.wait_for("Ready")
            run("tsx", "src/server/workflows/welcomePlaceholder/start.ts", cwd=app, env=environment)
            qstash.wait_until_idle(120)
        runs = qstash.runs()

    assert [view.state for view in runs] == ["RUN_SUCCESS"] * 5, next_.output
    assert app.joinpath("tsconfig.json").read_text() == settings
