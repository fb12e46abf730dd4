"""What the tests of the Next.js template share: packages, projects, commands, and a host for rendered routes."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from processes import Process, background

ROOT = Path(__file__).parents[2]
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


@contextmanager
def below_packages(sdk: str) -> Iterator[Path]:
    """A new folder below the packages themselves: Next.js takes none through a link that leads out of its root."""
    folder = (NODE / "node_modules").resolve().parent / f"sdk-{sdk}/.rendered" / uuid.uuid4().hex
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(tool: str, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a Node program of the test packages; its output, or an assertion that shows it."""
    command = [str(NODE / "node_modules/.bin" / tool), *arguments]
    environment = {**os.environ, "NO_COLOR": "1", **(env or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, f"{tool} {' '.join(arguments)}\n{output}"
    return output


@contextmanager
def node_program(tool: str, *arguments: str, cwd: Path, env: Mapping[str, str]) -> Iterator[Process]:
    """Run a Node program of the test packages until the block ends."""
    with background([str(NODE / "node_modules/.bin" / tool), *arguments], cwd=cwd, env=env) as process:
        yield process


@contextmanager
def hosted(project: Path, env: Mapping[str, str]) -> Iterator[tuple[str, Process]]:
    """Serve the routes of a project without Next.js; gives the address and the process."""
    with node_program("tsx", str(NODE / "host.mts"), ROUTES, cwd=project, env=env) as process:
        yield process.wait_for("READY").split()[1], process
