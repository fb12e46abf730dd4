"""Work that another process does meanwhile, where a process can be forked for a millisecond: on Linux."""

import marshal
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Generic, TypeVar

from lobegen.read.observing import Observed, observed, observing

T = TypeVar("T")


def processors() -> int:
    """How many processes can work at a time: 1 where forking is not cheap, or not safe because threads are running."""
    threading = sys.modules.get("threading")
    if sys.platform != "linux" or (threading is not None and threading.active_count() > 1):
        return 1
    return len(os.sched_getaffinity(0))


class Meanwhile(Generic[T]):
    """Work that is done in a process of its own, begun at once.

    Where there is no second processor, or the process dies, the work is done when its result is asked for.

    Args:
        work: Gives plain data: what `marshal` takes. It begins with all that this process has in memory.
        alone: Whether the work is too little for another process.
    """

    def __init__(self, work: Callable[[], T], *, alone: bool = False) -> None:
        self._work = work
        self._child, self._pipe = (0, -1) if alone or processors() < 2 else _started(work)

    def dismiss(self) -> None:
        """End it: nobody will ask for its result."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.close(self._pipe)
            os.waitpid(self._child, 0)
            self._child = 0

    def result(self) -> T:
        """What the work gave.

        Raises:
            Exception: What the work raises when it is done again because it failed in its process.
        """
        if not self._child:
            return self._work()
        child, self._child = self._child, 0
        with open(self._pipe, "rb") as pipe:
            given = pipe.read()
        os.waitpid(child, 0)
        try:
            result, asked = marshal.loads(given)
        except (EOFError, ValueError, TypeError):
            return self._work()
        seen = observed()
        if seen is not None:
            seen.take_over(asked)
        return result  # type: ignore[no-any-return]


def _started(work: Callable[[], object]) -> tuple[int, int]:
    """The process that does the work, and where what it gives can be read; (0, -1) when none can be started."""
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return 0, -1
    if child:
        os.close(writing)
        return child, reading
    try:  # the child: whatever happens, it neither returns nor runs what the parent left to be done at its end
        os.close(reading)
        with open(writing, "wb") as pipe:
            with observing() if observed() is not None else nullcontext(Observed()) as seen:
                result = work()
            pipe.write(marshal.dumps((result, seen.asked())))  # type: ignore[arg-type]
    finally:
        os._exit(0)
