"""`lobegen migrate`: what it makes of SDK 0.2 projects is typed and runs under 1.x; flow control holds throughout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from nextjs_support import AGENT, WELCOME, Render, hosted, link_packages, run

from lobegen.qstash.testing import LocalQStash, RunView

HERE = Path(__file__).parent
#: two projects of our own: the guide by its letter, and one that uses much of what 1.0 dropped
LITERAL, OLD_LINE = HERE.parent / "matrix" / "literal", HERE / "old_line"


def migrate(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lobegen", "migrate", *options]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def of_line(source: Path, root: Path, sdk: str) -> Path:
    """A copy of a project among the packages of an SDK line."""
    return shutil.copytree(source, link_packages(root, sdk) / "project")


@pytest.fixture(scope="module")
def migrated(node: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the old line, migrated, among the packages of the new one."""
    project = of_line(OLD_LINE, tmp_path_factory.mktemp("migrated"), "1")
    done = migrate(project)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return project


@pytest.mark.parametrize("answers", [WELCOME, AGENT, {**AGENT, "dispatch": "batch", "store": "database"}])
def test_a_generated_project_becomes_what_is_generated_for_the_new_line(
    render: Render, tmp_path: Path, answers: dict[str, object]
) -> None:
    old, new = (render(tmp_path / sdk, **answers, sdk=sdk) for sdk in ("0.2", "1"))
    assert migrate(old).returncode == 0

    contents = [
        {path.relative_to(project): path.read_text() for path in project.rglob("*") if path.is_file()}
        for project in (old, new)
    ]
    assert contents[0] == contents[1]


def test_the_old_project_is_typed_under_the_old_line_only(node: Path, tmp_path: Path) -> None:
    run("tsc", cwd=of_line(OLD_LINE, tmp_path, "0.2"))
    with pytest.raises(AssertionError, match="'flowControl' does not exist in type 'WorkflowServeOptions"):
        run("tsc", cwd=of_line(OLD_LINE, tmp_path, "1"))


def test_the_migrated_project_is_typed_under_both_lines(migrated: Path, tmp_path: Path) -> None:
    run("tsc", cwd=migrated)
    run("tsc", cwd=of_line(migrated, tmp_path, "0.2"))


def test_migrating_twice_is_migrating_once(migrated: Path) -> None:
    again = migrate(migrated, "--diff")
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "Nothing to migrate: no workflow of @upstash/workflow 0.x was found.\n"


@contextmanager
def receiver() -> Iterator[tuple[str, Counter[tuple[str, bytes]]]]:
    """A server that takes note of path and body of every request."""
    seen: Counter[tuple[str, bytes]] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen[self.path, self.rfile.read(int(self.headers["Content-Length"]))] += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()


def started(project: Path, camel: str, **env: str) -> list[RunView]:
    """The runs that a project makes of one start."""
    with LocalQStash(virtual_clock=True) as qstash:
        with hosted(project, {**qstash.environment, **env}) as (url, _):
            urlopen(Request(f"{url}/start/{camel}", json.dumps({}).encode()), timeout=30).close()
            qstash.wait_until_idle(120)
        return qstash.runs()


def controlled(views: list[RunView]) -> dict[str, Counter[str | None]]:
    """By route, the flow control that its deliveries were under; a call to elsewhere goes by its own."""
    found: dict[str, Counter[str | None]] = {}
    for view in views:
        own = (each for each in view.deliveries if each.url == view.workflow_url)
        flows = (each.flow_control for each in own)
        seen = [f"{flow.key} {flow.parallelism} {flow.rate}" if flow else None for flow in flows]
        found.setdefault(view.workflow_url.rpartition("/")[2], Counter()).update(seen)
    return found


def test_the_migrated_project_runs_with_flow_control_on_every_delivery(migrated: Path, tmp_path: Path) -> None:
    with receiver() as (url, sent_before):
        before = started(of_line(OLD_LINE, tmp_path, "0.2"), "order", RECEIVER_URL=url)
    with receiver() as (url, sent):
        after = started(migrated, "order", RECEIVER_URL=url)

    assert {view.state for view in (*before, *after)} == {"RUN_SUCCESS"}
    assert (
        sent
        == sent_before
        == Counter(
            {("/object", b'{"id":"a","total":3}'): 1, ("/object", b'{"id":"b","total":3}'): 1, ("/text", b"told"): 2}
        )
    )
    assert None in controlled(before)["ship"], "under the old line the first delivery had none"
    flows = controlled(after)
    assert {route: set(flows[route]) for route in ("ship", "bill")} == {
        "ship": {"order.ship 2 None"},
        "bill": {"order.bill 3 5"},
    }
    assert [sum(flows[route].values()) for route in ("ship", "bill", "note")] == [
        sum(controlled(before)[route].values()) for route in ("ship", "bill", "note")
    ]


def test_the_guide_by_its_letter_gets_flow_control_on_every_delivery(node: Path, tmp_path: Path) -> None:
    project = of_line(LITERAL, tmp_path, "1")
    (project / "package.json").write_text('{"dependencies": {"@upstash/workflow": "^0.2.23"}}')
    assert migrate(project).returncode == 0
    run("tsc", "--noEmit", "--strict", "--skipLibCheck", "-p", ".", cwd=project)

    views = started(project, "literal", DEMO_ROWS="12")
    assert {view.state for view in views} == {"RUN_SUCCESS"}
    assert {route: set(flows) for route, flows in controlled(views).items()} == {
        "process-items": {"literal.process 1 1"},
        "paginate-items": {"literal.paginate 20 5"},
        "execute-item": {"literal.execute 10 5"},
    }
