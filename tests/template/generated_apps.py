"""Generated applications at work: one process with many workflows, on a local QStash, PostgreSQL and Redis."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from nextjs_support import Render, hosted, link_packages

from lobegen.qstash.testing import LocalQStash, RunView
from processes import background
from services import LOOPBACK, Database, PostgreSQL, Redis, free_port

HOST = Path(__file__).parent / "matrix"
LAYERS = ("process-users", "paginate-users", "generate-user")
#: Under the flow-control key's last word: deliveries at once, and per second.
FLOW = {"process": (1, 1), "paginate": (20, 5), "generate": (10, 5)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One workflow of the matrix: what it is generated from."""

    target: str
    sdk: str
    store: str
    dispatch: str

    def __str__(self) -> str:
        return "-".join(part for part in (self.target, self.sdk, self.store, self.dispatch) if part)

    @property
    def workflow(self) -> str:
        """Its name, such as `redis-steps`."""
        return f"{self.store}-{self.dispatch}"

    @property
    def answers(self) -> dict[str, object]:
        """The answers to the template's questions."""
        given = {"workflow": self.workflow, "entity": "user", "action": "generate", "flags": ["paidOnly"]}
        sdk = {"sdk": self.sdk} if self.sdk else {}
        return {**given, **sdk, "target": self.target, "store": self.store, "dispatch": self.dispatch}


#: An application: a target, and its line of the SDK where there are several.
APPLICATIONS = (("fastapi", ""), ("nextjs", "1"), ("nextjs", "0.2"))
CELLS = tuple(
    Cell(target, sdk, store, dispatch)
    for target, sdk in APPLICATIONS
    for store in ("database", "redis")
    for dispatch in ("steps", "batch")
)


@dataclass(frozen=True)
class Outcome:
    """What one start came to.

    Attributes:
        entry: The run of layer 1.
        runs: All runs that were made, the entry among them.
        saved: How often each item's result was saved.
    """

    entry: RunView
    runs: Sequence[RunView]
    saved: Counter[str]

    def layer(self, name: str) -> list[RunView]:
        """The runs of one layer, by the beginning of its path's last part."""
        return [run for run in self.runs if run.workflow_url.rpartition("/")[2].startswith(name)]

    @property
    def processed(self) -> Counter[str]:
        """How many runs of layer 3 there were for each item."""
        return Counter(str(payload(run)["userId"]) for run in self.layer("generate"))

    @property
    def statistics(self) -> object:
        """What layer 1 counted: its result, and under Python, whose SDK drops that, the result of a step."""
        found = [step.out for step in self.entry.steps if step.name.endswith(":check-result")]
        return found[0] if found else self.entry.response

    @property
    def deliveries(self) -> int:
        """Of all runs together."""
        return sum(len(run.deliveries) for run in self.runs)


def payload(run: RunView) -> Mapping[str, object]:
    """A run's payload, which is an object."""
    assert isinstance(run.payload, dict)
    return run.payload


def ids(first: int, last: int) -> list[str]:
    """The ids of the table's rows, from the first to the last of these numbers."""
    return [f"user-{number:04}" for number in range(first, last + 1)]


