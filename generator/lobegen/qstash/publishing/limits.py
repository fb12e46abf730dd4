"""Holds requests to the limits of a plan; every refusal names its limit."""

from lobegen.qstash.publishing.durations import DAY
from lobegen.qstash.publishing.intake import Draft
from lobegen.qstash.publishing.plans import Plan
from lobegen.qstash.refusal import Refused
from lobegen.qstash.runs.run import Run
from lobegen.qstash.storage.store import Store


class Limits:
    """What a plan allows, and how much of it is used.

    Args:
        plan: None for no limits.
        store: Keeps the use of each day.
    """

    def __init__(self, plan: Plan | None, store: Store) -> None:
        self.plan = plan
        self._used = store.table("usage", int, int)

    def count_step(self, now: int) -> None:
        """A delivery was made."""
        if self.plan is not None:
            day = now // DAY
            self._used[day] = self._used.get(day, 0) + 1

    def check_message(self, draft: Draft, now: int) -> None:
        """Hold a message to its size and its delay, and to the steps of the day.

        Raises:
            Refused: 412; 429 with the headers by which SDKs know the daily limit.
        """
        if self.plan is None:
            return
        size, most = len(draft.asked.body), self.plan.message_size
        if size > most:
            raise Refused(412, f"maximum message size is exceeded: {size} bytes, {self._at_most(f'{most} bytes')}")
        self.check_delay(draft.not_before - now)
        self._check_day(now)

    def check_delay(self, delay: int) -> None:
        """Hold a delay or a wait, in milliseconds, to the longest one.

        Raises:
            Refused: 412.
        """
        longest = self.plan.longest_delay if self.plan else None
        if longest is not None and delay > longest:
            raise Refused(412, f"maximum delay is exceeded, {self._at_most(f'{longest // DAY} days')}")

    def check_schedules(self, count: int) -> None:
        """Hold schedules to their number.

        Raises:
            Refused: 412.
        """
        most = self.plan.schedules if self.plan else None
        if most is not None and count > most:
            raise Refused(412, f"maximum number of schedules is exceeded, {self._at_most(str(most))}")

    def check_run(self, run: Run, steps: int, size: int) -> None:
        """Hold a run to its steps and its size before more are added.

        Raises:
            Refused: 429; the run remembers why, and fails with the delivery that asked.
        """
        if self.plan is None:
            return
        context = sum(len(entry.body) for entry in run.entries) + size
        if len(run.entries) - 1 + steps > self.plan.steps_per_run:
            run.exceeded = f"EXCEEDS_LIMIT: a run has at most {self.plan.steps_per_run} steps"
        elif context > self.plan.context_size:
            run.exceeded = f"EXCEEDS_LIMIT: payload and results of a run have at most {self.plan.context_size} bytes"
        if run.exceeded:
            raise Refused(429, run.exceeded)

    def _check_day(self, now: int) -> None:
        most, used = self.plan.steps_per_day if self.plan else None, self._used.get(now // DAY, 0)
        if most is not None and used >= most:
            reset = (now // DAY + 1) * DAY // 1000
            headers = {"RateLimit-Limit": str(most), "RateLimit-Remaining": "0", "RateLimit-Reset": str(reset)}
            raise Refused(429, f"EXCEEDS_LIMIT: steps of a day, {self._at_most(str(most))}", headers)

    def _at_most(self, limit: str) -> str:
        return f"at most {limit} in the plan {self.plan.name if self.plan else ''}"
