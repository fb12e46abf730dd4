"""A program in a process group of its own, of which nothing is left when it is stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from lobegen.errors import LobegenError
from lobegen.running.signals import Interruptions

#: seconds that a program has to end by itself
_GRACE = 5.0
_TICK = 0.05


class Program:
    """A context manager that stops at its end what was started in it; what the program prints goes to a file.

    Entering it starts nothing: an interruption between a start and the first line of a `with` would leave a process.

    Args:
        command: Program and arguments.
        folder: Where it runs.
        environment: All of its variables.
        log: The file for its output; it is added to.
        interruptions: Held back while the process is started or stopped.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        interruptions: Interruptions,
    ) -> None:
        self.command = tuple(command)
        self._folder = folder
        self._environment = environment
        self._log = log
        self._interruptions = interruptions
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._interruptions.held():
            self._stop()

    def start(self) -> None:
        """Start it, in a process group of its own.

        Raises:
            LobegenError: It cannot be executed.
        """
        with self._interruptions.held():
            self._process = self._begin()

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.poll() if self._process else None

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        while (code := self.code) is None:
            time.sleep(_TICK)
        return code

    def lines(self) -> list[str]:
        """What it has printed, without empty lines."""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()]

    def _begin(self) -> subprocess.Popen[bytes]:
        try:
            with self._log.open("ab") as output:
                return subprocess.Popen(
                    self.command,
                    cwd=self._folder,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise LobegenError(f"cannot start {self.command[0]}: {(error.strerror or str(error)).lower()}.") from None

    def _stop(self) -> None:
        """End the whole group: asked first, then killed."""
        process = self._process
        if process is None:
            return
        _signal(process.pid, signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while process.poll() is None and time.monotonic() < end:
            time.sleep(_TICK)
        _signal(process.pid, signal.SIGKILL)
        process.wait()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
