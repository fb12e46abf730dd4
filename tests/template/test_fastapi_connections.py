"""The generated FastAPI seam on PostgreSQL and on Redis."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services import PostgreSQL, Redis

if TYPE_CHECKING:
    from .conftest import Render

SEAM = Path(__file__).parent / "fastapi" / "seam_checks.py"
SAID = ["['u0', 'u1']", "['u2']", "['u2', 'u1']", "None"]


def seam(project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, str(SEAM)],
        cwd=project,
        env=clean | {"PYTHONPATH": str(project), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def project(render: Render, tmp_path: Path) -> Path:
    return tmp_path / "project"


def test_the_seam_works_on_postgresql(render: Render, project: Path, postgresql_server: PostgreSQL) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"])

    done = seam(project, DATABASE_URL=postgresql_server.database().url)

    assert done.stdout.splitlines() == SAID, done.stderr
    assert not (project / "workflows.db").exists()


def test_the_seam_works_on_redis(render: Render, project: Path, redis_server: Redis) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"], store="redis")

    redis_server.command("FLUSHALL")
    done = seam(project, REDIS_URL=redis_server.url)

    assert done.stdout.splitlines() == SAID, done.stderr
    assert redis_server.command("KEYS", "*") == "welcome-placeholder:done:u0\n"
    assert redis_server.command("GET", "welcome-placeholder:done:u0") == '{"text": "Done for N0"}\n'


def test_without_redis_marks_live_in_memory_and_that_is_said(render: Render, project: Path) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"], store="redis")

    done = seam(project)

    assert done.stdout.splitlines() == SAID
    assert done.stderr.count("REDIS_URL is unset") == 1
    assert "for development only" in done.stderr
