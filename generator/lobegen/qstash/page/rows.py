"""Runs as the lines of a list, and the numbers above it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from lobegen.qstash.engine import Engine
from lobegen.qstash.message import STEP
from lobegen.qstash.runs.run import Run, read_step

_HINT = 80
_LARGEST_HINT = 20_000
#: Runs that are looked at for the numbers of a tree
_MOST_RELATIVES = 20_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which runs to list; empty texts let all pass. `text` is looked for in ids, addresses, labels."""

    state: str = ""
    text: str = ""

    def passes(self, run: Run) -> bool:
        """Whether the run is to be listed."""
        if self.state and self.state != run.state:
            return False
        return not self.text or self.text in run.id or any(_holds(part, self.text) for part in (run.url, *run.labels))


class Rows:
    """Makes lines of runs; what was counted once is not counted again.

    Args:
        engine: Whose runs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counted: dict[str, tuple[Run, int, int, str]] = {}

    def page(self, before: int | None, size: int, wanted: Filter) -> dict[str, object]:
        """Lines of runs that were started before the run of a number, the newest first.

        Args:
            before: A number that an earlier page gave, or None for the newest.
            size: Lines at most.
            wanted: Which runs.
        """
        runs = list(self._engine.runs.values())
        number = len(runs) if before is None else min(before, len(runs))
        found: list[dict[str, object]] = []
        while number > 0 and len(found) < size:
            number -= 1
            if wanted.passes(runs[number]):
                found.append(self.row(runs[number]) | {"number": number})
        older = any(wanted.passes(run) for run in runs[:number])
        return {"runs": found, "older": number if older else None, "total": len(runs)}

    def row(self, run: Run) -> dict[str, object]:
        """One line."""
        steps, newest = self._steps(run)
        origin = self._engine.lineage.origin(run.id)
        return {
            "id": run.id,
            "url": run.url,
            "path": urlsplit(run.url).path or "/",
            "state": str(run.state),
            "created": run.created_at,
            "completed": run.completed_at,
            "steps": steps,
            "newest": newest,
            "deliveries": len(run.deliveries),
            "failures": sum(not 200 <= note.status < 300 for note in run.deliveries),
            "children": self._engine.lineage.count(run.id),
            "parent": origin.parent,
            "evidence": str(origin.evidence),
            "labels": run.labels,
            "hint": hint(run.payload),
        }

    def summary(self) -> dict[str, object]:
        """The numbers that the page shows everywhere."""
        engine, outbox = self._engine, self._engine.outbox
        return {
            "now": engine.clock.now(),
            "states": Counter(run.state for run in engine.runs.values()),
            "inFlight": outbox.in_flight,
            "queued": len(outbox.dispatcher.waiting),
            "letters": len(engine.dead_letters),
        }

    def layers(self, root: str) -> list[dict[str, object]]:
        """How many runs of each endpoint a tree has, by state."""
        counts: dict[str, Counter[str]] = {}
        for run in self.family(root):
            counts.setdefault(run.url, Counter())[str(run.state)] += 1
        return [{"url": url, "path": urlsplit(url).path or "/", "states": states} for url, states in counts.items()]

    def family(self, root: str) -> Iterator[Run]:
        """A run and those that come from it, parents first."""
        ids, seen = [root], 0
        while ids and seen < _MOST_RELATIVES:
            following: list[str] = []
            for run_id in ids:
                if run_id in self._engine.runs and seen < _MOST_RELATIVES:
                    seen += 1
                    yield self._engine.runs[run_id]
                following += self._engine.lineage.offspring(run_id)
            ids = following

    def ancestors(self, run: Run) -> list[str]:
        """The ids from the root to the run's parent."""
        found: list[str] = []
        parent = self._engine.lineage.origin(run.id).parent
        while parent in self._engine.runs:
            found.append(parent)
            parent = self._engine.lineage.origin(parent).parent
        return found[::-1]

    def _steps(self, run: Run) -> tuple[int, str]:
        """How many steps have a result, and the name of the newest."""
        known, read, steps, newest = self._counted.get(run.id, (run, 1, 0, ""))
        if known is not run:
            read, steps, newest = 1, 0, ""
        for entry in run.entries[read:]:
            step = read_step(entry) if entry.call_type == STEP else None
            if step is not None and not step.get("targetStep"):
                steps, newest = steps + 1, str(step.get("stepName") or "")
        self._counted[run.id] = (run, len(run.entries), steps, newest)
        return steps, newest


@lru_cache(1024)
def _holds(text: str, part: str) -> bool:
    """Whatever the case; runs share few addresses and labels."""
    return part.lower() in text.lower()


def hint(payload: bytes) -> str:
    """What tells runs of one endpoint apart: the beginning of the payload, less what they have in common."""
    text = payload[:_LARGEST_HINT].decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        own = {name: value for name, value in parsed.items() if name != "rootRunId" and value is not False}
        text = ", ".join(f"{name}: {_short(value)}" for name, value in own.items())
    return text if len(text) <= _HINT else text[: _HINT - 1] + "…"


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} items" if len(value) != 1 else _short(value[0])
    return value if isinstance(value, str) else json.dumps(value)
