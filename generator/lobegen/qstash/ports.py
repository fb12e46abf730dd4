"""What the engine is given and what it tells: settings, identifiers, an observer."""

import secrets
from dataclasses import dataclass, field
from typing import Protocol

from lobegen.qstash.faults.kinds import Faults, InjectedFault
from lobegen.qstash.message import DeliveryRecord
from lobegen.qstash.publishing.plans import Plan
from lobegen.qstash.runs.run import Run


@dataclass(frozen=True, slots=True)
class Settings:
    """How the local QStash is set up.

    Attributes:
        allow_remote: Whether destinations on other machines are called.
        max_in_flight: Deliveries in flight at most; 100 is the pay-as-you-go plan's parallelism.
        history: How many deliveries are remembered; None for all.
        ended: How many ended runs, and how many dead letters, are remembered; None for all.
        plan: Whose limits hold; None for no limits.
        faults: What shall go wrong; may change while the server runs.
        latency: Milliseconds from a message's acceptance to its first delivery at the earliest.
    """

    allow_remote: bool = False
    max_in_flight: int = 100
    history: int | None = None
    faults: Faults = field(default_factory=Faults)
    ended: int | None = None
    plan: Plan | None = None
    latency: int = 0


class Observer(Protocol):
    """Is told what happens, as it happens."""

    def delivered(self, record: DeliveryRecord) -> None:
        """A delivery is over."""

    def ended(self, run: Run) -> None:
        """A run has ended."""

    def refused(self, status: int, message: str) -> None:
        """A request was not accepted."""

    def unconfirmed(self, fault: InjectedFault) -> None:
        """A publish was accepted and, as a fault, not answered. Other faults are on a delivery's record."""


class Silent:
    """An observer that looks away."""

    def delivered(self, record: DeliveryRecord) -> None:
        """Nothing."""

    def ended(self, run: Run) -> None:
        """Nothing."""

    def refused(self, status: int, message: str) -> None:
        """Nothing."""

    def unconfirmed(self, fault: InjectedFault) -> None:
        """Nothing."""


def random_id(prefix: str) -> str:
    """A new id such as `msg_…`."""
    return f"{prefix}_{secrets.token_hex(13)}"
