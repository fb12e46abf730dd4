"""When a failed delivery is tried again (facts: QStash wire protocol 2.7)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lobegen.qstash.publishing.durations import DAY, parse_duration
from lobegen.qstash.publishing.expression import evaluate

DEFAULT_RETRIES = 3
_AFTER_HEADERS = ("retry-after", "x-ratelimit-reset", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens")


def default_delay(retry: int) -> int:
    """Milliseconds before retry number `retry` (from 1): 12 s, 2 m 28 s, 30 m 8 s, then a day."""
    return min(DAY, math.floor(math.exp(min(2.5 * retry, 20))) * 1000)


def retry_delay(retried: int, expression: str, headers: Mapping[str, str], now: int) -> int:
    """Milliseconds until the next attempt.

    Args:
        retried: Retries already made; 0 after the first attempt.
        expression: The message's `Upstash-Retry-Delay`, or empty.
        headers: Headers of the failed answer, names in lower case. `Retry-After` and its kin win up to a day.
        now: The time of the answer in milliseconds.
    """
    for name in _AFTER_HEADERS:
        wanted = _after(headers.get(name, ""), now)
        if wanted is not None and wanted <= DAY:
            return wanted
    if expression:
        try:
            return min(DAY * 365, max(0, round(evaluate(expression, retried))))
        except ValueError:
            return default_delay(retried + 1)
    return default_delay(retried + 1)


def _after(text: str, now: int) -> int | None:
    """Seconds, a duration such as `6m5s`, or an HTTP date; None when there is nothing to read."""
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, round((aware - datetime.fromtimestamp(now / 1000, UTC)).total_seconds() * 1000))
