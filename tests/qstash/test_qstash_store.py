"""What a store keeps: after any history, what was committed is there again; seeded random histories, without HTTP."""

import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from qstash_hosts import Endpoint, api

from lobegen.errors import LobegenError
from lobegen.qstash.clock import VirtualClock
from lobegen.qstash.engine import Engine
from lobegen.qstash.faults.kinds import parse_faults
from lobegen.qstash.message import Answer, Outbound, Publication
from lobegen.qstash.ports import Settings
from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.recovery import Recovery
from lobegen.qstash.storage.sqlite import SqliteStore
from lobegen.qstash.testing import LocalQStash
from lobegen.qstash.views.logs import run_view
from lobegen.qstash.views.message import message_view

URL = "http://127.0.0.1:1/wf"
OK = Answer(200, {"upstash-workflow-sdk-version": "1"})
REFUSALS = (Answer(500, {}, b"no \xff"), Answer(489, {"upstash-nonretryable-error": "true"}, b"never"))
FLOWS = ({}, *({"upstash-flow-control-key": f"key-{n}", "upstash-flow-control-value": f"rate={n}"} for n in (1, 2)))


@contextmanager
def reopened(path: Path, now: int, history: int | None = None) -> Iterator[Engine]:
    """The engine of a server that was started again after a `kill -9`: on the file as it lies there, in use."""
    copy = path.with_name("copy.db")
    for ending in ("", "-wal"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
        if path.with_name(path.name + ending).exists():
            shutil.copy(path.with_name(path.name + ending), copy.with_name(copy.name + ending))
    store = SqliteStore(copy)
    try:
        engine = Engine(VirtualClock(now), Settings(history=history), store=store)
        engine.schedules.let_fire_until(0)
        yield engine
    finally:
        store.close(now)


def visible(engine: Engine) -> dict[str, object]:
    """Everything that anybody can ask for."""
    return {
        "runs": list(engine.runs.values()),
        "logs": [run_view(run) for run in engine.runs.values()],
        "origins": [(engine.lineage.origin(run_id), engine.lineage.children(run_id)) for run_id in engine.runs],
        "letters": [(letter.id, letter.view()) for letter in engine.dead_letters.values()],
        "waiters": [(waiter.run_id, waiter.event_id, waiter.view()) for waiter in engine.waiting_room],
        "history": list(engine.history),
        "faults": list(engine.faults.injected),
        "queues": [(queue, engine.outbox.queues.lag(name)) for name, queue in engine.outbox.queues.all.items()],
        # times that have passed are left out when a server starts
        "schedules": [replace(schedule, next_at=0) for schedule in engine.schedules.all.values()],
        "messages": {name: message_view(attempt.message) for name, attempt in engine.outbox.messages.items()},
    }


@dataclass
class World:
    """A durable engine, an endpoint that answers at random, and its deliveries without an answer."""

    seed: int
    path: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(1_000_000))
    flights: list[Outbound] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.store = SqliteStore(self.path)
        self.faults = parse_faults(["duplicate=0.2", "reorder=0.2", "lost"])
        self.engine = Engine(self.clock, Settings(faults=self.faults), store=self.store)
        self.engine.schedules.let_fire_until(0)

    def run_id(self) -> str:
        return f"wfr_{self.random.randrange(12)}"

    def send(self, **more: str) -> None:
        named = {f"upstash-{name.replace('_', '-')}": value for name, value in more.items()}
        delay = {"upstash-delay": f"{self.random.randrange(40)}s"} if self.random.random() < 0.3 else {}
        retries = {"upstash-retries": str(self.random.randrange(3))}
        headers = {**named, **delay, **retries, **self.random.choice(FLOWS)}
        self.engine.publish([Publication(URL, headers, json.dumps({"stepId": 1, "stepName": "s"}).encode())])

    def begin_run(self) -> None:
        run_id, named = self.run_id(), {"workflow_init": "true", "feature_set": "WF_TriggerOnConfig"}
        failure = {"": URL, "_workflow_calltype": "failureCall", "_workflow_runid": run_id, "_retries": "0"}
        self.send(workflow_runid=run_id, **named, **{f"failure_callback{key}": text for key, text in failure.items()})

    def invoke(self) -> None:
        envelope = {"body": "{}", "headers": {}, "workflowRunId": self.run_id(), "workflowUrl": URL, "step": {"a": 1}}
        headers = {"workflow-runid": self.run_id(), "workflow-init": "true", "workflow-invoke": "true"}
        named = {f"upstash-{name}": value for name, value in headers.items()}
        self.engine.publish([Publication(URL, named, json.dumps(envelope).encode())])

    def go_on(self) -> None:
        self.send(workflow_runid=self.run_id())

    def call(self) -> None:
        named = {"workflow_calltype": "toCallback", "callback": URL, "callback_workflow_calltype": "fromCallback"}
        run_id = self.run_id()
        self.send(workflow_runid=run_id, **named, callback_workflow_runid=run_id)

    def plain(self) -> None:
        self.send(callback=URL, failure_callback=URL)

    def enqueue(self) -> None:
        self.send(queue_name=f"queue-{self.random.randrange(2)}", callback=URL)

    def change_a_queue(self) -> None:
        outbox, name = self.engine.outbox, f"queue-{self.random.randrange(2)}"
        outbox.queues.upsert(name, self.clock.now(), self.random.randrange(1, 3), self.random.random() < 0.3)
        outbox.call_up(name)
        if self.random.random() < 0.1:
            outbox.close_queue(name)

    def schedule(self) -> None:
        schedules = self.engine.schedules
        headers = {"upstash-cron": "* * * * *", "upstash-schedule-id": f"schedule-{self.random.randrange(2)}"}
        schedule = schedules.create(Publication(URL, headers, b"scheduled"))
        acts = [schedules.fire, schedules.pause, schedules.resume, schedules.delete]
        for act in self.random.sample(acts[:3], self.random.randrange(3)) or acts[3:]:
            act(schedules.all[schedule.id])

    def take_a_message_back(self) -> None:
        plain = [attempt for attempt in self.engine.outbox.messages.values() if not attempt.message.run_id]
        if plain:
            self.engine.outbox.drop(self.random.choice(plain))

    def wait(self) -> None:
        step = {"stepId": 2, "stepName": "wait"}
        headers = {"Upstash-Workflow-RunId": [self.run_id()]}
        asked = {"url": URL, "step": step, "timeout": f"{self.random.randrange(90)}s", "timeoutHeaders": headers}
        self.engine.wait(f"event-{self.random.randrange(3)}", asked)

    def notify(self) -> None:
        run_id = self.random.choice(["", self.run_id()])
        self.engine.notify(f"event-{self.random.randrange(3)}", b"\xffdata", run_id)

    def end(self) -> None:
        self.engine.end(self.run_id(), b'"done"', cancel=self.random.random() < 0.3)

    def cancel(self) -> None:
        self.engine.cancel(run for run in self.engine.runs.values() if run.id == self.run_id())

    def handle_a_letter(self) -> None:
        recovery, letters = self.engine.recovery, list(self.engine.dead_letters.values())
        if letters:
            letter = self.random.choice(letters)
            acts: list[Callable[[], object]] = [
                lambda: self.engine.dead_letters.pop(letter.id),
                lambda: recovery.resume(letter, {"upstash-retries": "1"}),
                lambda: recovery.restart(letter, {"upstash-label": "again"}),
                lambda: recovery.retry(letter, {}),
                lambda: recovery.call_back(letter),
                lambda: recovery.cancel_callback(letter),
            ]
            self.random.choice(acts)()

    def start(self) -> None:
        self.flights += self.engine.start()

    def answer(self) -> None:
        if self.flights:
            request = self.flights.pop(self.random.randrange(len(self.flights)))
            self.engine.settle(request, self.random.choice([OK, OK, *REFUSALS]), self.clock.now(), 1.5)

    def pass_time(self) -> None:
        self.clock.advance_to(self.clock.now() + self.random.randrange(30_000))

    def act(self) -> None:
        acts: dict[Callable[[], None], int] = {
            self.begin_run: 4,
            self.invoke: 1,
            self.go_on: 4,
            self.call: 2,
            self.plain: 2,
            self.enqueue: 2,
            self.change_a_queue: 1,
            self.schedule: 1,
            self.take_a_message_back: 1,
            self.wait: 2,
            self.notify: 2,
            self.end: 1,
            self.cancel: 1,
            self.handle_a_letter: 4,
            self.start: 8,
            self.answer: 10,
            self.pass_time: 3,
        }
        with suppress(Refused):
            self.random.choices(list(acts), list(acts.values()))[0]()


