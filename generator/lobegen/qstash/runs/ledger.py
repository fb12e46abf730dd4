"""All runs with their entries, deliveries and origins, as they are kept."""

from collections import deque
from dataclasses import dataclass, fields

from lobegen.qstash.message import DeliveryNote, DeliveryRecord, Entry
from lobegen.qstash.runs.lineage import Lineage
from lobegen.qstash.runs.run import Run
from lobegen.qstash.storage.store import Store, same

#: What is not in a run's own row: what has journals of its own, and attempts, which the outbox keeps
_ELSEWHERE = frozenset(("entries", "deliveries", "faults", "pending", "_encoded"))
#: Ids of forgotten runs: some 30 MB
_PAST = 100_000
_KEPT = tuple(field.name for field in fields(Run) if field.name not in _ELSEWHERE)


@dataclass(frozen=True, slots=True)
class _EntryRecord:
    """An entry and its place."""

    run_id: str
    position: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class _NoteRecord:
    """A delivery of a run."""

    run_id: str
    note: DeliveryNote


@dataclass(frozen=True, slots=True)
class PastRun:
    """What is known of a run that is forgotten: its first message, and when it began in milliseconds."""

    message_id: str
    created_at: int


class Ledger:
    """The runs by their ids, in the order of their start.

    Args:
        store: Where they are kept.
        history: How many deliveries are remembered in full; None for all.
    """

    def __init__(self, store: Store, history: int | None) -> None:
        self.runs = store.shaped_table("runs", Run, _row, same)
        self._entries = store.journal("entries", _EntryRecord)
        self._notes = store.journal("notes", _NoteRecord)
        self._deliveries = store.journal("deliveries", DeliveryRecord, history)
        self.history = deque(self._deliveries.replay(), history)
        self.past = store.table("past_runs", str, PastRun)
        self._restore()
        self.lineage = Lineage(store, self.runs.values())

    def append(self, run: Run, entry: Entry) -> int:
        """Add an entry to a run and return its position."""
        position = run.append(entry)
        self._entries.append(_EntryRecord(run.id, position, entry))
        self.lineage.appended(run, entry, position)
        return position

    def keep(self, run: Run) -> None:
        """A run is new, or something of it has changed, other than its entries, deliveries and attempts."""
        self.runs[run.id] = run

    def forget(self, run: Run) -> None:
        """Forget a run but for its id; of the ids forgotten last, a hundred thousand are known."""
        del self.runs[run.id]
        self.lineage.forget(run.id)
        self.past[run.id] = PastRun(run.entries[0].message_id, run.created_at)
        while len(self.past) > _PAST:
            del self.past[next(iter(self.past))]

    def remember(self, record: DeliveryRecord, run: Run | None) -> None:
        """A delivery is over; its run has noted it."""
        self.history.append(record)
        self._deliveries.append(record)
        if run is not None:
            self._notes.append(_NoteRecord(run.id, run.deliveries[-1]))

    def _restore(self) -> None:
        for line in self._entries.replay():
            if run := self.runs.get(line.run_id):
                run.cut(line.position)
                run.append(line.entry)
        for record in self._notes.replay():
            if run := self.runs.get(record.run_id):
                run.deliveries.append(record.note)


def _row(run: Run) -> dict[str, object]:
    return {name: getattr(run, name) for name in _KEPT}
