"""The limits of Upstash's plans, in one table.

Source: upstash.com/pricing/workflow and /pricing/qstash, and the documentation's pages on limits, delays and the dead
letter queue, as of 2026-11 (facts: limits). Prices and limits move.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lobegen.qstash.publishing.durations import DAY

_HOUR = 3600.0
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What one plan allows; None where it sets no limit, or none is known.

    Attributes:
        name: As it is chosen.
        steps_per_day: Deliveries in a day of UTC.
        message_size: Bytes of one message.
        parallelism: Deliveries in flight, over all keys.
        response_time: Seconds until an endpoint must have answered.
        longest_delay: Milliseconds of a delay, a sleep or a wait.
        retention: Milliseconds for which ended runs and dead letters are kept.
        schedules: How many there may be.
        steps_per_run: Steps in the list of one run; of every plan.
        context_size: Bytes of a run's payload and results; of every plan.
    """

    name: str
    steps_per_day: int | None
    message_size: int
    parallelism: int
    response_time: float
    longest_delay: int | None
    retention: int
    schedules: int | None
    steps_per_run: int = 1_000
    context_size: int = 100 * _MB


PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan("free", 1_000, 1 * _MB, 10, _HOUR / 4, 7 * DAY, 3 * DAY, 10),
        Plan("pay-as-you-go", None, 10 * _MB, 100, 2 * _HOUR, 365 * DAY, 7 * DAY, 1_000),
        Plan("fixed-1m", 1_000_000, 50 * _MB, 200, 6 * _HOUR, None, 30 * DAY, None),
        Plan("fixed-10m", 10_000_000, 50 * _MB, 1_000, 12 * _HOUR, None, 90 * DAY, None),
    )
}
