"""Generated code on PostgreSQL and on Redis: DATABASE_URL and REDIS_URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from nextjs_support import hosted, run

from lobegen.qstash.testing import LocalQStash
from services import PostgreSQL, Redis

pytestmark = pytest.mark.parametrize("sdk", ["1"], indirect=True, scope="session")


def start(project: Path, camel: str, environment: dict[str, str]) -> list[str]:
    """Run a workflow on these connections; the states of its runs."""
    with LocalQStash(virtual_clock=True) as qstash:
        everything = {**qstash.environment, **environment}
        with hosted(project, everything) as (url, _):
            run("tsx", f"src/server/workflows/{camel}/start.ts", cwd=project, env={**everything, "APP_URL": url})
            qstash.wait_until_idle(60)
        return [view.state for view in qstash.runs()]


def test_a_database_that_is_set_is_used_and_gets_no_demo_tables(golden: Path, postgresql_server: PostgreSQL) -> None:
    database = postgresql_server.database()
    assert start(golden, "orderReport", {"DATABASE_URL": database.url}) == ["RUN_FAILED"]

    database.query("create table orders (id text primary key); insert into orders values ('a'), ('b');")
    database.query("create table order_report_results (id text primary key, result jsonb not null)")
    states = start(golden, "orderReport", {"DATABASE_URL": database.url})

    assert states == ["RUN_SUCCESS"] * 4
    assert database.query("select id from order_report_results order by id") == [["a"], ["b"]]


def test_marks_are_kept_in_redis(golden: Path, redis_server: Redis) -> None:
    redis_server.command("FLUSHALL")
    environment = {"DATABASE_URL": "", "DEMO_ROWS": "3", "REDIS_URL": redis_server.url}

    assert len(start(golden, "welcomePlaceholder", environment)) == 5
    marks = sorted(redis_server.command("KEYS", "*").split())
    assert marks == [f"welcome-placeholder:user-000{n}" for n in (1, 2, 3)]
    assert len(start(golden, "welcomePlaceholder", environment)) == 1
