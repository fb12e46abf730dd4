"""Processes of `lobegen run`: their groups, and interruptions at the worst moment."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from running_support import is_gone

from lobegen.running.program import Program
from lobegen.running.signals import Interrupted, Interruptions


class Struck(Program):
    """A program during whose start a signal comes."""

    group = 0

    def _begin(self) -> "subprocess.Popen[bytes]":
        process = super()._begin()
        self.group = process.pid
        os.kill(os.getpid(), signal.SIGTERM)
        return process


def test_a_signal_during_a_start_leaves_no_process(tmp_path: Path) -> None:
    with Interruptions() as interruptions:
        program = Struck(("sleep", "600"), tmp_path, os.environ, tmp_path / "log", interruptions)
        with pytest.raises(Interrupted), program:
            program.start()

    assert program.group
    assert is_gone(program.group)


def test_what_ignores_the_request_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lobegen.running.program._GRACE", 0.2)
    stubborn = "trap '' TERM; echo $$; while :; do sleep 0.1; done"
    with Interruptions() as interruptions:
        with Program(("sh", "-c", stubborn), tmp_path, os.environ, tmp_path / "log", interruptions) as program:
            program.start()
            while not program.lines():
                assert program.code is None
        group = int(program.lines()[0])

    assert is_gone(group)


def test_signals_are_the_callers_own_again(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interruptions():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
