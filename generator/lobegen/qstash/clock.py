"""Time of the local QStash in milliseconds since 1970: real, faster, or jumping."""

import time
from typing import Protocol


class Clock(Protocol):
    """What the engine knows of time. Signatures never use it: they carry real time."""

    def now(self) -> int:
        """Milliseconds since 1970."""


class RealClock:
    """Real time, or `speed` times as fast from the moment of its making.

    Args:
        speed: 1 for real time.
        start: Milliseconds; the present when that is later.
    """

    def __init__(self, speed: float = 1.0, start: int = 0) -> None:
        self.speed = speed
        self._origin = max(time.time() * 1000, start)
        self._started = time.monotonic()

    def now(self) -> int:
        """Milliseconds since 1970, counted `speed` times as fast as the wall clock."""
        return int(self._origin + (time.monotonic() - self._started) * 1000 * self.speed)

    def seconds_until(self, due: int) -> float:
        """Real seconds to wait until `due` (milliseconds) is reached; never negative."""
        return max(0.0, (due - self.now()) / 1000 / self.speed)


class SkippingClock(RealClock):
    """Real time less all waiting: it runs while a delivery is in flight, and jumps when none is."""

    def advance_to(self, due: int) -> None:
        """Jump forward to `due` (milliseconds); a time in the past changes nothing."""
        self._origin += max(0, due - self.now())


class VirtualClock:
    """Stands still until somebody moves it: a delay of half an hour takes no time."""

    def __init__(self, start: int | None = None) -> None:
        self._now = int(time.time() * 1000) if start is None else start

    def now(self) -> int:
        """Milliseconds since 1970; runs ahead of the wall clock after the first jump."""
        return self._now

    def advance_to(self, due: int) -> None:
        """Jump forward to `due` (milliseconds); a time in the past changes nothing."""
        self._now = max(self._now, due)


def clock_of(virtual: bool, speed: float, stood_at: int = 0) -> RealClock | VirtualClock:
    """A clock that goes on from where an earlier one stood, or from the present when that is later.

    Args:
        virtual: Whether somebody moves it.
        speed: Of a real one.
        stood_at: Milliseconds. A clock that ran ahead must not go back: what is due would be due later than it was.
    """
    return VirtualClock(max(stood_at, int(time.time() * 1000))) if virtual else RealClock(speed, stood_at)
