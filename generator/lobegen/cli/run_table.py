"""What `lobegen run` tells at the end: a table by layer, times, price, failures."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lobegen.cli.terminal import paint

if TYPE_CHECKING:
    from lobegen.running.outcome import Failure, Outcome
    from lobegen.running.tally import Count

_HEADS = ("LAYER", "RUNS", "DELIVERIES", "STEPS", "RETRIES", "FAILED")
_FAILURES = 5


def lines_of(outcome: "Outcome") -> Iterator[str]:
    """The lines, in colour on a terminal."""
    yield from _table(outcome)
    yield ""
    if message := outcome.statistics.get("message"):
        yield str(message)
    yield _result(outcome)
    yield _price(outcome)
    yield from _failures(outcome.failures)
    yield from (paint(f"refused with {each}", "yellow") for each in outcome.refusals[:_FAILURES])
    if outcome.crash:
        yield from (f"  | {line}" for line in outcome.crash.last_lines)
        yield paint(f"The app ended with {outcome.crash.code} in the middle of the run.", "red")


def _table(outcome: "Outcome") -> Iterator[str]:
    rows = [(str(layer or "other"), count) for layer, count in outcome.counts.items()]
    cells = [_HEADS, *(_row(name, count) for name, count in (*rows, ("total", outcome.total)))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    for number, (first, *others) in enumerate(cells):
        numbers = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        line = "  ".join((first.ljust(widths[0]), *numbers))
        yield paint(line, "dim") if number == 0 else paint(line, "bold") if first == "total" else line


def _row(name: str, count: "Count") -> tuple[str, ...]:
    figures = (count.runs, count.deliveries, count.steps, count.retries, count.failed)
    return (name, *(f"{figure:,}" for figure in figures))


def _result(outcome: "Outcome") -> str:
    from lobegen.model.project import Layer

    items = outcome.counts[Layer.EXECUTION]
    parts = ["Dry run"] if outcome.statistics.get("dryRun") else [f"{items.succeeded:,} items done"]
    parts += [f"{items.failed:,} failed"] if items.failed else []
    parts += [f"{items.in_flight:,} not finished"] if items.in_flight else []
    waited = outcome.waited > outcome.seconds + 0.5
    clock = f"; {_time(outcome.waited)} on QStash's clock, waiting included" if waited else ""
    text = f"{', '.join(parts)} in {_time(outcome.seconds)}{clock}."
    return paint(text, "green" if outcome.ok else "red")


def _price(outcome: "Outcome") -> str:
    """From the count of the documentation to all deliveries: what is charged in fact was never measured."""
    from lobegen.qstash.publishing.plans import PLANS
    from lobegen.running.pricing import PRICES

    least, most = outcome.total.steps, outcome.total.deliveries
    prices = list(dict.fromkeys((_dollars(PRICES.of(least)), _dollars(PRICES.of(most)))))
    steps = " to ".join(f"{each:,}" for each in dict.fromkeys((least, most)))
    return (
        f"At Upstash: {steps} steps, {' to '.join(prices)} pay-as-you-go;"
        f" the free plan has {PLANS['free'].steps_per_day:,} steps a day."
    )


def _failures(failures: "Sequence[Failure]") -> Iterator[str]:
    for each in failures[:_FAILURES]:
        status = str(each.status) if each.status else "no answer"
        attempts = f"{each.attempts} attempts" if each.attempts > 1 else "1 attempt"
        yield f"{paint(each.item, 'red')}  {status} after {attempts}: {each.reason}"
    if len(failures) > _FAILURES:
        yield f"… and {len(failures) - _FAILURES:,} more"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _dollars(amount: float) -> str:
    if 0 < amount < 0.0001:
        return "less than $0.0001"
    return f"${amount:.4f}" if amount < 1 else f"${amount:,.2f}"
