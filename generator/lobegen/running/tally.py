"""Counts what happens while it happens: runs, deliveries, retries per layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lobegen.model.project import Layer
from lobegen.qstash.faults.kinds import InjectedFault
from lobegen.qstash.message import DeliveryRecord
from lobegen.qstash.runs.run import Run, RunState
from lobegen.running.pricing import counted_steps


@dataclass(slots=True)
class Count:
    """What was counted for one layer.

    Attributes:
        runs: Started; in layer 3 a run is an item.
        succeeded: Runs that ended well.
        failed: Runs that failed or were cancelled.
        retried: Runs of which something had to be delivered again.
        deliveries: All calls, those that were tried again included.
        retries: Those that were tried again.
    """

    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    deliveries: int = 0
    retries: int = 0

    @property
    def in_flight(self) -> int:
        """Runs that have begun and not ended."""
        return self.runs - self.succeeded - self.failed

    @property
    def steps(self) -> int:
        """The steps that Upstash charges, by its documentation."""
        return counted_steps(self.deliveries, self.succeeded)

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.runs + other.runs,
            self.succeeded + other.succeeded,
            self.failed + other.failed,
            self.retried + other.retried,
            self.deliveries + other.deliveries,
            self.retries + other.retries,
        )


class Tally:
    """An observer of the local QStash; written by the server's thread, read by any.

    Args:
        routes: The URL path of each layer; runs of other paths are counted under None.
    """

    def __init__(self, routes: Mapping[Layer, str]) -> None:
        self._layers = {path: layer for layer, path in routes.items()}
        self._runs: dict[str, Layer | None] = {}
        self._retried: set[str] = set()
        self.counts: dict[Layer | None, Count] = {layer: Count() for layer in Layer}
        self.refusals: list[str] = []

    @property
    def items(self) -> Count:
        """Layer 3."""
        return self.counts[Layer.EXECUTION]

    @property
    def total(self) -> Count:
        """All layers."""
        return sum(self.counts.values(), Count())

    def delivered(self, record: DeliveryRecord) -> None:
        """One more, and perhaps the first of a run. A third party that a run calls counts for the run's layer."""
        count = self._count(record.run_id, record.url)
        count.deliveries += 1
        if record.retried:
            count.retries += 1
            if record.run_id not in self._retried:
                self._retried.add(record.run_id)
                count.retried += 1

    def ended(self, run: Run) -> None:
        """A run has ended, well or not; it may do so before the delivery that ends it is over."""
        count = self._count(run.id, run.url)
        if run.state is RunState.SUCCESS:
            count.succeeded += 1
        else:
            count.failed += 1

    def refused(self, status: int, message: str) -> None:
        """What an SDK may have swallowed."""
        self.refusals.append(f"{status}: {message}")

    def unconfirmed(self, fault: InjectedFault) -> None:
        """A fault that nothing is counted of: what was published comes as a delivery."""

    def _count(self, run_id: str, url: str) -> Count:
        if run_id in self._runs:
            return self.counts[self._runs[run_id]]
        layer = self._layers.get(urlsplit(url).path)
        count = self.counts.setdefault(layer, Count())
        if run_id:
            self._runs[run_id] = layer
            count.runs += 1
        return count
