"""Programs that tests kill and start again, and what an application records of its deliveries meanwhile."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path

from services import LOOPBACK, free_port

#: An ASGI application around that of a generated project; `note` may be called by the project's own functions.
RECORDER = '''"""The application, with a record of what it is sent and does."""
import json, os, time

def note(what, name):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps([what, name, time.time()]) + "\\n")

async def app(scope, receive, send):
    from app.main import app as served
    if scope["type"] != "http":
        return await served(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    name = headers.get("upstash-message-id", "") + " " + headers.get("upstash-retried", "")
    note("begun", name)
    await served(scope, receive, send)
    note("ended", name)
'''


@dataclass
class Program:
    """A server that can be killed; started again, it listens on the same port."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    port: int
    kills: list[float] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self.command, cwd=self.folder, env={**os.environ, **self.environment}, stdout=output, stderr=output
            )
        wait_until(self._answers, f"an answer on port {self.port}")

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self.kills.append(time.time())
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self._process is not None
        return self._process.wait(30)

    def kill_and_start(self) -> None:
        """As a supervisor does it."""
        self.kill()
        self.start()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text()
        connection = HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """Run programs until the block ends."""
    try:
        for program in programs:
            program.start()
        yield
    finally:
        for program in programs:
            program.kill()


def local_qstash(folder: Path, *options: str) -> Program:
    """`lobegen dev` with a store."""
    port = free_port()
    arguments = ["--port", str(port), "--store", str(folder / "store.db"), *options]
    return Program([sys.executable, "-m", "lobegen", "dev", *arguments], folder, {"PYTHONUNBUFFERED": "1"}, port)


def wait_until(condition: Callable[[], bool], what: Callable[[], object] | str, pause: float = 0.01) -> None:
    """Return when it holds."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, f"no {what() if callable(what) else what}"
        time.sleep(pause)


def logs(qstash: Program, token: str) -> list[dict[str, object]]:
    """All runs, as `client.logs` returns them."""
    return _asked(qstash, token, "/v2/workflows/events?count=1000", "runs")


def dead_letters(qstash: Program, token: str) -> list[dict[str, object]]:
    """What failed for good."""
    return _asked(qstash, token, "/v2/dlq", "messages")


def _asked(qstash: Program, token: str, path: str, name: str) -> list[dict[str, object]]:
    connection = HTTPConnection(LOOPBACK, qstash.port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    found: list[dict[str, object]] = json.loads(connection.getresponse().read())[name]
    connection.close()
    return found


@dataclass(frozen=True)
class Record:
    """What an application was sent and did, in the order of time."""

    path: Path

    def lines(self) -> list[tuple[str, str, float]]:
        """What, its name, and when."""
        text = self.path.read_text() if self.path.exists() else ""
        # the last line may be half written
        return [tuple(json.loads(line)) for line in text.rpartition("\n")[0].splitlines()]

    def count(self, what: str) -> int:
        """How often it happened."""
        return sum(line[0] == what for line in self.lines())

    def names(self, what: str) -> list[str]:
        """To what it happened."""
        return [line[1] for line in self.lines() if line[0] == what]

    def wait_for(self, count: int, chance: random.Random) -> None:
        """Return when so many deliveries have begun, and a moment later."""
        wait_until(lambda: self.count("begun") >= count, f"delivery {count}")
        time.sleep(chance.random() / 50)

    @property
    def repeats(self) -> int:
        """How many attempts were made again."""
        return self.count("begun") - len(set(self.names("begun")))

    def repeated_over(self, kills: Sequence[float]) -> list[int]:
        """For each kill, how many attempts were made between the one before and it, and again later."""
        moments: dict[str, list[float]] = defaultdict(list)
        for what, name, moment in self.lines():
            if what == "begun":
                moments[name].append(moment)
        pairs = [pair for times in moments.values() for pair in pairwise(times)]
        lives = pairwise([0.0, *kills])
        return [sum(start < before <= kill < after for before, after in pairs) for start, kill in lives]
