"""What the tests of `lobegen run` share: a run in a process of its own, watched from outside."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: what would lead a run elsewhere
STEERING = ("DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "FORCE_COLOR", "QSTASH_URL", "QSTASH_TOKEN", "APP_URL")
COMMAND = "from lobegen.cli import main; main()"


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


class Running:
    """`lobegen run ARGUMENTS` under way.

    Args:
        arguments: Of the command.
        folder: Where it is called.
        environment: Variables besides those of the test.
    """

    def __init__(self, *arguments: str, folder: Path, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in STEERING}
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run", *arguments],
            cwd=folder,
            env={**clean, "NO_COLOR": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(
                signal.SIGHUP, signal.SIG_DFL
            ),  # whoever runs the tests may be under nohup
        )
        self._said: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def wait_for(self, text: str) -> str:
        """The line of standard error that holds a text."""
        with self._more:
            assert self._more.wait_for(lambda: self._line(text) or not self._reader.is_alive(), 120), self._said
            line = self._line(text)
        assert line, self._said
        return line

    def groups(self) -> list[int]:
        """The process groups that it has started: it makes each of its children the leader of one."""
        command = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal to it alone."""
        self._process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end."""
        assert self._process.stdout
        out = self._process.stdout.read()
        code = self._process.wait(120)
        self._reader.join(30)
        return Ended(code, out, "".join(self._said))

    def _line(self, text: str) -> str:
        return next((line for line in self._said if text in line), "")

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            with self._more:
                self._said.append(line)
                self._more.notify_all()
        with self._more:
            self._more.notify_all()


def run(*arguments: str, folder: Path, **environment: str) -> Ended:
    """A run from start to end."""
    with Running(*arguments, folder=folder, **environment) as running:
        return running.end()


def is_gone(group: int) -> bool:
    """Whether no process of a group is left; what is dead and not yet taken away by its parent does not count."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return not any(
        int(pgid) == group and not stat.startswith("Z") for pgid, stat in map(str.split, listed.splitlines())
    )
