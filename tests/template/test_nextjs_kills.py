"""`kill -9` of the application, and of the local QStash, while a generated TypeScript workflow is running."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

from generated_apps import Cell, ids, tables
from nextjs_support import NODE, ROUTES, Render, link_packages

from killing import Program, dead_letters, local_qstash, logs, running, wait_until
from lobegen.qstash.server import Credentials
from services import LOOPBACK, PostgreSQL, free_port

ITEMS = 30
CELL = Cell("nextjs", "1", "database", "steps")
#: Node itself, since a kill of its usual starter would leave it running
TSX = ["node", "--import", "tsx", str(NODE / "host.mts"), ROUTES]


def test_kills_of_the_application_and_of_the_server_are_made_good(
    render: Render, tmp_path: Path, postgresql_server: PostgreSQL
) -> None:
    project, database = link_packages(tmp_path, CELL.sdk) / "project", postgresql_server.database()
    render(project, **CELL.answers)
    database.query(tables([CELL]))
    database.query(
        f"insert into users select 'user-' || lpad(n::text, 4, '0'), true from generate_series(1, {ITEMS}) as n"
    )
    # 30 times as fast: the first retries come after half a second and five seconds
    qstash, credentials, port = local_qstash(tmp_path, "--speed", "30"), Credentials(), free_port()
    settings = credentials.environment(f"http://{LOOPBACK}:{qstash.port}")
    application = Program(TSX, project, {**settings, "DATABASE_URL": database.url, "PORT": str(port)}, port)

    def saved() -> int:
        return len(database.query("select distinct id from saved"))

    with running(qstash, application):
        request = Request(f"http://{LOOPBACK}:{port}/start/databaseSteps", b"{}", {"content-type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            assert json.load(answer)["runId"]
        for at, killed in ((3, application), (10, qstash), (17, application), (24, qstash)):
            wait_until(lambda at=at: saved() >= at, f"item {at}")
            killed.kill_and_start()
        wait_until(lambda: {run["workflowState"] for run in logs(qstash, credentials.token)} == {"RUN_SUCCESS"}, "end")
        assert dead_letters(qstash, credentials.token) == []
    assert sorted(row[0] for row in database.query("select id from database_steps_results")) == ids(1, ITEMS)
