"""Why a delivery failed, in one line for people."""

import json
from contextlib import suppress

_LONGEST = 120


def reason_of(body: bytes, error: str) -> str:
    """The SDK's message, or the beginning of the body, or why there was no answer.

    Args:
        body: The endpoint's answer.
        error: Why there was none, or empty.
    """
    text = body.decode("utf-8", "replace")
    with suppress(ValueError):
        parsed = json.loads(text)
        if isinstance(parsed, dict):
            text = str(parsed.get("message") or parsed.get("error") or text)
    line = " ".join((error or text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
