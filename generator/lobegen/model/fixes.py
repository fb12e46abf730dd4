"""What is to change in the sources: a rule says it in terms of the model, a front end as edits in its language."""

from typing import Literal

from msgspec import Struct

from lobegen.model.source import Span


class MakeFunction(Struct, frozen=True, tag=True):
    """Make the argument at a place a function that gives its value: `work()` becomes `() => work()`."""

    span: Span


class RenameOption(Struct, frozen=True, tag=True):
    """Give an option (the span of its `Setting`) another name."""

    span: Span
    old: str
    new: str


class RemoveOption(Struct, frozen=True, tag=True):
    """Leave out an option (the span of its `Setting`); with the last one, the argument that held nothing else."""

    span: Span


class PrefixText(Struct, frozen=True, tag=True):
    """Let the text that is written at a place, a literal or any expression, begin with a prefix."""

    span: Span
    prefix: str


Change = MakeFunction | RenameOption | RemoveOption | PrefixText


class Edit(Struct, frozen=True):
    """Bytes of a file that are replaced.

    Attributes:
        span: What is replaced; empty where text is put in.
        text: What takes its place; it is written in the file's own encoding.
    """

    span: Span
    text: str


class Fix(Struct, frozen=True):
    """How a finding is made to go away.

    Attributes:
        title: What it does, as a command in one line: "Write `rate` for `ratePerSecond`".
        changes: What a rule wants to change; all of it or nothing is done.
        safe: Whether the program surely does the same, or what was meant; else it is applied only when asked for.
        edits: The changes as a front end renders them, by file and place; empty when it cannot.
        obstacle: Why there are no edits, for the user.
    """

    title: str
    changes: tuple[Change, ...] = ()
    safe: bool = True
    edits: tuple[Edit, ...] = ()
    obstacle: str = ""

    @property
    def kind(self) -> Literal["safe", "unsafe", "impossible"]:
        """Whether it can be applied, and when."""
        if not self.edits:
            return "impossible"
        return "safe" if self.safe else "unsafe"
