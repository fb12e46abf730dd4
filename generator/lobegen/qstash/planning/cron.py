"""Cron expressions of five fields, with a time zone where one is named: `CRON_TZ=Europe/Berlin 0 4 * * *`."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_ZONE = "CRON_TZ="


def next_time(expression: str, after: int) -> int:
    """The first moment of the expression later than `after`, both in milliseconds.

    Where clocks are put forward or back, jobs of a fixed hour run once.

    Raises:
        ValueError: It cannot be read, names an unknown time zone, or never comes.
    """
    zone, fields = _zone_of(expression)
    if len(fields.split()) != 5:
        raise ValueError(f"invalid cron expression {expression!r}: it must have five fields, minutes first")
    try:
        moment = next(CronSim(fields, datetime.fromtimestamp(after / 1000, zone)))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"invalid cron expression {expression!r}: {error or 'it never comes'}") from None
    return round(moment.timestamp() * 1000)


def _zone_of(expression: str) -> tuple[tzinfo, str]:
    if not expression.startswith(_ZONE):
        return UTC, expression
    name, _, fields = expression.removeprefix(_ZONE).partition(" ")
    try:
        return ZoneInfo(name), fields
    except (LookupError, ValueError, OSError):
        raise ValueError(f"invalid cron expression {expression!r}: unknown time zone {name}") from None
