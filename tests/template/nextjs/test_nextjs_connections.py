"""Generated code on a real PostgreSQL protocol and a real Redis protocol: DATABASE_URL and REDIS_URL."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nextjs_support import background, hosted, run

from lobegen.qstash.testing import LocalQStash

pytestmark = pytest.mark.parametrize("sdk", ["1"], indirect=True, scope="session")

QUERY = """
import { Pool } from 'pg';
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
const start = async () => {
  for (const statement of process.argv.slice(2)) {
    const { rows } = await pool.query(statement);
    if (rows.length > 0) console.log(JSON.stringify(rows));
  }
  await pool.end();
};
void start();
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def postgres(golden: Path) -> Iterator[str]:
    port = free_port()
    with background("pglite-server", "--db=memory://", f"--port={port}", cwd=golden, env={}) as server:
        server.wait_for("listening")
        yield f"postgres://postgres:postgres@127.0.0.1:{port}/postgres"


class RedisHandler(socketserver.StreamRequestHandler):
    """The few commands of the Redis protocol (RESP 2) that a client and the generated code send."""

    server: RedisServer

    def handle(self) -> None:
        while header := self.rfile.readline():
            words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2] for _ in range(int(header[1:]))]
            self.wfile.write(self.answer(words[0].upper(), words[1:]))

    def answer(self, command: bytes, words: list[bytes]) -> bytes:
        marks = self.server.marks
        if command == b"SET":
            marks[words[0]] = words[1]
        if command == b"MGET":
            values = [marks.get(key) for key in words]
            parts = (b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value) for value in values)
            return b"*%d\r\n" % len(words) + b"".join(parts)
        return b"$17\r\nredis_version:7\r\n\r\n" if command == b"INFO" else b"+OK\r\n"


class RedisServer(socketserver.ThreadingTCPServer):
    """Keeps what is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RedisHandler)
        self.marks: dict[bytes, bytes] = {}


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def query(project: Path, url: str, *statements: str) -> str:
    (project / "query.ts").write_text(QUERY)
    return run("tsx", "query.ts", *statements, cwd=project, env={"DATABASE_URL": url})


def start(project: Path, camel: str, environment: dict[str, str]) -> list[str]:
    """Run a workflow on these connections; the states of its runs."""
    with LocalQStash(virtual_clock=True) as qstash:
        everything = {**qstash.environment, **environment}
        with hosted(project, everything) as (url, _):
            run("tsx", f"src/server/workflows/{camel}/start.ts", cwd=project, env={**everything, "APP_URL": url})
            qstash.wait_until_idle(60)
        return [view.state for view in qstash.runs()]


def test_a_database_that_is_set_is_used_and_gets_no_demo_tables(golden: Path, postgres: str) -> None:
    states = start(golden, "orderReport", {"DATABASE_URL": postgres})
    assert states == ["RUN_FAILED"]

    query(golden, postgres, "create table orders (id text primary key)", "insert into orders values ('a'), ('b')")
    query(golden, postgres, "create table order_report_results (id text primary key, result jsonb not null)")
    states = start(golden, "orderReport", {"DATABASE_URL": postgres})

    assert states == ["RUN_SUCCESS"] * 4
    assert query(golden, postgres, "select id from order_report_results order by id") == '[{"id":"a"},{"id":"b"}]\n'


def test_marks_are_kept_in_redis(golden: Path, redis: RedisServer) -> None:
    url = f"redis://127.0.0.1:{redis.server_address[1]}"
    environment = {"DATABASE_URL": "", "DEMO_ROWS": "3", "REDIS_URL": url}

    assert len(start(golden, "welcomePlaceholder", environment)) == 5
    assert sorted(redis.marks) == [b"welcome-placeholder:user-000%d" % n for n in (1, 2, 3)]
    assert len(start(golden, "welcomePlaceholder", environment)) == 1
