"""Places in source files: what every node and every finding points at."""

from typing import Literal

from msgspec import Struct

Language = Literal["python", "typescript"]


class Span(Struct, frozen=True, order=True, gc=False):
    """A stretch of one file.

    Attributes:
        path: The file, as the user would type it (POSIX separators, relative to the root of the run where possible).
        line: 1-based line of the first character.
        column: 1-based column of the first character, in characters.
        end_line: 1-based line of the end.
        end_column: 1-based column just past the last character.
        start: Byte offset of the first byte in the file as it is on disk (a BOM counts).
        end: Byte offset just past the last byte.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    def contains(self, inner: "Span") -> bool:
        """Whether another place of the same file is wholly in this one."""
        return self.path == inner.path and self.start <= inner.start and inner.end <= self.end


class CallSite(Struct, frozen=True, gc=False):
    """One link of the chain by which a helper was reached: the call and the name of what it calls."""

    span: Span
    name: str
