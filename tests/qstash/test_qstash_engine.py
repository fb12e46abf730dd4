"""What must hold whatever happens: seeded random histories of the engine, without HTTP."""

import asyncio
import base64
import json
import random
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest

from lobegen.qstash.clock import VirtualClock
from lobegen.qstash.engine import Engine
from lobegen.qstash.message import Answer, Outbound, Publication
from lobegen.qstash.ports import Settings
from lobegen.qstash.refusal import Refused
from lobegen.qstash.scheduler import Scheduler
from lobegen.qstash.testing import LocalQStash

URL = "http://127.0.0.1:1/wf"
LIMITS = {"a": (1, None, 0), "b": (3, 4, 2000), "c": (None, 2, 5000)}
OK = Answer(200, {"upstash-workflow-sdk-version": "1"})


def flow(key: str) -> dict[str, str]:
    parallelism, rate, period = LIMITS[key]
    parts = {"parallelism": parallelism, "rate": rate, "period": f"{period}ms" if rate else None}
    value = ", ".join(f"{name}={part}" for name, part in parts.items() if part is not None)
    return {"upstash-flow-control-key": key, "upstash-flow-control-value": value}


@dataclass
class World:
    """An engine, an endpoint that answers at random, and what was seen."""

    seed: int
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(1_000_000))
    flights: list[Outbound] = field(default_factory=list)
    starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    attempts: Counter[str] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.engine = Engine(self.clock)

    def publish(self, run_id: str, init: bool, body: str) -> None:
        headers = {
            "upstash-workflow-runid": run_id,
            "upstash-workflow-init": json.dumps(init),
            "upstash-feature-set": "WF_DetectTrigger",
            "upstash-retries": str(self.random.randrange(3)),
            **flow(self.random.choice("abc")),
            **({"upstash-delay": f"{self.random.randrange(60)}s"} if self.random.random() < 0.3 else {}),
        }
        for one in self.engine.publish([Publication(URL, headers, body.encode())]):
            self.accepted.add(one.message_id)

    def begin(self) -> None:
        """Start what may start, and hold it against the limits."""
        for request in self.engine.start():
            message = request.attempt.message
            assert message.flow is not None
            self.flights.append(request)
            self.attempts[message.id] += 1
            self.starts[message.flow.key].append(self.clock.now())
            assert len(json.loads(request.body)) == message.position + 1
            last = json.loads(request.body)[-1]
            assert (last["messageId"], base64.b64decode(last["body"])) == (message.id, message.body)
        for key, (parallelism, _, _) in LIMITS.items():
            flying = [one for one in self.flights if one.attempt.message.flow and one.attempt.message.flow.key == key]
            assert parallelism is None or len(flying) <= parallelism

    def finish(self) -> None:
        """Answer one delivery at random: a next step, the end, a failure, or nothing more."""
        request = self.flights.pop(self.random.randrange(len(self.flights)))
        run_id, dice = request.attempt.message.run_id, self.random.random()
        was_open = self.engine.runs[run_id].is_open
        try:
            if dice < 0.5:
                self.publish(run_id, False, json.dumps({"stepId": 1, "stepName": "s", "concurrent": 1, "out": "1"}))
            elif dice < 0.55:
                self.engine.end(run_id, b"1", cancel=self.random.random() < 0.5)
        except Refused:
            if was_open:
                raise
        answer = Answer(500) if 0.55 < dice < 0.75 else OK
        self.engine.settle(request, answer, self.clock.now(), 1)

    def play(self) -> None:
        for number in range(30):
            self.publish(f"wfr_{number}", True, "payload")
        while not self.engine.outbox.is_idle:
            self.begin()
            due = self.engine.outbox.next_due()
            if self.flights and (due is None or self.random.random() < 0.8):
                self.finish()
            else:
                assert due is not None, "something waits for nothing"
                self.clock.advance_to(due)


@pytest.fixture(params=range(25))
def world(request: pytest.FixtureRequest) -> World:
    """A history that has come to its end."""
    played = World(request.param)
    played.play()
    return played


def test_nothing_is_lost(world: World) -> None:
    taken_back = {message.id for run in world.engine.runs.values() for message in run.dropped}
    assert world.accepted - set(world.attempts) <= taken_back


def test_nothing_is_tried_more_often_than_allowed(world: World) -> None:
    retries = {record.message_id: int(record.headers["upstash-max-retries"]) for record in world.engine.history}
    assert all(world.attempts[message] <= retries[message] + 1 for message in world.attempts)


def test_no_window_holds_more_starts_than_its_rate(world: World) -> None:
    for key, (_, rate, period) in LIMITS.items():
        if rate is None:
            continue
        window, used = -period, 0
        for moment in world.starts[key]:
            if moment >= window + period:
                window, used = moment, 0
            used += 1
            assert used <= rate


def test_a_failed_run_is_in_the_dead_letter_queue_once(world: World) -> None:
    failed = [run.id for run in world.engine.runs.values() if run.state == "RUN_FAILED"]
    buried = [letter.run.id for letter in world.engine.dead_letters.values() if letter.run]
    assert sorted(failed) == sorted(buried)
    assert failed


def test_nothing_of_an_ended_run_is_left(world: World) -> None:
    assert not [run.id for run in world.engine.runs.values() if run.pending]
    gates = world.engine.outbox.dispatcher.gates
    assert not [key for key, gate in gates.items() if gate.running or gate.values]


def test_the_same_history_ends_the_same() -> None:
    ends = [[(run.id, run.state, len(run.entries)) for run in played.engine.runs.values()] for played in _twice(7)]
    assert ends[0] == ends[1]


def _twice(seed: int) -> list[World]:
    worlds = [World(seed), World(seed)]
    for each in worlds:
        each.play()
    return worlds


def test_a_fault_of_our_own_ends_the_scheduler() -> None:
    async def broken(request: Outbound) -> Answer:
        raise LookupError("a fault")

    async def work() -> None:
        engine = Engine(VirtualClock())
        engine.publish([Publication(URL, {}, b"")])
        await asyncio.wait_for(Scheduler(engine, VirtualClock(), broken).run(), 5)

    with pytest.raises(LookupError, match="a fault"):
        asyncio.run(work())


def test_waiting_for_a_server_that_has_ended_does_not_last() -> None:
    server = LocalQStash(virtual_clock=False)
    server.start()
    server.trigger(URL, headers={"Upstash-Delay": "1h"})
    threading.Timer(0.2, server.stop).start()
    with pytest.raises(RuntimeError, match="has ended"):
        server.wait_until_idle(timeout=30)


def test_what_happened_can_be_read_after_the_end() -> None:
    with LocalQStash(virtual_clock=False) as server:
        run_id = server.trigger(URL, headers={"Upstash-Delay": "1h"})
    assert [run.workflow_run_id for run in server.runs()] == [run_id]
    with pytest.raises(RuntimeError, match="not running"):
        server.wait_until_idle()


def test_a_message_is_on_its_way_for_the_latency_and_for_no_longer_than_its_delay() -> None:
    clock = VirtualClock(1_000_000)
    engine = Engine(clock, Settings(latency=250))
    engine.publish([Publication(URL, {}, b""), Publication(URL, {"upstash-delay": "2s"}, b"")])
    clock.advance_to(1_000_249)
    assert engine.start() == []
    clock.advance_to(1_000_250)
    assert len(engine.start()) == 1
    assert engine.next_due() == 1_002_000
