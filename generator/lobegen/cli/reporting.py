"""What `lobegen lint` takes in and puts out besides options: lists of words, standard input, reports."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.cli.terminal import has_colour
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.config import FailOn
    from lobegen.report import Report


def words_of(option: str, given: Iterable[str] | None) -> tuple[str, ...]:
    """The words of an option that takes several, with commas or repeated.

    Raises:
        LobegenError: The option is there and says nothing.
    """
    words = tuple(part.strip() for text in given or () for part in text.split(",") if part.strip())
    if given and not words:
        raise LobegenError(f"{option}: names no rule.")
    return words


def one_of(option: str, word: str, words: tuple[str, ...]) -> str:
    """A word, which must be one of several.

    Raises:
        LobegenError: It is not; with the nearest that is.
    """
    if word in words:
        return word
    from lobegen.config import nearest

    raise LobegenError(f'{option}: there is no "{word}".', nearest(word, words))


def threshold(word: str | None) -> "FailOn | None":
    """The level of `--fail-on`."""
    from lobegen.config import FAIL_ON

    if word is not None:
        one_of("--fail-on", word, FAIL_ON)
    return next((level for level in FAIL_ON if level == word), None)


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


def writer(format: str, statistics: bool, output: Path | None, show_suppressed: bool) -> "Callable[[Report], None]":
    """A function that writes a report; what cannot work is said before the work begins.

    Raises:
        LobegenError: No such format, statistics in a format without them, or a file that cannot be written.
    """
    from lobegen.lint import FORMATS, Style, renderer

    one_of("--format", format, FORMATS)
    if statistics and format not in ("text", "concise", "json"):
        raise LobegenError(f"--statistics: has no form in {format}.", "Use text or json.")
    if output is not None and (output.is_dir() or not output.absolute().parent.is_dir()):
        problem = "is a folder" if output.is_dir() else "its folder does not exist"
        raise LobegenError(f"--output: {output}: {problem}.")
    render = renderer("statistics" if statistics and format != "json" else format)
    style = Style(output is None and has_colour(), show_suppressed)

    def write(report: "Report") -> None:
        _complain(report)
        _put("".join(f"{line}\n" for line in render(report, style)), output)

    return write


def _complain(report: "Report") -> None:
    for problem in report.problems:
        print(f"lobegen: warning: {problem}", file=sys.stderr)
    for failure in report.failures:
        print(f"lobegen: error: {failure}", file=sys.stderr)


def _put(text: str, output: Path | None) -> None:
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise LobegenError(f"--output: {output}: cannot be written: {error.strerror}.") from None
        return
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone; Python would complain once more when it closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
