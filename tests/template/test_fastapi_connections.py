"""The generated FastAPI seam on a real PostgreSQL protocol and a real Redis protocol."""

from __future__ import annotations

import os
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Render

SEAM = Path(__file__).parent / "fastapi" / "seam_checks.py"
PGLITE = Path(__file__).parents[1] / "node" / "node_modules" / ".bin" / "pglite-server"
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


class RedisHandler(socketserver.StreamRequestHandler):
    """SET, MGET and a client's greetings, in the Redis protocol (RESP 3)."""

    server: Redis

    def handle(self) -> None:
        while header := self.rfile.readline():
            words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2] for _ in range(int(header[1:]))]
            self.wfile.write(self.answer(words[0].upper(), words[1:]))

    def answer(self, command: bytes, words: list[bytes]) -> bytes:
        self.server.commands.append(command)
        if command == b"HELLO":
            return b"%1\r\n+proto\r\n:" + words[0] + b"\r\n"
        if command == b"SET":
            self.server.values[words[0]] = words[1]
        if command == b"MGET":
            values = [self.server.values.get(key) for key in words]
            bulks = [b"_\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value) for value in values]
            return b"*%d\r\n" % len(values) + b"".join(bulks)
        return b"+OK\r\n"


class Redis(socketserver.ThreadingTCPServer):
    """A Redis that knows what the generated marks need."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RedisHandler)
        self.values: dict[bytes, bytes] = {}
        self.commands: list[bytes] = []


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    if not PGLITE.exists():
        pytest.skip("no embedded PostgreSQL: run `make node` first")
    log = tmp_path / "pglite"
    # a port of 0 is not taken by this server
    port = 20000 + os.getpid() % 20000
    with log.open("w") as out:
        server = subprocess.Popen([str(PGLITE), "--db=memory://", f"--port={port}"], stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 60
            while "listening" not in log.read_text():
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?ssl=disable"
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture
def project(render: Render, tmp_path: Path) -> Path:
    return tmp_path / "project"


def test_the_seam_works_on_postgresql(render: Render, project: Path, postgres: str) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"])

    done = seam(project, DATABASE_URL=postgres)

    assert done.stdout.splitlines() == SAID, done.stderr
    assert not (project / "workflows.db").exists()


def test_the_seam_works_on_redis(render: Render, project: Path, redis: Redis) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"], store="redis")

    done = seam(project, REDIS_URL=f"redis://127.0.0.1:{redis.server_address[1]}/0")

    assert done.stdout.splitlines() == SAID, done.stderr
    assert redis.values == {b"welcome-placeholder:done:u0": b'{"text": "Done for N0"}'}


def test_without_redis_marks_live_in_memory_and_that_is_said(render: Render, project: Path) -> None:
    render(project, workflow="welcome-placeholder", entity="user", flags=["paidOnly"], store="redis")

    done = seam(project)

    assert done.stdout.splitlines() == SAID
    assert done.stderr.count("REDIS_URL is unset") == 1
    assert "for development only" in done.stderr
