"""The plot of the local QStash's benchmark as SVG: what a message costs by how many others wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 676, 56, 284
SERIES: tuple[tuple[str, str, "Callable[[Point], float]"], ...] = (
    ("deliver", "#0969da", lambda point: point.deliver),
    ("publish", "#1a7f37", lambda point: point.accept),
)
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #24292f }
  .page { fill: #ffffff } .grid { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #8b949e } .title { fill: #c9d1d9 } .page { fill: #0d1117 } .grid { stroke: #30363d }
  }
"""


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
    step = 50
    top = step * ceil(max(cost_of(point) for point in points for _, _, cost_of in SERIES) * 1.15 / step)
    shortest, longest = log10(points[0].length), log10(points[-1].length)

    def x(length: int) -> float:
        return LEFT + (RIGHT - LEFT) * (log10(length) - shortest) / (longest - shortest)

    def y(cost: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * cost / top

    parts = [f'<text class="title" x="{LEFT}" y="28">Local QStash: µs of processor time per message</text>']
    for cost in range(0, top + 1, step):
        parts.append(f'<path class="grid" d="M{LEFT} {y(cost):.1f}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(cost) + 4:.1f}" text-anchor="end">{cost}</text>')
    for point in points:
        parts.append(f'<text x="{x(point.length):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{point.length:,}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">messages queued</text>')
    for name, colour, cost_of in SERIES:
        spots = [(x(point.length), y(cost_of(point))) for point in points]
        line = " ".join(f"{across:.1f},{down:.1f}" for across, down in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3.5" fill="{colour}"/>' for across, down in spots]
        parts.append(
            f'<text x="{RIGHT}" y="{spots[-1][1] - 9:.1f}" text-anchor="end" style="fill:{colour}">{name}</text>'
        )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Cost of a message by the number of messages queued">\n<style>{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>\n{body}\n</svg>\n'
    )
