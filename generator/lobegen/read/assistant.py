"""Another process that works for this one, where a process can be forked for a millisecond: on Linux.

It is forked once and early: a process that has read much takes ten times as long to fork, and pays again for each page
that it then writes to. What is given to it and what it gives is plain data: what `marshal` takes.
"""

import marshal
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from struct import Struct
from typing import Generic, Literal, NoReturn, TypeVar, cast

from lobegen.read.observing import Asked, Observed, observed, observing

T = TypeVar("T")

#: where in a channel's memory something lies, and how many bytes it has
_PLACE = Struct("qq")


def processors() -> int:
    """How many processes can work at a time: 1 where forking is not cheap, or not safe because threads are running."""
    threading = sys.modules.get("threading")
    if sys.platform != "linux" or (threading is not None and threading.active_count() > 1):
        return 1
    return len(os.sched_getaffinity(0))


class Job(Generic[T]):
    """Something that the other process does; it is done here when that process is gone."""

    def __init__(self, assistant: "Assistant", number: int, work: Callable[[], T]) -> None:
        self._assistant = assistant
        self._number = number
        self._work = work

    def result(self) -> T:
        """What the work gave; to be asked for once.

        Raises:
            Exception: What the work raises when it is done again because it failed in its process.
        """
        try:
            result, asked = self._assistant.given(self._number)
        except (EOFError, OSError, ValueError, TypeError):
            return self._work()
        seen = observed()
        if seen is not None:
            seen.take_over(asked)
        return cast(T, result)


class Assistant:
    """The other process, if there can be one; it ends with this object, and with this process.

    Args:
        begin: What it does first, with all that this process has in memory; `first` gives the jobs.
    """

    def __init__(self, *begin: Callable[[], object]) -> None:
        self._asked = self._received = self._child = 0
        self._given: dict[int, bytearray] = {}
        if processors() > 1:
            try:
                self._orders, self._results = _Channel(), _Channel()
                self._child = os.fork()
            except OSError:
                return
            if not self._child:
                _serve(begin, self._orders, self._results)
            self._orders.keep("writing")
            self._results.keep("reading")

    def first(self, work: Callable[[], T]) -> Job[T]:
        """The next of the jobs that it began with.

        Args:
            work: Gives the same here.
        """
        self._asked += 1
        return Job(self, self._asked, work)

    def ask(self, work: Callable[..., T], *arguments: object) -> Job[T]:
        """Have it do something when it has done all that it was asked before.

        Args:
            work: A function of a module.
            arguments: Plain data.
        """
        if self._child:
            try:
                self._orders.send(marshal.dumps((work.__module__, work.__name__, arguments)))  # type: ignore[arg-type]
            except OSError:
                self.end()
        return self.first(lambda: work(*arguments))

    def given(self, number: int) -> tuple[object, Asked]:
        """What a job gave, by its number, and what it asked of the file system.

        Raises:
            EOFError: The process is gone.
        """
        while number not in self._given:
            if not self._child:
                raise EOFError
            content = self._results.receive()
            self._received += 1
            self._given[self._received] = content
        return marshal.loads(self._given.pop(number))  # type: ignore[no-any-return]

    def end(self) -> None:
        """End it; what it was doing is lost."""
        if self._child:
            child, self._child = self._child, 0
            self._orders.keep()
            self._results.keep()
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def __del__(self) -> None:
        self.end()


def _serve(begin: tuple[Callable[[], object], ...], orders: "_Channel", results: "_Channel") -> NoReturn:
    """Work until nobody can ask for anything any more; it never returns, nor runs what is to be done at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):  # whoever reads what this program prints does not wait for this process
            os.dup2(nowhere, stream)
        orders.keep("reading")
        results.keep("writing")
        for work in begin:
            results.send(_outcome(work))
        while True:
            module, name, arguments = marshal.loads(orders.receive())
            results.send(_outcome(partial(getattr(import_module(module), name), *arguments)))
    finally:
        os._exit(0)


def _outcome(work: Callable[[], object]) -> bytes:
    with observing() if observed() is not None else nullcontext(Observed()) as seen:
        result = work()
    return marshal.dumps((result, seen.asked()))  # type: ignore[arg-type]


class _Channel:
    """Passes bytes to a process that need not be reading yet: they lie in memory, and a pipe says where."""

    def __init__(self) -> None:
        self._memory = os.memfd_create("lobegen")
        reading, writing = os.pipe()
        self._ends = {"reading": reading, "writing": writing}
        self._end = 0

    def keep(self, *kept: Literal["reading", "writing"]) -> None:
        """Close the ends that this process does not need; the memory too when it needs none."""
        for name in self._ends.keys() - kept:
            os.close(self._ends.pop(name))
        if not kept:
            os.close(self._memory)

    def send(self, content: bytes) -> None:
        done = 0
        while done < len(content):
            done += os.pwrite(self._memory, memoryview(content)[done:], self._end + done)
        os.write(self._ends["writing"], _PLACE.pack(self._end, len(content)))
        self._end += len(content)

    def receive(self) -> bytearray:
        """What was sent next.

        Raises:
            EOFError: Nobody can send any more.
        """
        place = os.read(self._ends["reading"], _PLACE.size)
        if not place:
            raise EOFError
        start, length = _PLACE.unpack(place)
        content = bytearray()
        while len(content) < length:
            content += os.pread(self._memory, length - len(content), start + len(content))
        return content
