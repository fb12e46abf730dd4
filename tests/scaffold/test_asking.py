"""What is asked on a terminal: once, from copier.yml, with a chance to answer again."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from scaffold_helpers import tree


def on_terminal(arguments: list[str], typed: str, after: str = "", **environment: str) -> tuple[int, str]:
    """Run lobegen on a pseudo-terminal of its own.

    What is `typed`, a line per answer and the end of input last, comes once `after` was printed.
    """
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "lobegen", *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | environment,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(terminal)
    output = "" if after else _type(controller, typed)
    for chunk in _chunks(controller):
        waits = after not in output
        output += chunk
        if after in output and waits:
            _type(controller, typed)
    os.close(controller)
    return process.wait(timeout=30), output.replace("\r\n", "\n")


def _type(controller: int, typed: str) -> str:
    os.write(controller, f"{typed}\x04".encode())
    return ""


def _chunks(controller: int) -> Iterator[str]:
    """What the other end prints until it is closed, which Linux reports as an error."""
    with suppress(OSError):
        while select.select([controller], [], [], 30)[0] and (chunk := os.read(controller, 65536)):
            yield chunk.decode(errors="replace")


def answered(project: Path, workflow: str = "welcome") -> str:
    return (project / f".copier/lobegen-{workflow}.yml").read_text()


def test_asks_for_what_is_missing_and_takes_defaults(tmp_path: Path) -> None:
    code, output = on_terminal(["new", "--target", "nextjs", "--into", str(tmp_path)], "welcome\nuser\n" + "\n" * 12)
    assert code == 0, output
    assert "The workflow's name, such as welcome-placeholder" in output
    assert "page_size: 50" in answered(tmp_path)


def test_a_wrong_answer_can_be_given_again(tmp_path: Path) -> None:
    typed = "1welcome\nwelcome\n" + "\n" * 12
    code, output = on_terminal(["new", "--target", "nextjs", "--entity", "user", "--into", str(tmp_path)], typed)
    assert code == 0, output
    assert "begin with an ASCII letter" in output


def test_choices_are_taken_by_number_and_by_name(tmp_path: Path) -> None:
    given = ["new", "welcome", "--entity", "user", "--action", "execute", "--data", "flags=[]", "--description", "x"]
    code, output = on_terminal([*given, "--into", str(tmp_path)], "2\nn\nredis\n2\n" + "\n" * 6)
    assert code == 0, output
    assert "target: nextjs" in answered(tmp_path)
    assert "store: redis" in answered(tmp_path)
    assert "dispatch: batch" in answered(tmp_path)


def test_flags_may_be_typed_with_commas(tmp_path: Path) -> None:
    given = ["new", "welcome", "--target", "nextjs", "--entity", "user", "--action", "execute", "--description", "x"]
    on_terminal([*given, "--into", str(tmp_path)], "paidOnly, isActive\n" + "\n" * 10)
    assert "- paidOnly\n- isActive\n" in answered(tmp_path)


def test_numbers_are_asked_on_request(tmp_path: Path) -> None:
    given = ["new", "welcome", "--target", "nextjs", "--entity", "user", "--action", "execute", "--description", "x"]
    on_terminal([*given, "--data", "flags=[]", "--into", str(tmp_path)], "y\nmany\n30\n" + "\n" * 15)
    assert "page_size: 30" in answered(tmp_path)


def test_an_end_of_input_writes_nothing(tmp_path: Path) -> None:
    code, output = on_terminal(["new", "--into", str(tmp_path / "project")], "")
    assert code == 2
    assert "standard input ended" in output
    assert not (tmp_path / "project").exists()


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    code, output = on_terminal(["new", "--into", str(tmp_path / "project")], "\x03", after="target [")
    assert code == 130, output
    assert not (tmp_path / "project").exists()


@pytest.fixture
def conflict(tmp_path: Path) -> Path:
    """A project where two generated files have other content."""
    on_terminal([*GIVEN, "--defaults", "--into", str(tmp_path)], "")
    for layer in ("process-users", "paginate-users"):
        route = tmp_path / f"src/app/(backend)/api/workflows/welcome/{layer}/route.ts"
        route.write_text("mine\n")
    return tmp_path


GIVEN = ["new", "welcome", "--target", "nextjs", "--entity", "user"]


def test_each_file_with_other_content_is_asked_for(conflict: Path) -> None:
    everything = "\n" * 11
    code, output = on_terminal([*GIVEN, "--into", str(conflict)], f"{everything}d\ny\nn\n")
    assert code == 0, output
    assert "-mine" in output
    texts = [path.read_text() for path in sorted(conflict.rglob("*-users/route.ts"))]
    assert [text == "mine\n" for text in texts] == [False, True]


def test_quitting_writes_nothing(conflict: Path) -> None:
    before = tree(conflict)
    code, output = on_terminal([*GIVEN, "--into", str(conflict)], "\n" * 11 + "y\nq\n")
    assert code == 1
    assert "Nothing was written." in output
    assert tree(conflict) == before


def test_colour_only_where_it_is_wanted(tmp_path: Path) -> None:
    command = [*GIVEN, "--defaults", "--dry-run", "--into", str(tmp_path)]
    assert "\x1b[" not in on_terminal(command, "", NO_COLOR="1")[1]
    assert "\x1b[" in on_terminal(command, "", NO_COLOR="", TERM="xterm")[1]
