"""What fixes would change, as a unified diff in the files' own bytes."""

import difflib
from collections.abc import Iterator, Sequence

from lobegen.lint.fixing import FixedFile

_NO_NEWLINE = b"\\ No newline at end of file\n"


def unified_diff(files: Sequence[FixedFile]) -> Iterator[bytes]:
    """The lines of the diff, for `git apply` and `patch -p1`."""
    for file in files:
        names = (b"a/" + file.display.encode(), b"b/" + file.display.encode())
        for line in difflib.diff_bytes(difflib.unified_diff, _lines(file.before), _lines(file.after), *names):
            yield line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE


def _lines(content: bytes) -> list[bytes]:
    """Lines as git counts them: ended by line feeds only."""
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
