"""`kill -9` of the local QStash, or of the application, while a generated FastAPI workflow is running."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from killing import RECORDER, Program, Record, dead_letters, free_port, local_qstash, logs, running, wait_until
from lobegen.qstash.server import Credentials

if TYPE_CHECKING:
    from .conftest import Render

ITEMS = 30
#: By parallelism and the number of runs at most: 1 of layer 1, 4 of layer 2, 10 of layer 3
IN_FLIGHT = 15
TODO = "    # TODO(lobegen): do the work here.\n"
WORK = '    from recorder import note\n\n    note("processed", item["id"])\n'


class Site:
    """A generated application and a local QStash with a store, each of which can be killed."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder, self.project = folder, project
        self.record = Record(folder / "record")
        # 30 times as fast: the first retries come after half a second and five seconds
        self.qstash = local_qstash(folder, "--speed", "30")
        port = free_port()
        credentials = Credentials()
        self.environment = {
            **credentials.environment(f"http://127.0.0.1:{self.qstash.port}"),
            "APP_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": "",
            "DEMO_DATABASE": str(folder / "items.db"),
            "DEMO_ROWS": str(ITEMS),
            "RECORD": str(self.record.path),
            "PYTHONPATH": str(project),
            # the SDK loads all root certificates for every delivery, which takes 30 ms
            "SSL_CERT_DIR": str(folder),
            "SSL_CERT_FILE": "",
        }
        command = [sys.executable, "-m", "uvicorn", "recorder:app", "--port", str(port), "--no-access-log"]
        self.application = Program(command, project, self.environment, port)
        self.token = credentials.token

    def start_workflow(self) -> None:
        """By the project's own command."""
        command = [sys.executable, "-m", "app.workflows.start", "welcome-placeholder"]
        subprocess.run(command, cwd=self.project, env=self.environment, check=True, timeout=60, capture_output=True)

    def wait_for_the_end(self) -> None:
        """Return when the runs of all items have ended well, and no run is open."""
        wait_until(self._has_ended, self._ends, pause=0.2)

    def results(self) -> list[str]:
        """The items that are done, by the workflow's own table."""
        with closing(sqlite3.connect(self.folder / "items.db")) as database:
            return [row[0] for row in database.execute("SELECT id FROM welcome_placeholder_results ORDER BY id")]

    def _has_ended(self) -> bool:
        ends = self._ends()
        return ends["generate-user", "RUN_SUCCESS"] == ITEMS and {state for _, state in ends} == {"RUN_SUCCESS"}

    def _ends(self) -> Counter[tuple[str, str]]:
        """How many runs of each layer are in which state."""
        return Counter(
            (str(run["workflowUrl"]).rpartition("/")[2], str(run["workflowState"]))
            for run in logs(self.qstash, self.token)
        )


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    render(folder, workflow="welcome-placeholder", entity="user", action="generate")
    (folder / "recorder.py").write_text(RECORDER)
    logic = folder / "app/workflows/welcome_placeholder/logic.py"
    assert TODO in logic.read_text()
    logic.write_text(logic.read_text().replace(TODO, WORK))
    return folder


@pytest.fixture
def site(project: Path, tmp_path: Path) -> Site:
    return Site(tmp_path, project)


def kill_the_server(site: Site, seed: int, kills: int) -> None:
    """Run the workflow to its end, with kills on the way."""
    chance = random.Random(seed)
    with running(site.qstash, site.application):
        site.start_workflow()
        for number in sorted(chance.sample(range(2, 4 * ITEMS), kills)):
            site.record.wait_for(number, chance)
            site.qstash.kill_and_start()
        site.wait_for_the_end()
        assert dead_letters(site.qstash, site.token) == []
    items = [f"user-{number:04}" for number in range(1, ITEMS + 1)]
    assert site.results() == items
    assert sorted(set(site.record.names("processed"))) == items
    # what was sent before a kill may be read after it, and is then counted with the next one
    assert max(site.record.repeated_over(site.qstash.kills)) <= 2 * IN_FLIGHT
    assert site.record.count("processed") <= ITEMS + site.record.repeats


def test_kills_of_the_server_lose_nothing_and_repeat_only_what_was_in_flight(site: Site) -> None:
    kill_the_server(site, seed=1, kills=4)


def test_a_kill_of_the_application_is_made_good_by_retries(site: Site) -> None:
    with running(site.qstash, site.application):
        site.start_workflow()
        site.record.wait_for(2 * ITEMS, random.Random(1))
        site.application.kill_and_start()
        site.wait_for_the_end()
        assert dead_letters(site.qstash, site.token) == []
    assert len(site.results()) == ITEMS


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 22))
def test_kills_at_many_points(site: Site, seed: int) -> None:
    kill_the_server(site, seed, kills=6)
