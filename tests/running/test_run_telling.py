"""What `lobegen run` shows of counts it was given: the bar, the price, failures."""

import sys
from collections.abc import Sequence
from io import StringIO

import pytest

from lobegen.cli.run_progress import RunProgress
from lobegen.cli.run_table import lines_of
from lobegen.model.project import Layer
from lobegen.running.outcome import Failure, Outcome
from lobegen.running.pricing import PRICES, counted_steps
from lobegen.running.tally import Count, Tally


class Terminal(StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, screen: StringIO) -> str:
    """What is written for 12 of 24 items done, 2 failed and 3 in flight, and closed."""
    monkeypatch.setattr(sys, "stderr", screen)
    tally = Tally({})
    tally.counts[Layer.EXECUTION] = Count(runs=17, succeeded=12, failed=2, retried=4, deliveries=70, retries=9)
    progress = RunProgress()
    progress.show(tally, 24)
    progress.close()
    return screen.getvalue()


def outcome(count: Count, failures: Sequence[Failure] = (), waited: float = 0) -> Outcome:
    counts = {Layer.EXECUTION: count}
    return Outcome("wfr_1", "RUN_SUCCESS", counts, {}, failures, (), seconds=61.2, waited=waited)


def test_a_terminal_has_a_bar_which_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    bar = f"[{'#' * 15}{'-' * 15}] 12/24 items done, 3 in flight, 4 retried, 2 failed"

    assert shown(monkeypatch, Terminal()) == f"\r\x1b[K{bar}\r\x1b[K"


def test_failures_are_red_where_colours_are_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")

    assert "\x1b[31m2 failed\x1b[0m" in shown(monkeypatch, Terminal())


def test_elsewhere_the_last_counts_are_a_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    assert shown(monkeypatch, StringIO()) == "12/24 items done, 3 in flight, 4 retried, 2 failed\n"


def test_the_closing_delivery_of_a_run_is_no_step() -> None:
    assert counted_steps(125, 25) == 100
    assert Count(runs=2, succeeded=1, failed=1, deliveries=9).steps == 8
    assert PRICES.of(100_000) == 1.0


def test_times_and_prices_are_told() -> None:
    count = Count(runs=200_000, succeeded=200_000, deliveries=1_000_000)

    text = "\n".join(lines_of(outcome(count, waited=7325)))

    assert "200,000 items done in 1 min 1 s; 2 h 2 min on QStash's clock, waiting included." in text
    assert "800,000 to 1,000,000 steps, $8.00 to $10.00 pay-as-you-go" in text


def test_five_failures_are_told_and_the_rest_counted() -> None:
    failures = [Failure(f"user-{number}", 4, 0, "connection refused") for number in range(7)]

    lines = list(lines_of(outcome(Count(runs=7, failed=7, deliveries=28), failures)))

    assert "user-4  no answer after 4 attempts: connection refused" in lines
    assert lines[-1] == "… and 2 more"
