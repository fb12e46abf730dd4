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
    """Leave out an option (the span of its `Setting`); with the last one, the argument that held nothing else.

    Attributes:
        own: Whether the options must be of this place alone: what else is given them would go without it too.
    """

    span: Span
    own: bool = False


class PrefixText(Struct, frozen=True, tag=True):
    """Let the text that is written at a place, a literal or any expression, begin with a prefix."""

    span: Span
    prefix: str


class AddRound(Struct, frozen=True, tag=True):
    """Let the text at a place end in what tells the rounds of a loop around it apart: the item's id, or its number.

    Attributes:
        span: The text, inside the loop.
        loop: A statement, a comprehension, or a call that runs a function for each item.
    """

    span: Span
    loop: Span


class AddOption(Struct, frozen=True, tag=True):
    """Put one more option among those that are written at a place, with the value that another option has.

    Attributes:
        span: The object that gets it.
        name: Its name there.
        copied: The option (the span of its `Setting`) whose value is written anew.
        meant: The object that this value is, where it is written elsewhere.
        literal: The value in JSON, where it is known; taken where neither text means the same in the other file.
    """

    span: Span
    name: str
    copied: Span
    meant: Span | None = None
    literal: str | None = None


class WrapOption(Struct, frozen=True, tag=True):
    """Give an option (the span of its `Setting`) what a function makes of its value: `JSON.stringify(value)`."""

    span: Span
    function: str


class MovedName(Struct, frozen=True):
    """One imported name (the span of its `SdkImport`) and what it is called where it comes from now.

    Attributes:
        result: What of its result is meant where it is called, if the new one gives an object: "POST".
    """

    span: Span
    name: str
    result: str = ""


class MoveImports(Struct, frozen=True, tag=True):
    """Import names of one file from elsewhere, under their new names there and in the file."""

    span: Span
    names: tuple[MovedName, ...]
    specifier: str


Change = MakeFunction | RenameOption | RemoveOption | PrefixText | AddRound | AddOption | WrapOption | MoveImports


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
