"""Standard streams to rely on, also where whoever started the command closed them, or where nobody reads them."""

import io
import os
import sys
from typing import TextIO

from lobegen.errors import LobegenError

#: kept: a text stream that nobody holds closes the bytes below it, which the language server writes to
_secure: list[TextIO] = []


def secure_streams() -> None:
    """Open what is closed, and see to it that what cannot be written is said, in one line and in any encoding.

    A stream that was closed leads nowhere. Standard output without a reader raises a `BrokenPipeError` that Typer does
    not take for its own, and one that cannot be written for another reason a `LobegenError`. What cannot be said on
    standard error is lost. Streams that are no files (those of tests, a console of Windows) stay as they are.
    """
    streams: list[TextIO | None] = [sys.stdin, sys.stdout, sys.stderr]
    if None in streams:
        _open_closed()
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    sys.stdout = _secured(sys.stdout or open(1, "w", closefd=False), _Output)  # noqa: SIM115
    sys.stderr = _secured(sys.stderr or open(2, "w", closefd=False), _Aside)  # noqa: SIM115
    _secure[:] = (sys.stdout, sys.stderr)


def lose_output() -> None:
    """Let what is left to be written go nowhere: Python would complain once more when it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class _Output(io.FileIO):
    def write(self, content: object, /) -> int:
        try:
            # Typer tries streams by writing nothing, and forgets what comes of it
            return super().write(content) if content else 0  # type: ignore[arg-type]
        except BrokenPipeError:
            raise BrokenPipeError("standard output has no reader") from None
        except OSError as error:
            lose_output()
            raise LobegenError(f"standard output: cannot be written: {error.strerror}.") from None


class _Aside(io.FileIO):
    def write(self, content: object, /) -> int:
        try:
            return super().write(content)  # type: ignore[arg-type]
        except OSError:
            return len(memoryview(content))  # type: ignore[arg-type]


def _open_closed() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def _secured(stream: TextIO, kind: type[io.FileIO]) -> TextIO:
    below = getattr(stream, "buffer", None)
    raw = getattr(below, "raw", below)
    if type(raw) is not io.FileIO or not isinstance(stream, io.TextIOWrapper):
        return stream
    new = kind(raw.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        new if below is raw else io.BufferedWriter(new),
        encoding=stream.encoding,
        errors="backslashreplace",
        newline=None,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
