"""Flow control: what the two headers say, and the gate of one key (facts: QStash wire protocol 4)."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import lru_cache

from lobegen.qstash.publishing.durations import WEEK, parse_duration

_KEY = re.compile(r"[A-Za-z0-9\-_.]+")
_BAD_KEY = "flowControlKey must be alphanumeric, hyphen, underscore, or period"
_DEFAULT_PERIOD = 1000


@dataclass(frozen=True, slots=True)
class FlowControl:
    """What one message asks for its key.

    Attributes:
        key: The name that messages share.
        parallelism: Deliveries in flight at most; None for no limit.
        rate: Deliveries started in each window at most; None for no limit.
        period: Length of a window in milliseconds.
        value: The text of the value header, echoed on deliveries.
    """

    key: str
    parallelism: int | None
    rate: int | None
    period: int
    value: str


@lru_cache(maxsize=1024)
def parse_flow_control(key: str, value: str) -> FlowControl:
    """Read `Upstash-Flow-Control-Key` and `-Value`.

    Args:
        key: The key header.
        value: Such as `parallelism=10, rate=5, period=60s`.

    Raises:
        ValueError: With the server's message for a bad key, or what is wrong with the value.
    """
    check_key(key)
    fields: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        name, sign, text = (piece.strip() for piece in part.partition("="))
        if not sign or name not in ("parallelism", "rate", "ratePerSecond", "period"):
            raise ValueError(f"flowControlValue: {part!r} is none of parallelism=, rate=, period=")
        fields["rate" if name == "ratePerSecond" else name] = text
    if not fields.keys() & {"parallelism", "rate"}:
        raise ValueError("flowControlValue must have at least one of parallelism and rate")
    period = parse_duration(fields["period"]) if "period" in fields else _DEFAULT_PERIOD
    if not 0 < period <= WEEK:
        raise ValueError("flowControlValue: period must be more than zero and at most a week")
    return FlowControl(key, _positive(fields, "parallelism"), _positive(fields, "rate"), period, value)


def check_key(key: str) -> str:
    """The key itself.

    Raises:
        ValueError: With the server's message for a bad one.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(_BAD_KEY)
    return key


def _positive(fields: dict[str, str], name: str) -> int | None:
    text = fields.get(name)
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"flowControlValue: {name} must be a whole number from 1, not {text!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Window:
    """The newest window of a key: its end in milliseconds, and how many deliveries were started in it."""

    end: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """What was said for a key by hand; it wins over what messages ask for.

    Attributes:
        is_paused: Whether nothing is delivered.
        parallelism: As in `FlowControl`; None when it is not pinned.
        rate: Likewise.
        period: Of a pinned rate, in milliseconds.
    """

    is_paused: bool = False
    parallelism: int | None = None
    rate: int | None = None
    period: int = _DEFAULT_PERIOD


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for a key: None for no limit, the period in milliseconds."""

    parallelism: int | None
    rate: int | None
    period: int


@dataclass(slots=True)
class Gate:
    """The queue of one key: whom it lets pass now, in the order of arrival.

    Messages may carry different values for one key; of those waiting or in flight the highest limit holds. Without
    any, the last one is remembered.
    """

    queue: deque[int] = field(default_factory=deque)
    values: Counter[FlowControl] = field(default_factory=Counter)
    running: int = 0
    window: Window = Window()
    override: Override = Override()
    last: FlowControl | None = None

    def leave(self, flow: FlowControl) -> None:
        """Forget the value of a message that was delivered or dropped."""
        self.values[flow] -= 1
        if self.values[flow] <= 0:
            del self.values[flow]
            self.last = flow

    def opens_at(self, now: int) -> int | None:
        """When the next delivery may start: `now`, a later time, or None while it is paused or all slots are taken."""
        limits = self.limits()
        if self.override.is_paused or (limits.parallelism is not None and self.running >= limits.parallelism):
            return None
        if limits.rate is None or now >= self.window.end or self.window.used < limits.rate:
            return now
        return self.window.end

    def start(self, now: int) -> None:
        """Count a delivery that starts now; the caller has asked `opens_at`."""
        is_over = now >= self.window.end
        end, used = (now + self.limits().period, 0) if is_over else (self.window.end, self.window.used)
        self.window = Window(end, used + 1)
        self.running += 1

    def is_spent(self, now: int) -> bool:
        """Whether the gate can be forgotten: nobody waits, nothing is in flight, the window is over."""
        return not self.values and not self.running and now >= self.window.end and self.override == Override()

    @property
    def has_rate(self) -> bool:
        """Whether it matters how many deliveries were started in the window."""
        return self.override.rate is not None or any(flow.rate is not None for flow in self.values)

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return self.values.total() - self.running

    def limits(self) -> Limits:
        """What holds now."""
        asked, pinned = self._asked(), self.override
        if pinned.parallelism is None and pinned.rate is None:
            return asked
        parallelism = asked.parallelism if pinned.parallelism is None else pinned.parallelism
        rate, period = (asked.rate, asked.period) if pinned.rate is None else (pinned.rate, pinned.period)
        return Limits(parallelism, rate, period)

    def _asked(self) -> Limits:
        if len(self.values) <= 1:
            only = next(iter(self.values), self.last)
            return Limits(only.parallelism, only.rate, only.period) if only else Limits(None, None, _DEFAULT_PERIOD)
        fastest = max(self.values, key=lambda flow: float("inf") if flow.rate is None else flow.rate / flow.period)
        limits = [flow.parallelism for flow in self.values]
        known = [limit for limit in limits if limit is not None]
        return Limits(max(known) if len(known) == len(limits) else None, fastest.rate, fastest.period)
