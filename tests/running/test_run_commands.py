"""With what an application is served and a workflow is started."""

import sys
from pathlib import Path

import pytest

from lobegen.errors import LobegenError
from lobegen.running.commands import commands_of, switches
from lobegen.running.environment import demo_of, environment_of
from lobegen.running.project import Runnable

FASTAPI = {"target": "fastapi", "package": "app", "flags": ["paidOnly", "useHTTPNow"]}
NEXTJS = {"target": "nextjs", "server_dir": "src/server/workflows", "lobehub": True}


def runnable(root: Path, answers: dict[str, object]) -> Runnable:
    return Runnable(root, "welcome-placeholder", answers, {})


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def test_a_project_s_own_python_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    project = runnable(tmp_path, FASTAPI)
    assert commands_of(project, 1).serve[0] == sys.executable

    active = put(tmp_path / "active/bin/python")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert commands_of(project, 1).serve[0] == str(active)

    own = put(tmp_path / ".venv/bin/python")
    commands = commands_of(project, 1)
    assert (commands.serve[0], commands.start[0]) == (str(own), str(own))


def test_node_programs_are_found_as_node_finds_packages(tmp_path: Path) -> None:
    put(tmp_path / "apps/web/src/server/workflows/welcomePlaceholder/start.ts")
    next_, tsx = (put(tmp_path / "node_modules/.bin" / name) for name in ("next", "tsx"))

    commands = commands_of(runnable(tmp_path / "apps/web", NEXTJS), 4000, production=True)

    assert commands.prepare == (str(next_), "build")
    assert commands.serve == (str(next_), "start", "--hostname", "127.0.0.1", "--port", "4000")
    assert commands.start == (str(tsx), "src/server/workflows/welcomePlaceholder/start.ts")


def test_missing_packages_are_said_with_the_command_that_installs_them(tmp_path: Path) -> None:
    put(tmp_path / "src/server/workflows/welcomePlaceholder/start.ts")

    with pytest.raises(LobegenError, match=r"next is not installed in .*: npm install$"):
        commands_of(runnable(tmp_path, NEXTJS), 1)


def test_a_command_of_ones_own_gets_the_port(tmp_path: Path) -> None:
    commands = commands_of(runnable(tmp_path, FASTAPI), 4000, serve="my-server --listen '127.0.0.1:{port}'")

    assert commands.serve == ("my-server", "--listen", "127.0.0.1:4000")


def test_flags_are_spelt_as_the_start_command_has_them(tmp_path: Path) -> None:
    given = switches(runnable(tmp_path, FASTAPI), ["paid_only", "useHttpNow"], dry_run=True, force=False)

    assert given == ("--paid-only", "--use-http-now", "--dry-run")


def test_lobehub_has_no_demo_items(tmp_path: Path) -> None:
    with pytest.raises(LobegenError, match="it reads LobeHub's tables"):
        demo_of(runnable(tmp_path, NEXTJS), 3, tmp_path)


def test_loopback_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)

    environment = environment_of({"QSTASH_URL": "http://127.0.0.1:1"}, 4000)

    assert environment["no_proxy"] == environment["NO_PROXY"] == "example.com,127.0.0.1,localhost"
    assert environment["APP_URL"] == "http://127.0.0.1:4000"
