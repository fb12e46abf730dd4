"""The progress bar: for terminals, and for work that lasts."""

import io
import sys
import time

import pytest

from lobegen.cli.progress import SlowProgress


class Screen(io.StringIO):
    """Standard error that says whether it is a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it is one."""
        return self._terminal


def drawn(monkeypatch: pytest.MonkeyPatch, seconds: float, *, terminal: bool = True) -> str:
    """What is on the screen after work of some seconds."""
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with SlowProgress("Searching files") as progress:
        progress.show(0, 5000)
        time.sleep(seconds)
        progress.show(2500, 5000, "Reading workflows")
    return screen.getvalue()


def test_work_of_less_than_a_second_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 0.05) == ""


def test_longer_work_draws_a_bar_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, 1.05)
    assert f"Reading workflows [{'#' * 15}{'-' * 15}] 2,500/5,000" in text
    assert text.endswith("\r\x1b[K")


def test_nothing_is_drawn_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 1.05, terminal=False) == ""
