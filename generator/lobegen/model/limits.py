"""What Upstash's plans allow, in seconds; facts: limits."""

from typing import Literal, get_args

from msgspec import Struct

from lobegen.model.values import Setting
from lobegen.patterns import compiled

Plan = Literal["free", "pay-as-you-go", "fixed-1m", "fixed-10m"]
PLANS: tuple[Plan, ...] = get_args(Plan)
#: hard, on every plan
MOST_STEPS = 1000
DAY = 86400
YEAR = 365 * DAY
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": DAY}
_DURATION = compiled(r"(\d+)\s*([smhd])")


class Limits(Struct, frozen=True):
    """The limits of a plan.

    Attributes:
        wait: How long a run may sleep, wait for an event, or be delayed.
        response: How long a request may take to be answered.
    """

    wait: int
    response: int


_LIMITS = {
    "free": Limits(7 * DAY, 15 * 60),
    "pay-as-you-go": Limits(YEAR, 2 * 3600),
    "fixed-1m": Limits(YEAR, 6 * 3600),
    "fixed-10m": Limits(YEAR, 12 * 3600),
}


def limits_of(plan: str | None) -> Limits:
    """The limits of a plan; without one, what the largest allows."""
    return _LIMITS.get(plan or "", _LIMITS["fixed-10m"])


def seconds_of(setting: Setting | None) -> float | None:
    """A duration as the SDKs take it, a number of seconds or a text like "10d"; None when it is not known."""
    if setting is None or isinstance(setting.value, bool):
        return None
    if isinstance(setting.value, int | float):
        return setting.value
    found = _DURATION.fullmatch(setting.value.strip()) if isinstance(setting.value, str) else None
    return int(found[1]) * _UNITS[found[2]] if found else None


def spelled_duration(seconds: float) -> str:
    """A duration in its largest unit: "10 days", "90 minutes"."""
    for size, word in ((DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and (seconds % size == 0 or size == 1 or seconds >= 100 * size):
            number = f"{seconds / size:,.1f}".removesuffix(".0")
            return f"{number} {word}" if number == "1" else f"{number} {word}s"
    return f"{seconds} seconds"
