"""What the tests of the Next.js template share: packages, projects, commands, and a host for rendered routes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
NODE = ROOT / "tests/node"
SDKS = ("1", "0.2")
ROUTES = "src/app/(backend)/api/workflows"

WELCOME = {
    "target": "nextjs",
    "workflow": "welcome-placeholder",
    "entity": "user",
    "action": "generate",
    "flags": ["paidOnly"],
    "store": "redis",
}
AGENT = {**WELCOME, "workflow": "agent-welcome", "entity": "agent"}

Render = Callable[..., Path]


def link_packages(root: Path, sdk: str) -> Path:
    """A folder below `root` in which the packages of one SDK line are found; `root` may hold both lines."""
    folder = root / f"sdk-{sdk}"
    folder.mkdir(parents=True, exist_ok=True)
    own, shared = NODE / f"sdk-{sdk}/node_modules", root / "node_modules"
    if own.exists() and not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(own)
    if not shared.exists():
        shared.symlink_to(NODE / "node_modules")
    return folder


def run(tool: str, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a Node program of the test packages; its output, or an assertion that shows it."""
    command = [str(NODE / "node_modules/.bin" / tool), *arguments]
    environment = {**os.environ, "NO_COLOR": "1", **(env or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, f"{tool} {' '.join(arguments)}\n{output}"
    return output


@dataclass
class Process:
    """A program in the background, whose lines are kept."""

    program: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for(self, text: str, timeout: float = 90) -> str:
        """The first line that holds the text."""
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
def background(*command: str, cwd: Path, env: Mapping[str, str]) -> Iterator[Process]:
    """Run a program until the block ends."""
    program = subprocess.Popen(
        [str(NODE / "node_modules/.bin" / command[0]), *command[1:]],
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


@contextmanager
def hosted(project: Path, env: Mapping[str, str]) -> Iterator[tuple[str, Process]]:
    """Serve the routes of a project without Next.js; gives the address and the process."""
    with background("tsx", str(NODE / "host.mts"), ROUTES, cwd=project, env=env) as process:
        yield process.wait_for("READY").split()[1], process
