"""Talking to a terminal: colours and questions; plain text and silence where there is none."""

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from lobegen.errors import LobegenError

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def has_colour(stream: TextIO | None = None) -> bool:
    """Whether `stream` (standard output when none is given) takes colours.

    A terminal does unless `NO_COLOR` is set and not empty or `TERM` is `dumb`; `FORCE_COLOR` makes anything take them.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    stream = sys.stdout if stream is None else stream
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """`text` in the styles named (`bold`, `dim`, `red`, ...) when `stream` takes colours, else as it is."""
    if not styles or not has_colour(stream):
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def is_interactive() -> bool:
    """Whether somebody can be asked: questions are shown on standard error and read from standard input."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str = "") -> None:
    """One line for the person at the terminal; standard output stays free for what programs read."""
    print(text, file=sys.stderr, flush=True)


def ask_line(prompt: str) -> str:
    """One line typed by the user, without surrounding blanks.

    Raises:
        LobegenError: Standard input ended.
    """
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise LobegenError("standard input ended before the last question was answered.")
    return line.strip()


def ask_key(prompt: str, keys: Sequence[str], default: str) -> str:
    """The first letter of the answer; an empty one is `default`; asks again until it is one of `keys`."""
    while True:
        answer = ask_line(prompt).lower()[:1] or default
        if answer in keys:
            return answer
        say(f"Please answer with one of: {', '.join(keys)}.")