@pytest.fixture(params=range(12))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world in which nothing has happened."""
    made = World(request.param, tmp_path / "store.db")
    yield made
    made.store.close(made.clock.now())


def test_what_is_committed_is_there_after_a_kill(world: World) -> None:
    for _ in range(8):
        for _ in range(world.random.randrange(100)):
            world.act()
            world.engine.commit()
        before = visible(world.engine)
        with reopened(world.path, world.clock.now()) as after:
            assert visible(after) == before


def test_every_operation_is_part_of_these_histories() -> None:
    """A new one belongs into `World.act`, or into the list of those that change nothing."""
    public = {name for kind in (Engine, Recovery) for name in vars(kind) if not name.startswith("_")}
    acts = {"publish", "start", "settle", "end", "cancel", "wait", "notify", "commit", "next_due", "began", "begun"}
    assert public == acts | {"resume", "restart", "retry", "call_back", "cancel_callback"}


def test_what_is_not_committed_is_lost_as_a_whole(world: World) -> None:
    for _ in range(100):
        world.act()
    world.engine.commit()
    with reopened(world.path, world.clock.now()) as committed:
        before = visible(committed)
    for _ in range(100):
        world.act()
    with reopened(world.path, world.clock.now()) as after:
        assert visible(after) == before


def drained(engine: Engine, clock: VirtualClock, flights: list[Outbound]) -> Counter[tuple[object, ...]]:
    """What is delivered until nothing is left, when everything is answered with 200."""
    seen: Counter[tuple[object, ...]] = Counter()
    for name in list(engine.outbox.queues.all):
        engine.outbox.queues.upsert(name, clock.now(), is_paused=False)
        engine.outbox.call_up(name)
    while not engine.outbox.is_idle:
        flights += engine.start()
        for request in flights:
            message = request.attempt.message
            seen[message.run_id, message.position, message.destination, request.attempt.retried] += 1
            engine.settle(request, OK, clock.now(), 1)
        flights.clear()
        due = engine.outbox.next_due()
        clock.advance_to(due or 0)
    return seen


def test_what_was_due_is_delivered_after_a_kill(world: World) -> None:
    for _ in range(300):
        world.act()
    world.faults.rates.clear()
    for request in list(world.flights):
        is_known = world.engine.outbox.messages.get(request.attempt.message.id) is request.attempt
        if not is_known and not request.attempt.is_duplicate:
            # the answer to what was taken back, as by the end of its run, counts no more: it is not made again
            world.flights.remove(request)
            world.engine.settle(request, OK, world.clock.now(), 1)
    world.engine.commit()
    with reopened(world.path, world.clock.now()) as after:
        again = drained(after, after.clock, [])
    assert again == drained(world.engine, world.clock, world.flights)
    assert again


def test_a_rate_goes_on_after_a_kill(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    engine = Engine(VirtualClock(1_000), store=store)
    flow = {"upstash-flow-control-key": "k", "upstash-flow-control-value": "rate=2, period=60s"}
    engine.publish([Publication(URL, flow, b"")] * 4)
    for request in engine.start():
        engine.settle(request, OK, 1_000, 1)
    engine.commit()
    with reopened(tmp_path / "store.db", 2_000) as after:
        assert after.start() == []
        assert after.outbox.next_due() == 61_000
    store.close(1_000)


def test_a_deduplication_id_holds_after_a_kill(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    engine, once = Engine(VirtualClock(1_000), store=store), Publication(URL, {"upstash-deduplication-id": "a"}, b"")
    (first,) = engine.publish([once])
    engine.commit()
    with reopened(tmp_path / "store.db", 2_000) as after:
        (second,) = after.publish([once])
        assert (second.message_id, second.deduplicated) == (first.message_id, True)
    store.close(1_000)


def test_the_history_that_is_kept_is_bounded(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    engine = Engine(VirtualClock(), Settings(history=10), store=store)
    for number in range(50):
        engine.publish([Publication(f"{URL}/{number}", {}, b"")])
        for request in engine.start():
            engine.settle(request, OK, 0, 1)
        engine.commit()
    with reopened(tmp_path / "store.db", 0, history=10) as after:
        assert [record.url for record in after.history] == [f"{URL}/{number}" for number in range(40, 50)]
    store.close(0)
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM deliveries").fetchone()[0] <= 20


def test_what_only_json_can_say_is_kept_as_near_as_can_be(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    engine = Engine(VirtualClock(1_000), store=store)
    engine.publish([Publication(URL, {"upstash-workflow-runid": "wfr_1", "upstash-workflow-init": "true"}, b"")])
    step = {"stepName": "half \ud800", "large": 10**30}
    engine.wait("e", {"url": URL, "step": step, "timeoutHeaders": {"Upstash-Workflow-RunId": ["wfr_1"]}})
    engine.commit()
    with reopened(tmp_path / "store.db", 2_000) as after:
        ((waiter, _),) = after.notify("e", b"")
        assert waiter.step == {"stepName": "half ?", "large": 1e30}
    store.close(1_000)


def test_time_does_not_go_back(tmp_path: Path, endpoint: Endpoint) -> None:
    with LocalQStash(store=tmp_path / "store.db") as before:
        before.trigger(endpoint.url, headers={"Upstash-Delay": "30d"})
        before.wait_until_idle()
        moment = before.now()
    with LocalQStash(store=tmp_path / "store.db") as after:
        assert after.now() >= moment


def test_a_server_goes_on_where_another_ended(tmp_path: Path, endpoint: Endpoint) -> None:
    with LocalQStash(virtual_clock=False, store=tmp_path / "store.db") as before:
        before.trigger(endpoint.url, {"a": 1}, run_id="wfr_1", headers={"Upstash-Delay": "1h"})
        before.trigger(endpoint.url, run_id="wfr_2")
    with LocalQStash(store=tmp_path / "store.db") as after:
        after.trigger(endpoint.url, run_id="wfr_1")
        after.wait_until_idle()
        assert [(run.workflow_run_id, run.payload) for run in after.runs()] == [("wfr_1", {"a": 1}), ("wfr_2", "")]
        assert [delivery.run_id for delivery in after.deliveries()] == ["wfr_2", "wfr_1"]
        assert api(after, "GET", "/v2/workflows/events").status == 200


def foreign(statement: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_file_in_use_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    with pytest.raises(LobegenError, match="in use by another process"):
        SqliteStore(tmp_path / "store.db")
    store.close(0)
    SqliteStore(tmp_path / "store.db").close(0)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "store.db").close(0)
    foreign("PRAGMA user_version = 99", tmp_path / "store.db")
    with pytest.raises(LobegenError, match="another version of lobegen"):
        SqliteStore(tmp_path / "store.db")


def test_records_that_cannot_be_read_are_of_another_version(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    Engine(VirtualClock(), store=store)
    store.close(0)
    foreign("INSERT INTO waiters VALUES (1, 1, x'80')", tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    with pytest.raises(LobegenError, match=r"another version of lobegen \(waiters: "):
        Engine(VirtualClock(), store=store)
    store.close(0)


def test_a_file_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    foreign("CREATE TABLE mine (a)", tmp_path / "other.db")
    (tmp_path / "text").write_text("notes, more than a hundred bytes of them " * 5)
    before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    for name in ("other.db", "text"):
        with pytest.raises(LobegenError, match=name):
            SqliteStore(tmp_path / name)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before
