"""Many files, each linted in a process that may die of it without ending the run."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Linted:
    """One file: what went wrong in lobegen (nothing, one hopes), and how long it took."""

    path: Path
    problems: tuple[str, ...]
    seconds: float


def lint_each(paths: Iterable[Path], *, served: bool = False) -> Iterator[Linted]:
    """Lint files one by one.

    Args:
        served: Whether a handler is put behind each file that calls all that the file defines.
    """
    left = list(paths)
    while left:
        done = 0
        for linted in _lint_until_death(left, served):
            done += 1
            yield linted
        left = left[done:]


def _lint_until_death(paths: list[Path], served: bool) -> Iterator[Linted]:
    """Lint files in one process; the last that is yielded may be the one that killed it."""
    command = [sys.executable, str(WORKER), *(["--served"] if served else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin
        assert worker.stdout
        for path in paths:
            try:
                worker.stdin.write(f"{path}\n")
                worker.stdin.flush()
            except BrokenPipeError:
                pass
            answer = worker.stdout.readline()
            if not answer:
                yield Linted(path, (f"killed the process: exit code {worker.wait()}",), 0.0)
                return
            said = json.loads(answer)
            yield Linted(path, tuple(said["problems"]), said["seconds"])
