"""The application under way: started, awaited, and its last words when it does not answer."""

import re
import socket
import time
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException

from lobegen.errors import LobegenError
from lobegen.running.program import Program

_PATIENCE = 120.0
_PAUSE = 0.1
_SHOWN = 12
#: what a terminal is told by colours and the like
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class ProgramError(LobegenError):
    """A program of the project failed.

    Args:
        message: What happened, in one line.
        program: Which has printed why.
        hint: What to do.
    """

    def __init__(self, message: str, program: Program, hint: str = "") -> None:
        super().__init__(message, hint)
        self.last_lines = last_lines(program)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_application(program: Program, port: int, routes: Iterable[str], missing: str) -> None:
    """Return when the application answers at every route.

    A GET is what no workflow takes: any answer but 404 and 5xx says that the route is there (and makes
    a development server compile it).

    Args:
        program: Runs.
        port: Where it is to listen.
        routes: URL paths.
        missing: What to do when packages are missing.

    Raises:
        ProgramError: It ended, does not answer in time, or answers with a failure.
        LobegenError: It has no such route.
    """
    end = time.monotonic() + _PATIENCE
    for route in routes:
        while (status := _status(port, route)) is None:
            if program.code is not None:
                raise ProgramError(f"the application ended with {program.code} before it answered.", program, missing)
            if time.monotonic() > end:
                raise ProgramError(f"the application does not answer after {_PATIENCE:g} s.", program, missing)
            time.sleep(_PAUSE)
        if status == 404:
            hint = "Is it mounted? See `lobegen list`."
            raise LobegenError(f"the application answers, but has no route {route}.", hint)
        if status >= 500:
            raise ProgramError(f"the application answers {status} at {route}.", program, missing)


def last_lines(program: Program) -> tuple[str, ...]:
    """The end of what a program printed, without what steers a terminal."""
    lines = (_ESCAPES.sub("", line) for line in program.lines()[-_SHOWN:])
    return tuple("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)


def _status(port: int, route: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", route)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
