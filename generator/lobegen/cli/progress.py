"""A progress bar for work that turns out to last."""

import sys
import time
from types import TracebackType

_PATIENCE = 1.0
_INTERVAL = 0.1
_WIDTH = 30


def bar(done: int, of: int) -> str:
    """`[###---] 1,234/2,468`."""
    filled = _WIDTH * min(done, of) // max(of, 1)
    return f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {done:,}/{of:,}"


class SlowProgress:
    """A bar on the last line of the terminal, from the moment when the work has lasted over a second.

    Nothing is written where standard error is no terminal.

    Args:
        doing: What is being done, unless `show` says otherwise.
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._next = time.monotonic() + _PATIENCE
        self._wanted = sys.stderr.isatty()
        self._drawn = False

    def __enter__(self) -> "SlowProgress":
        return self

    def show(self, done: int, of: int, doing: str | None = None) -> None:
        """Say how far the work is."""
        if not self._wanted or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _INTERVAL
        self._drawn = True
        sys.stderr.write(f"\r\x1b[K{doing or self._doing} {bar(done, of)}")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
