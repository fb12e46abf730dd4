"""Programs that tests run in the background, and what they printed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Process:
    """A program in the background, whose lines are kept."""

    program: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for(self, text: str, timeout: float = 90) -> str:
        """The first line that holds the text; to be called once, it reads all that follows too."""
        found = threading.Event()

        def read() -> None:
            assert self.program.stdout
            for line in self.program.stdout:
                self.lines.append(line)
                if text in line:
                    found.set()
            found.set()

        threading.Thread(target=read, daemon=True).start()
        assert found.wait(timeout), f"no {text!r} within {timeout} seconds\n{self.output}"
        matching = [line for line in self.lines if text in line]
        assert matching, f"ended without {text!r}\n{self.output}"
        return matching[0]

    @property
    def output(self) -> str:
        """All lines up to now."""
        return "".join(self.lines)


@contextmanager
def background(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Iterator[Process]:
    """Run a program until the block ends; `env` is added to our own environment."""
    program = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Process(program)
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
