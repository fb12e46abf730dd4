"""Which run started which: what the server can know of it, and how it knows."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lobegen.qstash.message import PLAIN, STEP, TO_CALLBACK, Attempt, Entry
from lobegen.qstash.runs.run import Run
from lobegen.qstash.storage.store import Store

_RUN_ID = re.compile(rb"wfr_[A-Za-z0-9_.-]+")
#: In the payloads of generated workflows (docs/guide-notes.md); a larger payload is not searched
_ROOT, _LARGEST = b'"rootRunId"', 100_000


class Evidence(StrEnum):
    """How a run's parent is known; the protocol itself names it for `invoke` only."""

    INVOKED = "invoked"
    #: the result of a step of the parent holds the run's id
    NAMED = "named"
    #: the payload names the root, and of that root's runs only the parent was in delivery when this one was published
    IN_DELIVERY = "in-delivery"
    #: the payload names the root, which stands for a parent that is not known
    ROOT = "root"
    #: nothing says so; the parent is empty
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run comes from.

    Attributes:
        parent: Id of the run it is shown under, or empty.
        evidence: How that is known.
        position: Of the parent's entry that names it, else -1.
        candidates: How many runs were in delivery when it was published, of the same root where one is named.
    """

    parent: str
    evidence: Evidence
    position: int = -1
    candidates: int = 0


class Lineage:
    """The origin of each run, noted while it happens. Parents are older than their children, so there are no rings.

    Args:
        store: Keeps the origins.
        runs: Those that are there already, in the order of their start.
    """

    def __init__(self, store: Store, runs: Iterable[Run] = ()) -> None:
        self._origins = store.table("origins", str, Origin)
        self._roots: dict[str, str] = {}
        self._ages: dict[str, int] = {}
        self._count = 0
        self._children: dict[str, dict[str, None]] = {}
        for run in runs:
            self._count += 1
            self._ages[run.id] = self._count
            if self.origin(run.id).evidence is not Evidence.INVOKED and (root := self._root_of(run)):
                self._roots[run.id] = root
        for run_id, origin in self._origins.items():
            if origin.parent:
                self._children.setdefault(origin.parent, {})[run_id] = None

    def origin(self, run_id: str) -> Origin:
        """Where a run comes from."""
        return self._origins.get(run_id, Origin("", Evidence.NONE))

    def children(self, run_id: str) -> list[str]:
        """The runs that are known to come from a run, in the order of their start."""
        return sorted(self._children.get(run_id, ()), key=self._ages.__getitem__)

    def offspring(self, run_id: str) -> Iterable[str]:
        """The same in any order, without the cost of one."""
        return self._children.get(run_id, {}).keys()

    def count(self, run_id: str) -> int:
        """How many there are."""
        return len(self._children.get(run_id, ()))

    def forget(self, run_id: str) -> None:
        """A run is forgotten; those that come from it come from nowhere then."""
        self._children.get(self.origin(run_id).parent, {}).pop(run_id, None)
        for child in self._children.pop(run_id, ()):
            self._origins[child] = Origin("", Evidence.NONE)
        for known in (self._origins, self._roots, self._ages):
            known.pop(run_id, None)

    def begun(self, run: Run, in_delivery: Iterable[Attempt]) -> None:
        """A run was published while these attempts were in flight."""
        is_new = run.id not in self._ages
        self._count += 1
        self._ages.setdefault(run.id, self._count)
        if run.parent is not None and self._ages.get(run.parent.run_id, self._count) < self._ages[run.id]:
            self._note(run.id, Origin(run.parent.run_id, Evidence.INVOKED))
        elif is_new:
            self._note(run.id, self._guess(run, in_delivery))

    def appended(self, run: Run, entry: Entry, position: int) -> None:
        """A step's result may name runs that it has started."""
        if entry.call_type != STEP or position == 0 or b"wfr_" not in entry.body:
            return
        for found in _RUN_ID.findall(entry.body):
            child = found.decode()
            known = self.origin(child).evidence in (Evidence.INVOKED, Evidence.NAMED)
            if not known and self._ages.get(child, -1) > self._ages.get(run.id, 0):
                self._note(child, Origin(run.id, Evidence.NAMED, position))

    def _guess(self, run: Run, in_delivery: Iterable[Attempt]) -> Origin:
        root = self._root_of(run)
        publishers = {
            attempt.message.run_id
            for attempt in in_delivery
            if attempt.message.call_type not in (PLAIN, TO_CALLBACK) and attempt.message.run_id != run.id
        }
        if not root:
            return Origin("", Evidence.NONE, candidates=len(publishers))
        self._roots[run.id] = root
        relatives = [each for each in publishers if root in (each, self._roots.get(each))]
        if len(relatives) == 1:
            return Origin(relatives[0], Evidence.IN_DELIVERY, candidates=1)
        return Origin(root, Evidence.ROOT, candidates=len(relatives))

    def _root_of(self, run: Run) -> str:
        """The root that the payload names, when there is such a run."""
        payload = run.payload if run.entries else b""
        if _ROOT not in payload or len(payload) > _LARGEST:
            return ""
        try:
            root = json.loads(payload)["rootRunId"]
        except (ValueError, KeyError, TypeError):
            return ""
        return root if isinstance(root, str) and root in self._ages and root != run.id else ""

    def _note(self, run_id: str, origin: Origin) -> None:
        before = self.origin(run_id).parent
        if before:
            self._children[before].pop(run_id, None)
        self._origins[run_id] = origin
        if origin.parent:
            self._children.setdefault(origin.parent, {})[run_id] = None
