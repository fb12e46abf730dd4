"""Messages that are accepted once, however often they are sent."""

import hashlib
from dataclasses import dataclass

from lobegen.qstash.message import Publication
from lobegen.qstash.storage.store import Store

#: Milliseconds (Upstash's documentation: 10 minutes)
WINDOW = 600_000


@dataclass(frozen=True, slots=True)
class First:
    """The message that came first.

    Attributes:
        message_id: `msg_…`.
        run_id: Of the run it belongs to, or empty.
        until: Milliseconds; later ones are new.
    """

    message_id: str
    run_id: str
    until: int


class Deduplication:
    """Remembers deduplication ids for ten minutes of the server's clock.

    Args:
        store: Keeps them.
    """

    def __init__(self, store: Store) -> None:
        self._firsts = store.table("deduplication", str, First)

    def find(self, mark: str, now: int) -> First | None:
        """The message that had this id in the last ten minutes."""
        first = self._firsts.get(mark)
        return first if first is not None and now < first.until else None

    def remember(self, mark: str, message_id: str, run_id: str, now: int) -> None:
        """Let further messages of this id be duplicates; ids that are older than the window are forgotten."""
        self._firsts.pop(mark, None)
        self._firsts[mark] = First(message_id, run_id, now + WINDOW)
        while (oldest := next(iter(self._firsts))) and self._firsts[oldest].until <= now:
            del self._firsts[oldest]


def mark_of(asked: Publication) -> str:
    """The deduplication id of a message: its own, or one made from its content; empty for none."""
    headers = asked.headers
    if given := headers.get("upstash-deduplication-id"):
        return f"id:{given}"
    if headers.get("upstash-content-based-deduplication", "").lower() != "true":
        return ""
    digest = hashlib.sha256(f"{asked.destination}\n{headers.get('content-type', '')}\n".encode())
    for name in sorted(name for name in headers if name.startswith("upstash-forward-")):
        digest.update(f"{name}:{headers[name]}\n".encode())
    digest.update(b"\n" + asked.body)
    return f"content:{digest.hexdigest()}"
