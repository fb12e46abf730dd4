"""The other process: what it does, and that it never outlives what needs it.

Each program runs by itself: a process with threads, as those that test in parallel, never forks.
"""

import os
import subprocess
import sys
from textwrap import indent

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="there is no second processor"
)
HEAD = """\
import os, signal
from lobegen.read.assistant import Assistant, processors
from lobegen.read.needles import cores

assert processors() > 1
forked, fork = [], os.fork

def noting():
    forked.append(fork())
    return forked[-1]

os.fork = noting
"""
END = """
main()
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("alone", len(forked))
"""


def said(program: str) -> list[str]:
    """The lines that a program prints, and in the end whether a process was left, and how many were forked."""
    code = f"{HEAD}\ndef main():\n{indent(program, '    ')}\n{END}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_begins_with_what_is_in_memory_and_goes_on_with_what_it_is_asked() -> None:
    program = """
here = ["a"]
assistant = Assistant(lambda: [*here, os.getpid()])
first, second = assistant.first(lambda: here), assistant.ask(cores, (b"n" * 100_000,))
print(len(second.result()[0]))
word, process = first.result()
print(word, process == forked[0])
"""
    assert said(program) == ["100000", "a True", "alone 1"]


def test_what_it_cannot_do_any_more_is_done_here() -> None:
    program = """
assistant = Assistant()
os.kill(forked[0], signal.SIGKILL)
print([assistant.ask(cores, (word,)).result() for word in (b"a", b"b")])
"""
    assert said(program) == ["[(b'a',), (b'b',)]", "alone 1"]


def test_what_fails_there_fails_here_too() -> None:
    program = """
assistant = Assistant()
try:
    assistant.ask(cores, 1).result()
except TypeError as error:
    print(error)
print(assistant.ask(cores, (b"a",)).result())
"""
    assert said(program) == ["'int' object is not iterable", "(b'a',)", "alone 1"]


def test_a_large_tree_gives_with_it_what_it_gives_without(folder_of_many: str) -> None:
    program = """
from pathlib import Path
from lobegen.read.discovery import SourceTree

os.chdir(FOLDER)
tree = SourceTree(Path.cwd(), [Path.cwd()])
print(len(tree.files()), *(file.display for file in tree.containing(b"needle")))
tree.rest()
"""
    program = program.replace("FOLDER", repr(folder_of_many))
    found = "600 0/file0.ts 150/file150.ts 300/file300.ts 450/file450.ts"
    assert said(program) == [found, "alone 1"]
    assert said(f"os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n{program}") == [found, "alone 0"]


@pytest.fixture
def folder_of_many(tmp_path: object) -> str:
    """A tree that is walked and searched in two processes, with four files that hold a needle."""
    for number in range(600):
        os.mkdir(f"{tmp_path}/{number}")
        with open(f"{tmp_path}/{number}/file{number}.ts", "w") as file:
            file.write("needle" if number % 150 == 0 else "hay")
    return str(tmp_path)
