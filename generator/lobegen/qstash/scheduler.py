"""The loop that moves the engine: starts what may start, waits for what is due, in real or virtual time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TypeGuard

from lobegen.qstash.clock import RealClock, SkippingClock, VirtualClock
from lobegen.qstash.engine import Engine
from lobegen.qstash.message import Answer, Outbound

#: Seconds of silence before virtual time jumps: an endpoint may still publish after it has answered
_GRACE = 0.006
Deliver = Callable[[Outbound], Awaitable[Answer]]


class Scheduler:
    """Runs an engine on the event loop of the caller.

    Args:
        engine: What is to be done.
        clock: The engine's clock.
        deliver: Makes one delivery.
        unfinished: Filled while there are deliveries that were given up and still go on.
    """

    def __init__(
        self, engine: Engine, clock: RealClock | VirtualClock, deliver: Deliver, unfinished: Collection[object] = ()
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._deliver = deliver
        self._unfinished = unfinished
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._holds = 0
        self._failure: BaseException | None = None
        #: grows whenever something may have changed
        self.turns = 0

    def poke(self) -> None:
        """Something has changed: look again."""
        self._changed.set()

    def hold(self) -> None:
        """Let virtual time stand still until `release`; holds add up."""
        self._holds += 1

    def release(self) -> None:
        """Undo one `hold`."""
        self._holds -= 1
        self.poke()

    async def run(self) -> None:
        """Work until cancelled; deliveries in flight are then abandoned."""
        try:
            while True:
                self._changed.clear()
                self.turns += 1
                requests = self._engine.start()
                self._engine.commit()
                for request in requests:
                    task = asyncio.create_task(self._make(request))
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
                await self._wait()
                if self._failure is not None:
                    raise self._failure
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_until_still(self) -> None:
        """Return when nothing more happens before time moves on: all is delivered that could be."""
        while True:
            await asyncio.sleep(_GRACE)
            if self._engine.outbox.is_still(self._clock.now()):
                return

    async def wait_until_idle(self) -> None:
        """Return when nothing is in flight, queued, planned or waited for, and stays so for a moment."""
        while True:
            if self._is_idle:
                await asyncio.sleep(_GRACE)
                if self._is_idle:
                    return
            await asyncio.sleep(_GRACE)

    async def wait_until(self, moment: int) -> None:
        """Return when a moment is reached, in milliseconds, and nothing is left to do."""
        while self._clock.now() < moment:
            await asyncio.sleep(_GRACE)
        await self.wait_until_idle()

    @property
    def _is_idle(self) -> bool:
        return self._engine.outbox.is_idle and not self._unfinished

    async def _make(self, request: Outbound) -> None:
        started_at, began = self._clock.now(), time.perf_counter()
        answer = await self._deliver(request)
        self._engine.settle(request, answer, started_at, (time.perf_counter() - began) * 1000)
        self.poke()

    def _done(self, task: asyncio.Task[None]) -> None:
        """A delivery that breaks, other than by its endpoint, is a fault of ours: it ends the server."""
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
            self.poke()

    async def _wait(self) -> None:
        due = self._engine.next_due()
        if due is None or (isinstance(self._clock, VirtualClock) and (self._engine.outbox.in_flight or self._holds)):
            await self._changed.wait()
        elif isinstance(self._clock, VirtualClock) or self._may_skip(self._clock):
            if not await self._is_changed_within(_GRACE) and not self._holds:
                self._clock.advance_to(due)
        else:
            await self._is_changed_within(self._clock.seconds_until(due))

    def _may_skip(self, clock: RealClock) -> TypeGuard[SkippingClock]:
        return isinstance(clock, SkippingClock) and not self._engine.outbox.in_flight

    async def _is_changed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
