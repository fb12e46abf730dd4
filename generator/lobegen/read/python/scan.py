"""A look at the tokens before the parser sees them: comments, and nesting that would kill it.

LibCST parses by recursion in native code and ends the process, without an exception, where the stack ends
(facts/parsers.md). The depth at a token is the sum, over the brackets around it, of the links since the last comma:
operators, attributes, calls, strings side by side; and of the `elif` branches above it.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from lobegen.patterns import compiled

MAX_BRACKETS = 100
MAX_DEPTH = 500
# the parser's time grows exponentially with the brackets of a `case`
MAX_CASE_BRACKETS = 8

_CODE = compiled(r"#[^\r\n]*|\"\"\"|'''|[\"'()\[\]{},;]|\\(?:\r\n|.)|[\r\n][\r\n \t\f]*", re.DOTALL)
_FIELD = compiled(_CODE.pattern.replace(",;", ",;:"), re.DOTALL)
_FORMAT = compiled(r"[{}]")
_PREFIX = compiled(r"(?<!\w)[a-zA-Z]{1,2}\Z")
_LINK = compiled(r"[-+~.]|[*/%@&|^<>=!]+|\b(?:not|and|or|if|await|for|in|is)\b")
_BRANCH = compiled(r"elif\b|case\b\s*[^\s=.:]")
_QUOTES = ('"', "'", '"""', "'''")
_STRING = {
    quote: compiled(rf"(?:[^\\{quote[0]}]|\\.|{quote[0]}(?!{quote[1:]}))*+{quote}", re.DOTALL) for quote in _QUOTES
}
_TEXT = {quote: compiled(rf"{{{{|}}}}|{{|\\N\{{[^}}]*}}|\\[^{{}}]|{quote}", re.DOTALL) for quote in _QUOTES}
_RAW_TEXT = {quote: compiled(rf"{{{{|}}}}|{{|\\[^{{}}]|{quote}", re.DOTALL) for quote in _QUOTES}


class TooDeepError(Exception):
    """Nesting that the parser cannot be trusted with, at a character of the text."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def scan(text: str) -> list[tuple[int, int]]:
    """The character ranges of the comments.

    Raises:
        TooDeepError: The text is nested deeper than the parser can be trusted with.
    """
    try:
        return _Scanner(text, len).run()  # no stretch of text has more links than characters
    except TooDeepError:
        return _Scanner(text, _count_links).run()


def _count_links(text: str) -> int:
    return len(_LINK.findall(text))


class _Level(Struct):
    """An open bracket: its links since the last comma, its lambdas, and for an f-string's field the text around it."""

    links: int = 0
    lambdas: int = 0
    template: tuple[str, bool] | None = None
    in_format: bool = False


class _Scanner:
    def __init__(self, text: str, links_in: Callable[[str], int]) -> None:
        self.text = text
        self.links_in = links_in
        self.comments: list[tuple[int, int]] = []
        self.levels = [_Level()]
        self.below = 0
        self.branches: list[tuple[int, int]] = []
        self.most_brackets = MAX_BRACKETS

    def run(self) -> list[tuple[int, int]]:
        """Scan to the end, or to a string that does not end: the parser will say so."""
        self._start_line(0, "")
        position = 0
        while 0 <= position < len(self.text):
            position = self._next(position)
        return self.comments

    def _next(self, position: int) -> int:
        """Handle the next token and return where the one after it is to be looked for; -1 when there is none."""
        level = self.levels[-1]
        found = (_CODE if level.template is None else _FIELD).search(self.text, position)
        gap = self.text[position : found.start() if found else len(self.text)]
        if gap:
            self._count(position, self.links_in(gap), gap.count("lambda") if "lambda" in gap else 0)
        if found is None:
            return -1
        token, end = found[0], found.end()
        if token[0] in "\"'":
            return self._string(token, found.start(), end)
        if token in "([{":
            self._open(end)
        elif token in ")]}":
            return self._close(end)
        elif token[0] in "\r\n":
            if len(self.levels) == 1:
                self._start_line(end, token)
        elif token == ",":
            level.links = 0
        elif token == ":":
            level.in_format = True
            return self._format(end)
        elif token == ";" and len(self.levels) == 1:
            level.links = level.lambdas = 0
        elif token[0] == "#":
            self.comments.append((found.start(), end))
        return end

    def _count(self, position: int, links: int, lambdas: int = 0) -> None:
        level = self.levels[-1]
        level.links += links
        level.lambdas += lambdas
        if self.below + level.links + level.lambdas > MAX_DEPTH:
            raise TooDeepError(position)

    def _open(self, end: int, template: tuple[str, bool] | None = None) -> None:
        if len(self.levels) > self.most_brackets:
            raise TooDeepError(end - 1)
        self.below += self.levels[-1].links + self.levels[-1].lambdas
        self.levels.append(_Level(template=template))

    def _close(self, end: int) -> int:
        if len(self.levels) == 1:  # a bracket too many: the parser will say so
            return end
        closed = self.levels.pop()
        level = self.levels[-1]
        self.below -= level.links + level.lambdas
        if closed.template is None:
            self._count(end, 1)
            return end
        return self._format(end) if level.in_format else self._template(end, *closed.template)

    def _string(self, quote: str, start: int, end: int) -> int:
        self._count(start, 1)
        prefix = _PREFIX.search(self.text, max(0, start - 3), start)
        kind = prefix[0].lower() if prefix else ""
        if "f" in kind or "t" in kind:
            return self._template(end, quote, "r" in kind)
        found = _STRING[quote].match(self.text, end)
        return found.end() if found else -1

    def _template(self, position: int, quote: str, raw: bool) -> int:
        """The text of an f-string, up to its next field or its end."""
        for found in (_RAW_TEXT if raw else _TEXT)[quote].finditer(self.text, position):
            if found[0] == "{":
                self._open(found.end(), (quote, raw))
                return found.end()
            if found[0] == quote:
                return found.end()
        return -1

    def _format(self, position: int) -> int:
        """The format of a field, up to a field inside it or its own end."""
        found = _FORMAT.search(self.text, position)
        if found is None:
            return -1
        if found[0] == "{":
            self._open(found.end(), self.levels[-1].template)
            return found.end()
        self.levels[-1].in_format = False
        return self._close(found.end())

    def _start_line(self, position: int, newline: str) -> None:
        """Begin a statement behind a newline and its indentation: it may be an `elif` or a `case`."""
        indent = len(newline) - max(newline.rfind("\n"), newline.rfind("\r")) - 1
        found = _BRANCH.match(self.text, position)
        keyword = found[0] if found else ""
        self.levels[0] = _Level()
        self.most_brackets = MAX_CASE_BRACKETS if keyword.startswith("case") else MAX_BRACKETS
        while self.branches and self.branches[-1][0] > indent:
            self.branches.pop()
        before = self.branches.pop()[1] if self.branches and self.branches[-1][0] == indent else 0
        if keyword == "elif":
            self.branches.append((indent, before + 1))
            if sum(count for _, count in self.branches) > MAX_DEPTH:
                raise TooDeepError(position)