@dataclass(frozen=True)
class Application:
    """A running application that serves the workflows of several cells."""

    url: str
    qstash: LocalQStash
    database: Database
    redis: Redis

    def seed(self, cell: Cell, rows: int, done: int = 0) -> None:
        """Put so many rows into the cell's table, every other one of them paid; the first ones are done already."""
        table, paid = ("users", '"paidOnly"')
        extra = ""
        if cell.target == "fastapi":
            table, paid, extra = f"demo_{cell.store}_{cell.dispatch}", "paid_only", ", name"
        name = "" if not extra else ", 'Name'"
        self.database.query(
            f"truncate {table}; insert into {table} (id, {paid}{extra})"
            f" select 'user-' || lpad(n::text, 4, '0'), n % 2 = 1{name} from generate_series(1, {rows}) as n;"
        )
        self.redis.command("FLUSHALL")
        if cell.store == "redis":
            prefix = f"{cell.workflow}:done:" if cell.target == "fastapi" else f"{cell.workflow}:"
            marks = [word for id_ in ids(1, done) for word in (prefix + id_, "{}")]
            if marks:
                self.redis.command("MSET", *marks)
            self.redis.forget()
            return
        results = f"{cell.store}_{cell.dispatch}_results"
        columns = "(id, text, saved_at) select id, '', now()" if extra else "(id, result) select id, '{}'"
        self.database.query(
            f"truncate {results}; insert into {results} {columns} from {table} order by id limit {done};"
            " truncate saved;"
        )

    def start(self, cell: Cell, run_id: str = "", timeout: float = 900, **flags: bool) -> Outcome:
        """Start the cell's workflow through its trigger, wait until nothing is left to do.

        Args:
            cell: Whose workflow.
            run_id: One given by hand.
            timeout: Real seconds.
            flags: The payload, such as `dryRun=True`.
        """
        before = {run.workflow_run_id for run in self.qstash.runs()}
        name = cell.workflow
        if cell.target == "nextjs":
            name = cell.store + cell.dispatch.capitalize()
        key = "run_id" if cell.target == "fastapi" else "runId"
        query = f"?{urlencode({key: run_id})}" if run_id else ""
        headers = {"content-type": "application/json"}
        request = Request(f"{self.url}/start/{name}{query}", json.dumps(flags).encode(), headers)
        with urlopen(request, timeout=30) as answer:
            started = json.load(answer)["runId"]
        self.qstash.wait_until_idle(timeout)
        runs = [run for run in self.qstash.runs() if run.workflow_run_id not in before]
        return Outcome(self.qstash.run(started), runs, self._saved(cell))

    def _saved(self, cell: Cell) -> Counter[str]:
        if cell.store == "database":
            return Counter(row[0] for row in self.database.query("select id from saved"))
        return Counter(key.rpartition(":")[2] for key in self.redis.written())


def tables(cells: Sequence[Cell]) -> str:
    """The tables that the workflows read and write, which are the user's; `saved` tells of each write of a result."""
    made = [
        "create table saved (id text)",
        "create function tell() returns trigger language plpgsql as"
        " $$ begin insert into saved values (new.id); return new; end $$",
    ]
    if cells[0].target == "nextjs":
        made.append('create table users (id text primary key, "paidOnly" boolean not null)')
    for cell in cells:
        name = f"{cell.store}_{cell.dispatch}"
        columns = "id text primary key, result jsonb not null"
        if cell.target == "fastapi":
            made.append(f"create table demo_{name} (id varchar(64) primary key, name text, paid_only boolean)")
            columns = "id varchar(64) primary key, text text, saved_at timestamptz"
        if cell.store == "database":
            made.append(f"create table {name}_results ({columns})")
            made.append(
                f"create trigger tell after insert or update on {name}_results for each row execute function tell()"
            )
    return ";".join(made)


@contextmanager
def application(
    folder: Path, cells: Sequence[Cell], render: Render, postgresql: PostgreSQL, redis: Redis, **changes: str
) -> Iterator[Application]:
    """Generate the workflows of these cells into one application of their target, and run it.

    Args:
        folder: Where the application is made.
        cells: All of one target and line of the SDK.
        render: Copies the template.
        postgresql: Gets a new database with the tables of the workflows.
        redis: Its marks are the application's.
        changes: Further variables of the environment.
    """
    target, sdk = cells[0].target, cells[0].sdk
    project = folder if target == "fastapi" else link_packages(folder, sdk) / "project"
    for cell in cells:
        render(project, **cell.answers)
    database = postgresql.database()
    database.query(tables(cells))
    with LocalQStash(virtual_clock=True) as qstash:
        environment = {**qstash.environment, "DATABASE_URL": database.url, "REDIS_URL": redis.url, **changes}
        if target == "nextjs":
            with hosted(project, environment) as (url, _):
                yield Application(url, qstash, database, redis)
        else:
            with served(project, environment) as url:
                yield Application(url, qstash, database, redis)


@contextmanager
def served(project: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve a generated FastAPI application by uvicorn, with a route that starts workflows; gives its address."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    certificates = project / ".certificates"
    certificates.mkdir()
    command = [sys.executable, "-m", "uvicorn", "fastapi_host:app", "--port", str(port), "--no-access-log"]
    own = {
        "APP_URL": url,
        "PYTHONPATH": os.pathsep.join((str(project), str(HOST))),
        # the SDK loads all root certificates for every delivery, which takes 30 ms
        "SSL_CERT_DIR": str(certificates),
        "SSL_CERT_FILE": "",
    }
    with background(command, cwd=project, env={**environment, **own}) as process:
        process.wait_for("running on")
        yield url
