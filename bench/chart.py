"""Line charts as SVG for light and dark pages: a cost by a size, on a logarithmic axis."""

from collections.abc import Sequence
from math import ceil, log10
from typing import NamedTuple

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 676, 56, 284
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #24292f }
  .page { fill: #ffffff } .grid { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #8b949e } .title { fill: #c9d1d9 } .page { fill: #0d1117 } .grid { stroke: #30363d }
  }
"""


class Line(NamedTuple):
    """One line: its name, its colour, and the cost at each size."""

    name: str
    colour: str
    costs: Sequence[float]


def chart(title: str, label: str, sizes: Sequence[int], lines: Sequence[Line], *, axis: str, step: float) -> str:
    """An SVG.

    Args:
        title: What is shown, with the unit of the costs.
        label: For those who do not see it.
        sizes: In growing order.
        axis: What the sizes are.
        step: Between two lines of the grid, in the unit of the costs.
    """
    top = step * ceil(max(cost for line in lines for cost in line.costs) * 1.15 / step)

    def x(size: int) -> float:
        smallest, largest = log10(sizes[0]), log10(sizes[-1])
        return LEFT + (RIGHT - LEFT) * (log10(size) - smallest) / (largest - smallest)

    def y(cost: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * cost / top

    parts = [f'<text class="title" x="{LEFT}" y="28">{title}</text>']
    for number in range(round(top / step) + 1):
        cost = number * step
        parts.append(f'<path class="grid" d="M{LEFT} {y(cost):.1f}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(cost) + 4:.1f}" text-anchor="end">{cost:g}</text>')
    parts += [f'<text x="{x(size):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{size:,}</text>' for size in sizes]
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{axis}</text>')
    for line in lines:
        spots = [(x(size), y(cost)) for size, cost in zip(sizes, line.costs, strict=True)]
        way = " ".join(f"{across:.1f},{down:.1f}" for across, down in spots)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{line.colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3.5" fill="{line.colour}"/>' for across, down in spots]
        end = spots[-1][1] - 9
        parts.append(f'<text x="{RIGHT}" y="{end:.1f}" text-anchor="end" style="fill:{line.colour}">{line.name}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{label}">\n<style>{STYLE}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>\n{body}\n</svg>\n'
    )
