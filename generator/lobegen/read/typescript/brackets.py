"""Proof that a file is wrong: brackets that do not match, texts that do not end, operators without an operand.

A scanner of its own, for the parser's errors prove nothing (its grammar is behind the language). Where a `/` may be a
division or a regular expression it gives up rather than guess; it must not be used on JSX, whose text is no code.
"""

import re
from collections.abc import Callable

from msgspec import Struct, field

from lobegen.patterns import compiled

_TOKEN = compiled(
    rb"""
    (?P<blank>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^'\\\n]|\\\r\n|\\.)*'|"(?:[^"\\\n]|\\\r\n|\\.)*")
    |(?P<number>(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?)
    |(?P<word>[\w$\#@\x80-\xff]+)
    |(?P<punctuator>\.\.\.|=>|\?\.(?!\d)|&&|\|\||\?\?|\+\+|--|[=!<>]=+|.)
    """.replace(rb"\ufeff", b"\xef\xbb\xbf"),
    re.VERBOSE | re.DOTALL,
)
_REGEX = compiled(rb"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_OPERAND = frozenset(
    b"return typeof case in of delete void throw new await yield else do instanceof extends default".split()
)
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
_HALF = frozenset({b"=", b"=>", b".", b"?.", b"&&", b"||", b"??", b"==", b"===", b"!=", b"!=="})
_CLOSERS = frozenset({b")", b"]", b"}", b";", b","})


class Problem(Struct):
    """What is wrong between two byte offsets."""

    start: int
    end: int
    message: str


class _Ambiguous(Exception):
    """The scanner cannot know how to read on."""


class _Scanner(Struct):
    source: bytes
    position: int = 0
    previous: bytes = b""
    operand: bool = False
    open: list[tuple[bytes, int]] = field(default_factory=list)

    def run(self) -> Problem | None:
        while self.position < len(self.source):
            problem = self._step()
            if problem is not None:
                return problem
        if self.open:
            bracket, place = self.open[-1]
            return Problem(place, place + len(bracket), f"this `{bracket.decode()}` is never closed")
        return None

    def _step(self) -> Problem | None:
        start = self.position
        match = _TOKEN.match(self.source, start)
        if match is None:
            raise _Ambiguous
        token, kind = match.group(), match.lastgroup
        self.position = match.end()
        if kind == "blank":
            return None
        if kind != "punctuator":
            after_dot = self.previous in (b".", b"?.")
            self.previous = token
            self.operand = kind != "word" or after_dot or token not in _BEFORE_OPERAND
            return None
        return self._punctuator(token, start)

    def _punctuator(self, token: bytes, start: int) -> Problem | None:
        handler: Callable[[bytes, int], Problem | None] = {
            b"'": self._unterminated,
            b'"': self._unterminated,
            b"`": self._template,
            b"/": self._slash,
            b"(": self._opened,
            b"[": self._opened,
            b"{": self._opened,
            b")": self._closed,
            b"]": self._closed,
            b"}": self._closed,
        }.get(token, self._other)
        return handler(token, start)

    def _unterminated(self, token: bytes, start: int) -> Problem | None:
        end = self.source.find(b"\n", start)
        return Problem(start, end if end >= 0 else len(self.source), "this text has no closing quote")

    def _other(self, token: bytes, start: int) -> Problem | None:
        if token in _CLOSERS and self.previous in _HALF:
            return self._half(start)
        if token == b"\\":
            raise _Ambiguous
        self.previous, self.operand = token, False
        return None

    def _half(self, start: int) -> Problem:
        return Problem(start, start + 1, f"an expression is missing after `{self.previous.decode()}`")

    def _opened(self, token: bytes, start: int) -> Problem | None:
        self.open.append((token, start))
        self.previous, self.operand = token, False
        return None

    def _closed(self, token: bytes, start: int) -> Problem | None:
        if self.previous in _HALF:
            return self._half(start)
        if not self.open:
            return Problem(start, start + 1, f"this `{token.decode()}` closes nothing")
        bracket, _ = self.open.pop()
        if bracket == b"${" and token == b"}":
            return self._template(token, start)
        if bracket != _PAIRS[token]:
            return Problem(start, start + 1, f"`{token.decode()}` does not close the `{bracket.decode()}` before it")
        self.previous, self.operand = token, token == b"]"
        return None

    def _template(self, token: bytes, start: int) -> Problem | None:
        """From a backquote, or the end of a substitution, to the next substitution or the closing backquote."""
        match = re.compile(rb"(?:[^`\\$]|\\.|\$(?!\{))*(`|\$\{)", re.DOTALL).match(self.source, self.position)
        if match is None:
            return Problem(start, start + 1, "this template has no closing backquote")
        self.position = match.end()
        if match.group(1) == b"${":
            self.open.append((b"${", match.start(1)))
            self.previous, self.operand = b"{", False
        else:
            self.previous, self.operand = b"`", True
        return None

    def _slash(self, token: bytes, start: int) -> Problem | None:
        """A division, a regular expression, or the start of a comment that never ends."""
        if self.source.startswith(b"/*", start):
            return Problem(start, start + 2, "this comment has no end")
        regex = _REGEX.match(self.source, start)
        sure = self.previous not in (b")", b"}", b"!", b"++", b"--", b">")
        if self.operand or (not sure and regex is None):
            self.previous, self.operand = b"/", False
            return None
        if regex is None or not sure:
            raise _Ambiguous
        self.position = regex.end()
        self.previous, self.operand = b"/x/", True
        return None


def problem_in(source: bytes) -> Problem | None:
    """The first thing that is surely wrong in a file without JSX; None where there is nothing or no telling."""
    if source.startswith(b"#!"):
        source = re.sub(rb"^#![^\n]*", lambda match: b" " * len(match.group()), source)
    try:
        return _Scanner(source).run()
    except _Ambiguous:
        return None
