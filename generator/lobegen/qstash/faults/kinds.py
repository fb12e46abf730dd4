"""Faults on request: kinds, how often each happens, and a hash that tells when, so that a seed repeats them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

#: How often a kind happens that is asked for without a rate
DEFAULT_RATE = 0.1
ALL = "all"


class Fault(StrEnum):
    """What can go wrong between QStash and an endpoint."""

    #: a delivery is made twice, at once or up to a minute later
    DUPLICATE = "duplicate"
    #: the endpoint has worked, its answer is lost
    LOST = "lost"
    #: the server gives up while the endpoint works on
    TIMEOUT = "timeout"
    #: something in front of the endpoint answers with 5xx; the endpoint sees nothing
    ERROR = "error"
    #: the answer comes late: after the deliveries that it caused
    SLOW = "slow"
    #: a message is held back, so that others overtake it
    REORDER = "reorder"
    #: a publish is accepted and its connection closed without an answer
    UNCONFIRMED = "unconfirmed"
    #: the list of steps is not sent but must be fetched
    LAZY_FETCH = "lazy-fetch"


@dataclass(slots=True)
class Faults:
    """How often each kind happens, and the seed that chooses when.

    Attributes:
        rates: From 0 to 1, by kind; a kind that is missing never happens.
        seed: Another seed spoils other deliveries.
    """

    rates: dict[Fault, float] = field(default_factory=dict)
    seed: int = 0

    def __bool__(self) -> bool:
        return any(self.rates.values())

    def __str__(self) -> str:
        return " ".join(f"{fault}={rate:g}" for fault, rate in self.rates.items() if rate)

    def chance(self, *what: object) -> float:
        """A number from 0 up to 1 that depends on the seed and on `what` alone, whatever was asked before."""
        digest = blake2b(repr((self.seed, *map(str, what))).encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def hits(self, fault: Fault, *what: object) -> bool:
        """Whether this fault happens to `what`."""
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and self.chance(fault, *what) < rate


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault that happened.

    Attributes:
        kind: Which.
        run_id: `wfr_…`, or empty.
        message_id: `msg_…`, or empty for a publish.
        step: Name of the newest step in the list that was to be delivered, or `init`; empty for a publish.
        time: Milliseconds on the server's clock.
    """

    kind: Fault
    run_id: str
    message_id: str
    step: str
    time: int

    def view(self) -> dict[str, object]:
        """The fault as the logs say it."""
        return {"kind": self.kind, "messageId": self.message_id, "stepName": self.step, "time": self.time}


def parse_faults(asked: Iterable[str], seed: int = 0) -> Faults:
    """Read `KIND` and `KIND=RATE`; `all` stands for every kind, and what comes later wins.

    Raises:
        ValueError: With what is wrong, in one line.
    """
    rates: dict[Fault, float] = {}
    for text in asked:
        name, _, rate = text.partition("=")
        kinds = list(Fault) if name == ALL else [fault for fault in Fault if fault == name]
        if not kinds:
            raise ValueError(f"{name!r} is no fault; there are {', '.join(Fault)} and {ALL}")
        rates |= dict.fromkeys(kinds, _read_rate(text, rate) if "=" in text else DEFAULT_RATE)
    return Faults(rates, seed)


def _read_rate(text: str, rate: str) -> float:
    try:
        number = float(rate)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ValueError(f"{text}: the rate is a number from 0 to 1, such as 0.1")
    return number
