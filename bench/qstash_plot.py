"""The plot of the local QStash's benchmark as SVG: what a message costs by how many others wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from chart import Line, chart


@dataclass(frozen=True)
class Point:
    """What one message cost: microseconds of the server's processor, and bytes while it waited."""

    length: int
    accept: float
    deliver: float
    memory: float

    @property
    def costs(self) -> tuple[float, float, float]:
        """The three figures."""
        return self.accept, self.deliver, self.memory


def plot(points: Sequence[Point]) -> str:
    """An SVG for light and dark pages; the number of waiting messages on a logarithmic axis."""
    return chart(
        "Local QStash: µs of processor time per message",
        "Cost of a message by the number of messages queued",
        [point.length for point in points],
        [
            Line("deliver", "#0969da", [point.deliver for point in points]),
            Line("publish", "#1a7f37", [point.accept for point in points]),
        ],
        axis="messages queued",
        step=50,
    )
