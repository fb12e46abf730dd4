"""Schedules: messages that are sent again and again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lobegen.qstash.clock import Clock
from lobegen.qstash.message import Headers, Publication
from lobegen.qstash.planning.cron import next_time
from lobegen.qstash.planning.queues import check_name
from lobegen.qstash.publishing.headers import of_run
from lobegen.qstash.publishing.limits import Limits
from lobegen.qstash.publishing.publisher import Accepted, Publisher
from lobegen.qstash.refusal import Refused
from lobegen.qstash.storage.store import Store

_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Schedule:
    """A message and when it is sent; times in milliseconds.

    Attributes:
        id: Chosen by the sender, or `scd_…`.
        cron: As it was given.
        destination: Where the message goes.
        headers: Its control headers.
        body: Byte for byte.
        created_at: When the schedule was made.
        next_at: When it fires next.
        is_paused: Whether it lets its times pass.
        fired_at: When it fired last, or 0.
        message_id: What it sent last, or empty.
    """

    id: str
    cron: str
    destination: str
    headers: Headers
    body: bytes
    created_at: int
    next_at: int
    is_paused: bool = False
    fired_at: int = 0
    message_id: str = ""


class Schedules:
    """All schedules, by their ids.

    Time that jumps from one due message to the next must not be drawn along by schedules, or it would never come to
    rest: on such a clock they fire by hand, or until a moment that was named (`let_fire_until`).

    Args:
        store: Keeps them. Times that passed while no server ran are left out.
        publisher: Checks messages.
        limits: Of the plan.
        post: Publishes in the server's own name.
        clock: What time it is.
        new_id: Makes identifiers from a prefix.
    """

    def __init__(
        self,
        store: Store,
        publisher: Publisher,
        limits: Limits,
        post: Callable[[Publication], Accepted | None],
        clock: Clock,
        new_id: Callable[[str], str],
    ) -> None:
        self.all = store.table("schedules", str, Schedule)
        self._publisher = publisher
        self._limits = limits
        self._post = post
        self._clock = clock
        self._new_id = new_id
        self._until = _NEVER
        self._next = _NEVER
        self._leave_out()

    def create(self, asked: Publication) -> Schedule:
        """Make a schedule, or change the one of the same id.

        Raises:
            Refused: 400 for a cron expression or a header that cannot be read; 412 for what is over a limit.
        """
        now, cron = self._clock.now(), asked.headers.get("upstash-cron", "")
        if not cron:
            raise Refused(400, "Upstash-Cron is missing: a cron expression such as '*/5 * * * *'")
        try:
            next_at = next_time(cron, now)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        name = asked.headers.get("upstash-schedule-id") or self._new_id("scd")
        check_name(name, "the schedule's id")
        headers = {name: value for name, value in asked.headers.items() if name != "upstash-cron"}
        headers["upstash-schedule-id"] = name
        self._publisher.check(Publication(asked.destination, headers, asked.body), now)
        before = self.all.get(name)
        self._limits.check_schedules(len(self.all) + (before is None))
        created_at = before.created_at if before else now
        self._keep(Schedule(name, cron, asked.destination, headers, asked.body, created_at, next_at))
        return self.all[name]

    def delete(self, schedule: Schedule) -> None:
        """Forget a schedule; what it has sent goes on."""
        del self.all[schedule.id]
        self._look_ahead()

    def pause(self, schedule: Schedule) -> None:
        """Let its times pass."""
        self._keep(replace(schedule, is_paused=True))

    def resume(self, schedule: Schedule) -> None:
        """Let it fire again."""
        self._keep(replace(schedule, is_paused=False, next_at=next_time(schedule.cron, self._clock.now())))

    def fire(self, schedule: Schedule) -> Accepted | None:
        """Send its message now, paused or not; None when the message is refused.

        One that starts a run starts another one each time.
        """
        headers = dict(schedule.headers)
        if headers.get("upstash-workflow-init", "").lower() == "true":
            headers = of_run(headers, headers.get("upstash-workflow-runid", ""), self._new_id("wfr"))
        accepted = self._post(Publication(schedule.destination, headers, schedule.body))
        message_id = accepted.message_id if accepted else ""
        self._keep(replace(schedule, fired_at=self._clock.now(), message_id=message_id))
        return accepted

    def fire_due(self, now: int) -> None:
        """Fire the schedules whose time has come."""
        while self._next <= now:
            for schedule in [each for each in self.all.values() if each.next_at <= self._next]:
                self.all[schedule.id] = later = replace(schedule, next_at=next_time(schedule.cron, schedule.next_at))
                if not schedule.is_paused:
                    self.fire(later)
            self._look_ahead()

    def next_due(self, now: int) -> int | None:
        """When a schedule fires by itself, or the moment is reached up to which they do; None for never."""
        moments = [moment for moment in (self._next, self._until) if now < moment < _NEVER]
        return min(moments, default=None)

    def let_fire_until(self, moment: int) -> None:
        """Fire by themselves up to a moment and not beyond; times that have passed are left out."""
        self._until = moment
        self._leave_out()

    def _leave_out(self) -> None:
        now = self._clock.now()
        for schedule in [each for each in self.all.values() if each.next_at <= now]:
            self.all[schedule.id] = replace(schedule, next_at=next_time(schedule.cron, now))
        self._look_ahead()

    def _keep(self, schedule: Schedule) -> None:
        self.all[schedule.id] = schedule
        self._look_ahead()

    def _look_ahead(self) -> None:
        first = min((schedule.next_at for schedule in self.all.values()), default=_NEVER)
        self._next = first if first <= self._until else _NEVER
