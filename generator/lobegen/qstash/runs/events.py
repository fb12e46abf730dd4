"""Who waits for which event (facts: QStash wire protocol 5.1, 5.2)."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lobegen.qstash.message import Headers, Publication
from lobegen.qstash.publishing.durations import parse_duration
from lobegen.qstash.publishing.intake import LONGEST_DELAY
from lobegen.qstash.refusal import Refused
from lobegen.qstash.storage.store import Store

_DEFAULT_TIMEOUT = "7d"


@dataclass(frozen=True, slots=True)
class Waiter:
    """A run that waits for an event.

    Attributes:
        id: A number of the waiting room's own.
        event_id: What it waits for.
        run_id: Who waits.
        deadline: Milliseconds.
        asked: The request body of `/v2/wait`.
        step: The step that is published when the wait ends.
    """

    id: int
    event_id: str
    run_id: str
    deadline: int
    asked: Mapping[str, object]
    step: Mapping[str, object]

    def resumption(self, data: bytes | None) -> Publication:
        """The step that continues the run: with the event's data, or with the word that nobody came."""
        step = dict(self.step) | {"waitEventId": self.event_id, "timeout": self.asked.get("timeout", _DEFAULT_TIMEOUT)}
        if data is None:
            step["waitTimeout"] = True
        else:
            step["out"] = base64.b64encode(data).decode()
        return Publication(str(self.asked["url"]), first_values(self.asked.get("timeoutHeaders")), _json(step))

    def view(self) -> dict[str, object]:
        """The waiter as listings show it."""
        return {
            "url": self.asked["url"],
            "deadline": self.deadline // 1000,
            "headers": self.asked.get("timeoutHeaders", {}),
            "timeoutUrl": self.asked.get("timeoutUrl", self.asked["url"]),
            "timeoutBody": None,
            "timeoutHeaders": self.asked.get("timeoutHeaders", {}),
        }


class WaitingRoom:
    """The waiters of all runs, in the order of their coming.

    Args:
        store: Keeps them.
    """

    def __init__(self, store: Store) -> None:
        self._waiters = store.table("waiters", int, Waiter)
        self._count = max(self._waiters, default=0)

    def __len__(self) -> int:
        return len(self._waiters)

    def __iter__(self) -> Iterator[Waiter]:
        return iter(self._waiters.values())

    def enter(self, event_id: str, asked: Mapping[str, object], now: int) -> Waiter:
        """Read a `/v2/wait` body and add the waiter.

        Raises:
            Refused: 400 when the body lacks what is needed.
        """
        step, run_id = asked.get("step"), first_values(asked.get("timeoutHeaders")).get("upstash-workflow-runid", "")
        if not isinstance(asked.get("url"), str) or not isinstance(step, dict) or not run_id:
            raise Refused(400, "a wait needs url, step, and the run's id in timeoutHeaders")
        try:
            patience = parse_duration(str(asked.get("timeout") or _DEFAULT_TIMEOUT))
        except (ValueError, OverflowError) as error:
            raise Refused(400, f"timeout: {error}") from None
        if patience > LONGEST_DELAY:
            raise Refused(412, "maximum timeout is exceeded, at most a year is allowed")
        self._count += 1
        waiter = Waiter(self._count, event_id, run_id, now + patience, asked, step)
        self._waiters[waiter.id] = waiter
        return waiter

    def leave(self, waiter: Waiter) -> bool:
        """Remove a waiter; False when it has left already."""
        return self._waiters.pop(waiter.id, None) is not None

    def of_event(self, event_id: str, run_id: str = "") -> list[Waiter]:
        """The waiters of an event, of one run when `run_id` is given."""
        waiters = [waiter for waiter in self._waiters.values() if waiter.event_id == event_id]
        return [waiter for waiter in waiters if run_id in ("", waiter.run_id)]

    def of_run(self, run_id: str) -> list[Waiter]:
        """The waiters of a run."""
        return [waiter for waiter in self._waiters.values() if waiter.run_id == run_id]


def first_values(headers: object) -> Headers:
    """Headers written as lists of values: names in lower case, first value of each."""
    if not isinstance(headers, dict):
        return {}
    values = {
        str(name).lower(): value[0] if isinstance(value, list) and value else value for name, value in headers.items()
    }
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _json(step: Mapping[str, object]) -> bytes:
    return json.dumps(step, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
