"""`--watch`: a process that lints again when something changes, and ends well."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED

WAITING = "Watching for changes; Ctrl-C ends."


class Watch:
    """`lobegen lint --watch` in the background, and what it prints on both streams."""

    def __init__(self, folder: Path, words: tuple[str, ...], terminal: bool) -> None:
        command = [sys.executable, "-m", "lobegen", "lint", "--watch", "--format", "concise", *words]
        reading, writing = os.openpty() if terminal else os.pipe()
        with os.fdopen(writing, "wb") as output:
            self.program = subprocess.Popen(
                command, cwd=folder, stdout=output, stderr=output, env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
            )
        self._output = os.fdopen(reading, "rb")
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self._output:
                self._lines.put(line.decode().rstrip())
        except OSError:  # a terminal whose program has ended
            return

    def until(self, text: str = WAITING) -> str:
        """All lines up to one that holds the text."""
        lines = [self._lines.get(timeout=60)]
        while text not in lines[-1]:
            lines.append(self._lines.get(timeout=60))
        return "\n".join(lines)

    def end(self) -> int:
        """The exit code after Ctrl-C."""
        self.program.send_signal(signal.SIGINT)
        return self.program.wait(60)


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    found: list[Watch] = []
    yield found
    for each in found:
        each.program.kill()
        each.program.wait()


def start(watches: list[Watch], folder: Path, *words: str, terminal: bool = False) -> Watch:
    watches.append(Watch(folder, words, terminal))
    return watches[-1]


def test_it_lints_again_after_each_change_and_ctrl_c_ends_it(folder: Path, watches: list[Watch]) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    watch = start(watches, folder)
    assert "a.ts:3:21: error[unnamed-step]" in watch.until()
    (folder / "a.ts").write_text(CLEAN)
    assert "No findings in 1 endpoint" in watch.until()
    (folder / "new").mkdir()
    (folder / "new" / "b.ts").write_text(UNNAMED)
    assert "new/b.ts:3:21: error[unnamed-step]" in watch.until()
    assert watch.end() == 0


def test_files_that_vanish_and_settings_that_break_do_not_end_it(folder: Path, watches: list[Watch]) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "a.ts").write_text(UNNAMED)
    watch = start(watches, folder, "src")
    assert "unnamed-step" in watch.until()
    (folder / "lobegen.toml").write_text("selct = []\n")
    assert "lobegen: error: lobegen.toml: selct: is no setting." in watch.until()
    (folder / "lobegen.toml").write_text('ignore = ["unnamed-step"]\n')
    assert "No findings in 1 endpoint" in watch.until()
    shutil.rmtree(folder / "src")
    assert "lobegen: error: src: there is no such file or folder." in watch.until()
    (folder / "src").mkdir()
    (folder / "src" / "b.ts").write_text(UNNAMED)
    assert "No findings in 1 endpoint" in watch.until()
    assert watch.end() == 0


def test_another_sdk_is_seen_and_a_terminal_is_cleared(folder: Path, watches: list[Watch]) -> None:
    (folder / "a.ts").write_text(CLEAN.replace("1);\n});", "1);\n}, { retries: 3 });"))
    watch = start(watches, folder, terminal=True)
    first = watch.until()
    assert first.startswith("\x1b[2J")
    assert "removed-serve-option" in first
    (folder / "package.json").write_text('{"dependencies": {"@upstash/workflow": "0.2.23"}}')
    second = watch.until()
    assert "\x1b[2J" in second
    assert "removed-serve-option" not in second
    assert watch.end() == 0


def test_what_is_wrong_from_the_start_ends_it(folder: Path, watches: list[Watch]) -> None:
    watch = start(watches, folder, "nowhere")
    assert watch.until("no such file") == "lobegen: error: nowhere: there is no such file or folder."
    assert watch.program.wait(60) == 2
