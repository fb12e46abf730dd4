"""Deploys the new version of a workflow in the middle of its runs, under the real SDKs and the local QStash."""

import ast
import asyncio
import builtins
import json
import os
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from lobegen.qstash.testing import LocalQStash, RunView

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
#: no run of the cases takes more deliveries than these before nothing is left to be remembered
MOMENTS = range(1, 6)

#: a workflow before and after a deploy, as source texts
Pair = tuple[str, str]


def runs_over_deploys(qstash: LocalQStash, url: str, pairs: Sequence[Pair]) -> list[list[RunView]]:
    """For each pair its runs: one for each moment of the deploy, and for each way that its conditions turn out."""
    ids: dict[str, int] = {}
    for number, pair in enumerate(pairs):
        for after in MOMENTS:
            for active in ("yes", "no") if "active" in "".join(pair) else ("yes",):
                run_id = f"wfr_{number}-{after}-{active}"
                ids[qstash.trigger(url, {}, run_id=run_id, headers={"Upstash-Retries": "0"})] = number
    qstash.wait_until_idle(120)
    found: list[list[RunView]] = [[] for _ in pairs]
    for run in qstash.runs():
        found[ids[run.workflow_run_id]].append(run)
    return found


@contextmanager
def typescript_host(line: str, qstash: LocalQStash, pairs: Sequence[Pair], folder: Path) -> Iterator[str]:
    """The pairs on a line of the TypeScript SDK; the address."""
    if not (NODE / "node_modules").is_dir():
        pytest.skip(f"no packages in {NODE}: run `make node` (npm ci)")
    file = folder / "pairs.json"
    file.write_text(json.dumps([{"old": old, "new": new} for old, new in pairs]))
    environment = {**os.environ, **qstash.environment, "SDK_FOLDER": str(NODE / f"sdk-{line}"), "DO_NOT_TRACK": "1"}
    command = ["node", str(HERE / "deploys.mjs"), str(file)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@contextmanager
def python_host(qstash: LocalQStash, pairs: Sequence[Pair]) -> Iterator[str]:
    """The pairs on the Python SDK, in a thread of this process; the address."""
    import uvicorn

    with pytest.MonkeyPatch.context() as patch:
        for name, value in qstash.environment.items():
            patch.setenv(name, value)
        app = _Deploys([(_served(old), _served(new)) for old, new in pairs])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/greet"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


_active: ContextVar[bool] = ContextVar("active")


class _Deploys:
    """An application that answers a run with the old version first, as the run's id says."""

    def __init__(self, pairs: list[tuple[ASGIApp, ASGIApp]]) -> None:
        self._pairs = pairs
        self._deliveries: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        run = dict(scope["headers"])[b"upstash-workflow-runid"].decode()
        number, after, active = run.removeprefix("wfr_").split("-")
        self._deliveries[run] += 1
        _active.set(active == "yes")
        await self._pairs[int(number)][self._deliveries[run] > int(after)](scope, receive, send)


def _served(source: str) -> ASGIApp:
    """The application of a module, whose undefined names are functions."""
    known: Mapping[str, Any] = {
        "load": lambda: {"active": _active.get()},
        "check": lambda: {"done": True},
        "list_users": lambda: [{"id": 1, "email": "a"}, {"id": 2, "email": "b"}],
    }
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)} - set(dir(builtins))
    namespace: dict[str, Any] = {name: known.get(name, lambda *given: 1) for name in names}
    exec(compile(source, "case.py", "exec"), namespace)
    app: ASGIApp = namespace["serve"].app
    return app
