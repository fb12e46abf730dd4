"""How fast the local QStash is: deliveries a second, and what one message costs with 1,000 to 100,000 queued.

    python bench/qstash_speed.py [--runs N] [--plot FILE] [--check] [OPTION OF lobegen dev ...]

`lobegen dev` with its default options, an endpoint that only answers, and this publisher are three processes; messages
go out by `/v2/batch` and are delivered signed over loopback HTTP. Wall times only mean something on a machine that does
nothing else; the processor time of the server is measured beside them (Linux). With --check a missed target is
exit code 1.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from qstash_plot import Point, plot
from qstash_processes import running

#: Deliveries a second: what must be reached, and what is aimed at
TARGET, GOAL = 500, 1_000
QUEUED = (1_000, 3_000, 10_000, 30_000, 100_000)
#: The cost of a message among 100,000 queued, against 1,000
GROWTH = 1.25
WARM_UP = 2_000
#: What is published, and how many deliveries it makes: plain messages, runs that never go on, runs of ten steps
DELIVERIES = {"message": 1, "run": 1, "step": 11}


def main() -> int:
    """Measure and print; with --check, 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="repetitions of the measurement of deliveries a second")
    parser.add_argument("--messages", type=int, default=10_000, help="messages in each of them")
    parser.add_argument("--plot", type=Path, help="write the cost by queue length to this SVG")
    parser.add_argument("--check", action="store_true")
    given, options = parser.parse_known_args()
    rates = [measure_rate(kind, given.runs, given.messages, options) for kind in DELIVERIES]
    points = [measure_queue(length, given.runs, options) for length in QUEUED]
    if given.plot is not None:
        given.plot.write_text(plot(points), encoding="utf-8")
    met = is_even(points) and min(rates) >= TARGET
    return int(given.check and not met)


def measure_rate(kind: str, runs: int, count: int, options: Sequence[str]) -> float:
    """Publish and deliver one kind, several times; the median of deliveries a second."""
    rates: list[float] = []
    each = DELIVERIES[kind]
    size = count // each * each
    with running(options) as (server, endpoint):
        url = endpoint.url(kind)
        server.publish(url, size // each, kind, "warm")
        endpoint.wait_for(size)
        for turn in range(1, runs + 1):
            used, begin = server.processor_seconds(), time.monotonic()
            server.publish(url, size // each, kind, f"turn-{turn}")
            last = endpoint.wait_for((turn + 1) * size)
            cost = (server.processor_seconds() - used) / size
            rates.append(size / (last - begin))
            print(f"  {kind} {rates[-1]:6.0f} /s, {cost * 1e6:4.0f} µs of the server's processor each", flush=True)
    median = statistics.median(rates)
    verdict = "goal met" if median >= GOAL else "target met" if median >= TARGET else "MISSED"
    print(f"{kind}: {median:.0f} deliveries a second, best {max(rates):.0f} (target {TARGET}, goal {GOAL}: {verdict})")
    return median


def measure_queue(length: int, runs: int, options: Sequence[str]) -> Point:
    """What a message costs that waits among `length` others: medians over several servers."""
    # small figures need more of them
    points = [_fill_and_drain(length, options) for _ in range(max(1, min(runs, 20_000 // length)))]
    point = Point(length, *(statistics.median(each) for each in zip(*(point.costs for point in points), strict=True)))
    print(
        f"{length:7} queued: {point.accept:4.0f} µs to accept, {point.deliver:4.0f} µs to deliver, "
        f"{point.memory:5.0f} bytes each",
        flush=True,
    )
    return point


def _fill_and_drain(length: int, options: Sequence[str]) -> Point:
    with running(options) as (server, endpoint):
        url = endpoint.url("message")
        server.publish(url, WARM_UP, "message", "warm")
        endpoint.wait_for(WARM_UP)
        endpoint.tell("hold")
        memory, used = server.memory(), server.processor_seconds()
        server.publish(url, length, "message", "queued")
        published, held = server.processor_seconds(), server.memory()
        endpoint.tell("release")
        endpoint.wait_for(WARM_UP + length)
        delivered = server.processor_seconds()
    accept, deliver = ((end - begin) / length * 1e6 for begin, end in ((used, published), (published, delivered)))
    return Point(length, accept, deliver, (held - memory) / length)


def is_even(points: Sequence[Point]) -> bool:
    """Whether a message costs the same in the longest queue as in the shortest."""
    growth = (points[-1].accept + points[-1].deliver) / (points[0].accept + points[0].deliver)
    verdict = "met" if growth <= GROWTH else "MISSED"
    print(f"growth from {points[0].length} to {points[-1].length} queued: {growth:.2f} (at most {GROWTH}: {verdict})")
    return growth <= GROWTH


if __name__ == "__main__":
    raise SystemExit(main())
