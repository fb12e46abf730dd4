"""When to check: after a pause in typing, one check at a time, and at once when an answer is waited for."""

import asyncio
from collections.abc import Awaitable, Callable

#: seconds; the pause grows to half the length of a check, so that a large project is not checked without end
SHORTEST_PAUSE = 0.15
LONGEST_PAUSE = 1.0


class Schedule:
    """Calls a check, once however often it is asked for meanwhile.

    Args:
        check: What is to be done.
    """

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._is_due = False
        self._pause = SHORTEST_PAUSE

    def ask(self, *, at_once: bool = False) -> None:
        """Ask for a check, after a pause in which nobody asks."""
        self._is_due = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(0 if at_once else self._pause, self._begin)

    async def settled(self) -> None:
        """Wait until nothing is due any more."""
        while self._is_due or self._running is not None:
            if self._running is None:
                self._begin()
            if self._running is not None:
                await asyncio.shield(self._running)

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._running is None and self._is_due:
            self._is_due = False
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            await self._check()
        finally:
            self._pause = min(max(SHORTEST_PAUSE, (loop.time() - begun) / 2), LONGEST_PAUSE)
            self._running = None
        if self._is_due and self._timer is None:
            self.ask()
