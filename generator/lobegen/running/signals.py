"""Ctrl-C and its kin as exceptions that cannot fall between starting a process and remembering it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(KeyboardInterrupt):
    """A signal that asks to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interruptions:
    """While its `with` lasts, signals raise `Interrupted` in the main thread, except where they are held back."""

    def __init__(self) -> None:
        self._former: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}
        self._holds = 0
        self._waiting = 0

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            # what is ignored, as by nohup, stays so
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._former[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)

    @contextmanager
    def held(self) -> Iterator[None]:
        """A signal inside of this `with` is raised at its end, once."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if self._waiting and not self._holds:
                number, self._waiting = self._waiting, 0
                raise Interrupted(number)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self._holds:
            self._waiting = number
        else:
            raise Interrupted(number)
