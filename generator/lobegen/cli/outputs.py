"""Where reports go: standard output and files, each in a format of its own; a file is there whole or not at all."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lobegen.cli.streams import lose_output
from lobegen.cli.words import one_of
from lobegen.errors import LobegenError
from lobegen.patterns import compiled

_OPTION = "--output-file"
_NAMED = compiled(r"([a-z]+)=(.*)\Z", re.DOTALL)


class Output(NamedTuple):
    """One report to write.

    Attributes:
        format: Its format.
        file: Where to; None for standard output.
    """

    format: str
    file: Path | None


def outputs_of(format: str, given: Sequence[str], formats: tuple[str, ...]) -> list[Output]:
    """What is to be written, from the values of `--output-file`: `FILE`, or `FORMAT=FILE` for one more report.

    Args:
        format: That of `--format`: for standard output, or for the value that is a `FILE` alone.
        given: The values.
        formats: All formats.

    Raises:
        LobegenError: No such format, or a file that cannot be written or is named twice.
    """
    found = [_output(value, format, formats) for value in given]
    if len([value for value in given if not _NAMED.match(value)]) > 1:
        raise LobegenError(f"{_OPTION}: two files for one report.", f"Say {_OPTION} FORMAT=FILE for more than one.")
    files = [os.path.abspath(each.file) for each in found if each.file is not None]
    if len(set(files)) < len(files):
        raise LobegenError(f"{_OPTION}: one file is named twice.")
    if all(map(_NAMED.match, given)):
        found.insert(0, Output(format, None))
    return found


def _output(value: str, format: str, formats: tuple[str, ...]) -> Output:
    named = _NAMED.match(value)
    if not (named[2] if named else value):
        raise LobegenError(f"{_OPTION}: names no file.")
    file = Path(named[2] if named else value)
    check_file(_OPTION, file)
    return Output(one_of(_OPTION, named[1], formats) if named else format, file)


def check_file(option: str, file: Path) -> None:
    """See that a file can be written, as far as that is known before.

    Raises:
        LobegenError: It is a folder, its folder does not exist, or it has no possible name.
    """
    try:
        problem = "is a folder" if file.is_dir() else ""
        problem = problem or ("" if file.absolute().parent.is_dir() else "its folder does not exist")
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
    if problem:
        raise LobegenError(f"{option}: {file}: {problem}.")


def put(text: str, file: Path | None) -> None:
    """Write a report; a reader of standard output that has gone is no error.

    Raises:
        LobegenError: The file cannot be written; what was there before is still there.
    """
    content = text.encode("utf-8", "backslashreplace")
    if file is not None:
        from lobegen.lint.replacing import replace_file

        try:
            replace_file(file, content)
        except OSError as error:
            raise LobegenError(f"{_OPTION}: {file}: cannot be written: {error.strerror}.") from None
    else:
        put_bytes(content)


class Printed:
    """What was put on standard output.

    Attributes:
        content: All of it.
        anything: Whether anything was, be it empty.
        aside: Whether something was said on standard error too.
        lost: Whether there is no reader any more.
    """

    def __init__(self) -> None:
        self.content = bytearray()
        self.anything = False
        self.aside = False
        self.lost = False


_printed = Printed()


@contextmanager
def printed() -> Iterator[Printed]:
    """Note what is put on standard output."""
    global _printed
    _printed = Printed()
    yield _printed


def has_reader() -> bool:
    """Whether somebody reads standard output, as far as that is known."""
    return not _printed.lost


def say_aside(line: str) -> None:
    """Write a line to standard error."""
    _printed.aside = True
    print(line, file=sys.stderr)


def put_bytes(content: bytes) -> None:
    """Write to standard output; a reader that has gone is no error."""
    _printed.content += content
    _printed.anything = True
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        _printed.lost = True
        lose_output()
