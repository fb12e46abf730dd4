"""String literals as they are written: where they begin and end, and how text is spelled inside them."""

import io
import tokenize
from collections.abc import Iterator
from itertools import accumulate

from msgspec import Struct

from lobegen.patterns import compiled

_OPENING = compiled(r"([A-Za-z]*)('''|\"\"\"|'|\")")


class Literal(Struct, frozen=True):
    """One of the literals that stand side by side as one text; offsets are characters of the expression.

    Attributes:
        start: Where its prefix or quote is.
        inside: Where its text begins.
        inside_end: Where its text ends.
        prefix: "f", "r", ... in lower case.
        quote: What opens and closes it.
    """

    start: int
    inside: int
    inside_end: int
    prefix: str
    quote: str

    def spelled(self, text: str) -> str:
        """How a text without line breaks is written in it."""
        if "r" not in self.prefix:
            text = text.replace("\\", "\\\\").replace(self.quote[0], "\\" + self.quote[0])
        return text.replace("{", "{{").replace("}", "}}") if "f" in self.prefix else text


def literals(expression: str) -> list[Literal]:
    """The literals of an expression that is nothing but a text; empty for every other expression."""
    wrapped = f"({expression}\n)"
    found: list[Literal] = []
    try:
        for start, end in _strings(wrapped):
            opening = _OPENING.match(wrapped, start)
            if opening is None or not end:
                return []
            prefix, quote = opening[1].lower(), opening[2]
            begin, last = opening.start() - 1, end - 1
            found.append(Literal(begin, opening.end() - 1, last - len(quote), prefix, quote))
    except (tokenize.TokenError, SyntaxError):
        return []
    return [] if any("b" in each.prefix for each in found) else found


def _strings(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each string of a parenthesised text; an end of 0 for whatever is none."""
    starts = list(accumulate(map(len, io.StringIO(text, newline="")), initial=0))
    names = {tokenize.ENCODING, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER}
    depth = 0
    begin = 0
    tokens = list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    parentheses = [token for token in tokens if token.type not in names][1:-1]
    for token in parentheses:
        kind = tokenize.tok_name[token.type]
        start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
        if kind == "FSTRING_START":  # since Python 3.12
            begin = start if depth == 0 else begin
            depth += 1
        elif kind == "FSTRING_END":
            depth -= 1
            if depth == 0:
                yield begin, end
        elif depth == 0:
            yield start, end if kind == "STRING" else 0
