"""Durations as the headers of QStash write them: `10s`, `1h30m`, `2d`."""

import re

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

DAY = _UNITS["d"]
WEEK = _UNITS["w"]


def parse_duration(text: str) -> int:
    """A duration in milliseconds; a bare number means seconds.

    Args:
        text: Such as `10s`, `1h30m`, `2d` or `15`.

    Raises:
        ValueError: The text is no duration.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return round(float(text) * 1000)
    if not text or _PART.sub("", text):
        raise ValueError(f"{text!r} is not a duration such as 10s, 1h30m or 2d")
    return round(sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)))
