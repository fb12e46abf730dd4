"""What `lobegen lint` takes in and puts out besides options: standard input, reports."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.cli.outputs import outputs_of, put, say_aside
from lobegen.cli.terminal import has_colour
from lobegen.cli.words import one_of
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.report import Report


def input_of(paths: list[Path], stdin_filename: Path | None) -> tuple[list[Path], tuple[Path, bytes] | None]:
    """The paths to lint, and the file whose content is on standard input.

    Raises:
        LobegenError: Standard input is asked for without a name, or beside other paths.
    """
    dash = Path("-")
    if stdin_filename is None:
        if dash in paths:
            raise LobegenError("-: standard input needs a name.", "Give it with --stdin-filename FILE.")
        return paths, None
    if [path for path in paths if path != dash]:
        raise LobegenError("--stdin-filename: stands for the only file that is linted; name no other path.")
    from lobegen.lint import ENDINGS

    if not stdin_filename.name.endswith(ENDINGS):
        raise LobegenError(f"--stdin-filename: {stdin_filename} is not a source that lobegen reads.")
    path = Path(os.path.abspath(stdin_filename))
    return [path], (path, sys.stdin.buffer.read())


def writer(
    format: str, statistics: bool, output_file: Sequence[str], show_suppressed: bool, verbose: bool
) -> "Callable[[Report], None]":
    """A function that writes a report to all places; what cannot work is said before the work begins.

    Raises:
        LobegenError: No such format, statistics in a format without them, or a file that cannot be written.
    """
    from lobegen.lint import FORMATS, Style, renderer

    one_of("--format", format, FORMATS)
    if statistics and format not in ("text", "concise", "json"):
        raise LobegenError(f"--statistics: has no form in {format}.", "Use text or json.")
    outputs = outputs_of(format, output_file, FORMATS)

    def write(report: "Report") -> None:
        complain(report)
        for each in outputs:
            counted = statistics and each.format in ("text", "concise")
            style = Style(each.file is None and has_colour(), show_suppressed, verbose)
            lines = renderer("statistics" if counted else each.format)(report, style)
            put("".join(f"{line}\n" for line in lines), each.file)

    return write


def complain(report: "Report") -> None:
    """Say on standard error what could not be read, fixed or judged."""
    for problem in report.problems:
        say_aside(f"lobegen: warning: {problem}")
    for failure in report.failures:
        say_aside(f"lobegen: error: {failure}")
