"""PostgreSQL and Redis for tests: the real servers, on free ports, in folders that are gone with them."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

LOOPBACK = "127.0.0.1"


class NotInstalled(Exception):
    """A server is not on this machine; says what would install it."""


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Database:
    """One database of a PostgreSQL server."""

    url: str
    psql: str

    def query(self, statements: str) -> list[list[str]]:
        """Execute SQL; the rows of what it selects, as text."""
        command = [self.psql, "--no-psqlrc", "-qAt", "--field-separator=\t", "-v", "ON_ERROR_STOP=1", self.url]
        done = subprocess.run(command, input=statements, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]


@dataclass(frozen=True)
class PostgreSQL:
    """A running PostgreSQL server; each test takes a database of its own."""

    binaries: Path
    port: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def database(self) -> Database:
        """A new, empty database."""
        name = f"test_{next(self.numbers)}"
        server = ["-h", LOOPBACK, "-p", str(self.port), "-U", "postgres"]
        subprocess.run([str(self.binaries / "createdb"), *server, name], check=True, timeout=60)
        return Database(f"postgresql://postgres@{LOOPBACK}:{self.port}/{name}", str(self.binaries / "psql"))


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Run PostgreSQL until the block ends.

    Raises:
        NotInstalled: It is not on this machine, or it cannot run as this user.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or [Path(shutil.which("postgres") or "")]
    binaries, port, user = found[-1].parent, free_port(), _unprivileged()
    if not (binaries / "initdb").exists():
        raise NotInstalled("PostgreSQL is not installed: apt-get install postgresql")
    folder = tempfile.mkdtemp(prefix="lobegen-postgresql-")
    if user:
        shutil.chown(folder, user, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", f"{folder}/data", *arguments]
        with Path(folder, "log").open("a") as log:
            who = {"user": user, "group": user, "extra_groups": []} if user else {}
            done = subprocess.run(command, cwd=folder, stdout=log, stderr=log, timeout=120, check=False, **who)  # type: ignore[call-overload]
        assert done.returncode == 0, Path(folder, "log").read_text()

    try:
        run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C")
        settings = f"-p {port} -k {folder} -h {LOOPBACK} -c fsync=off -c max_connections=300"
        run("pg_ctl", "start", "-w", "-o", settings)
        try:
            yield PostgreSQL(binaries, port)
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str | None:
    """Who runs PostgreSQL, which refuses to run as root; None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise NotInstalled("PostgreSQL does not run as root, and there is no user postgres") from None


@dataclass(frozen=True)
class Redis:
    """A running Redis server."""

    url: str
    client: str

    def command(self, *words: str) -> str:
        """Send one command; its answer as `redis-cli` prints it."""
        command = [self.client, "-u", self.url, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def forget(self) -> None:
        """Begin a new record of what is written."""
        self.command("SLOWLOG", "RESET")

    def written(self) -> list[str]:
        """The key of every SET since `forget`, the newest first."""
        entries = json.loads(self.command("--json", "SLOWLOG", "GET", "-1"))
        return [words[1] for _, _, _, words, *_ in entries if words[0].upper() == "SET"]


@contextmanager
def redis() -> Iterator[Redis]:
    """Run Redis, which keeps nothing on disk, until the block ends.

    Raises:
        NotInstalled: It is not on this machine.
    """
    program, client, port = shutil.which("redis-server"), shutil.which("redis-cli"), free_port()
    if not program or not client:
        raise NotInstalled("Redis is not installed: apt-get install redis-server")
    command = [program, "--bind", LOOPBACK, "--port", str(port), "--save", "", "--appendonly", "no"]
    # every command counts as slow: the slow log is the record of what was written
    command += ["--slowlog-log-slower-than", "0", "--slowlog-max-len", "100000"]
    server = subprocess.Popen(command, cwd=tempfile.gettempdir(), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        said = []
        for line in server.stdout:
            said.append(line)
            if "Ready to accept connections" in line:
                break
        else:
            raise AssertionError("".join(said))
        yield Redis(f"redis://{LOOPBACK}:{port}", client)
    finally:
        server.terminate()
        server.wait(timeout=10)
