"""How long what has ended is remembered: a server that runs for days must not grow with every run."""

from collections import deque

from lobegen.qstash.ports import Settings
from lobegen.qstash.runs.dead_letters import DeadLetter
from lobegen.qstash.runs.ledger import Ledger
from lobegen.qstash.runs.run import Run


class Retention:
    """Forgets the oldest ended runs and dead letters.

    The id of a run that is forgotten still starts nothing.

    Args:
        ledger: All runs.
        letters: The dead letter queue, the oldest first.
        settings: How many are kept, and for how long.
    """

    def __init__(self, ledger: Ledger, letters: dict[str, DeadLetter], settings: Settings) -> None:
        self._ledger = ledger
        self._letters = letters
        self._count = settings.ended
        self._age = settings.plan.retention if settings.plan else None
        ended = [run for run in ledger.runs.values() if not run.is_open]
        self._ended = deque(run.id for run in sorted(ended, key=lambda run: run.completed_at or 0))

    def ended(self, run: Run, now: int) -> None:
        """A run has ended: older ones may go."""
        self._ended.append(run.id)
        self.sweep(now)

    def sweep(self, now: int) -> None:
        """Forget what is too old, or too much; not a run whose failure function is being called."""
        while self._letters and self._is_over(len(self._letters), self._oldest_letter().created_at, now):
            del self._letters[self._oldest_letter().id]
        for _ in range(len(self._ended)):
            run = self._ledger.runs.get(self._ended[0])
            if run is not None and not self._is_over(len(self._ended), run.completed_at or 0, now):
                break
            run_id = self._ended.popleft()
            if run is not None and run.pending:
                self._ended.append(run_id)
            elif run is not None:
                self._letters.pop(run.dead_letter, None)
                self._ledger.forget(run)

    def _oldest_letter(self) -> DeadLetter:
        return next(iter(self._letters.values()))

    def _is_over(self, count: int, since: int, now: int) -> bool:
        is_too_many = self._count is not None and count > self._count
        return is_too_many or (self._age is not None and since < now - self._age)
