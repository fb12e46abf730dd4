"""Queues: messages in single file, a few at a time."""

import re
from collections import Counter, deque
from dataclasses import dataclass, replace

from lobegen.qstash.message import Attempt
from lobegen.qstash.refusal import Refused
from lobegen.qstash.storage.store import Store

_NAME = re.compile(r"[A-Za-z0-9\-_.]+")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue; times are in milliseconds.

    Attributes:
        name: Letters, digits, hyphens, periods and underscores.
        parallelism: Messages on their way at most.
        is_paused: Whether nothing is delivered.
        created_at: When it was made.
        updated_at: When it was changed last.
    """

    name: str
    parallelism: int
    is_paused: bool
    created_at: int
    updated_at: int


class Queues:
    """Who waits in which queue.

    A message keeps its place at the head until it is delivered or has failed for good, and until its callbacks are.

    Args:
        store: Keeps the queues; who waits in them is told anew by the outbox.
    """

    def __init__(self, store: Store) -> None:
        self.all = store.table("queues", str, Queue)
        self._lines: dict[str, deque[Attempt]] = {}
        self._taken: Counter[str] = Counter()

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not any(self._lines.values())

    def upsert(self, name: str, now: int, parallelism: int | None = None, is_paused: bool | None = None) -> None:
        """Make or change a queue; what is not given stays as it is, at first one at a time and not paused."""
        queue = self.all.get(name) or Queue(name, 1, False, now, now)
        self.all[name] = replace(
            queue,
            parallelism=queue.parallelism if parallelism is None else parallelism,
            is_paused=queue.is_paused if is_paused is None else is_paused,
            updated_at=now,
        )

    def remove(self, name: str) -> list[Attempt]:
        """Forget a queue; who waited in it is returned."""
        self.all.pop(name, None)
        return list(self._lines.pop(name, ()))

    def join(self, attempt: Attempt, name: str, now: int) -> None:
        """Stand at the end of a queue, which is made when there is none."""
        if name not in self.all:
            self.upsert(name, now)
        self._lines.setdefault(name, deque()).append(attempt)

    def take(self, name: str) -> None:
        """Go ahead without waiting: the message belongs to one that was at the head."""
        self._taken[name] += 1

    def release(self, name: str) -> None:
        """A message is delivered or has failed for good."""
        self._taken[name] -= 1
        if not self._taken[name]:
            del self._taken[name]

    def withdraw(self, attempt: Attempt, name: str) -> bool:
        """Leave the line; False for who is not in it."""
        line = self._lines.get(name, deque())
        if attempt not in line:
            return False
        line.remove(attempt)
        return True

    def call_up(self, name: str) -> list[Attempt]:
        """Who may go now."""
        queue, line, called = self.all.get(name), self._lines.get(name), list[Attempt]()
        while queue and line and not queue.is_paused and self._taken[name] < queue.parallelism:
            self.take(name)
            called.append(line.popleft())
        return called

    def lag(self, name: str) -> int:
        """Messages that are not done."""
        return len(self._lines.get(name, ())) + self._taken[name]


def check_name(name: str, what: str) -> str:
    """The name itself.

    Raises:
        Refused: 400 for one of other characters.
    """
    if not _NAME.fullmatch(name):
        raise Refused(400, f"{what} {name!r} must be alphanumeric, hyphen, underscore, or period")
    return name
