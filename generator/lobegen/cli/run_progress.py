"""How far a run is: a bar on the last line of a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TYPE_CHECKING

from lobegen.cli.progress import bar
from lobegen.cli.terminal import paint

if TYPE_CHECKING:
    from lobegen.running.tally import Tally

#: seconds between two lines where there is no terminal
_PACE = 2.0


class RunProgress:
    """Shows counts on standard error."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._text = self._told = ""
        self._next = time.monotonic() + _PACE
        self._has_items = False

    def show(self, tally: "Tally", wanted: int | None) -> None:
        """Say how many items are done, in flight, retried and failed.

        Args:
            tally: The counts.
            wanted: How many items there are; None until that is known.
        """
        text = self._text = _text(tally, wanted)
        self._has_items = bool(wanted)
        if self._live:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
        elif text != self._told and time.monotonic() >= self._next:
            self._say(text)

    def close(self) -> None:
        """The bar goes; elsewhere the last counts are told whenever they were not."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        elif self._has_items and self._text != self._told:
            self._say(self._text)

    def _say(self, text: str) -> None:
        self._told, self._next = text, time.monotonic() + _PACE
        print(text, file=sys.stderr, flush=True)


def _text(tally: "Tally", wanted: int | None) -> str:
    items = tally.items
    if not wanted:
        return f"counting items, {tally.total.deliveries:,} deliveries so far"
    failed = paint(f"{items.failed:,} failed", *["red"] * bool(items.failed), stream=sys.stderr)
    parts = (f"{items.in_flight:,} in flight", f"{items.retried:,} retried", failed)
    head = bar(items.succeeded, wanted) if sys.stderr.isatty() else f"{items.succeeded:,}/{wanted:,}"
    return ", ".join((f"{head} items done", *parts))
