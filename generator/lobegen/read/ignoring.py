"""Ignore patterns as git reads them: compiled once per ignore file, and only those tried that can apply."""

import os
import re
from collections.abc import Iterable

from lobegen.errors import LobegenError
from lobegen.patterns import compiled

_GROUP_NAME = compiled(r"\?P<\w+>")
_PART = r"\*?[\w.+@~-]+(?:\*[\w.+@~-]+)*\*?"
#: a pattern with nothing in it that git reads in a special way but single stars
_PLAIN = compiled(rf"!?/?{_PART}(?:/{_PART})*(?:/|/\*\*)?\Z", re.ASCII)
#: how expressions end: what is below a path that matches is no match itself, or "!/a" would take back "a/b/c"
_FOLDER, _EITHER = r"/\Z", r"/?\Z"
_ANY_FOLDER = "^(?:.+/)?"


class _PatternList:
    """Patterns with their places in the ignore file, tried together first: most paths match none."""

    def __init__(self) -> None:
        self._patterns: list[tuple[int, str, bool]] = []
        self._any: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def add(self, place: int, expression: str, ignores: bool) -> None:
        self._patterns.insert(0, (place, expression, ignores))

    def last_match(self, text: str) -> tuple[int, bool] | None:
        """The place and meaning of the last pattern that matches."""
        if self._any is None:
            self._any = re.compile("|".join(f"(?:{expression})" for _, expression, _ in self._patterns) or "(?!)")
        if not self._any.search(text):
            return None
        return next((place, ignores) for place, expression, ignores in self._patterns if re.search(expression, text))


class IgnoreRules:
    """The patterns of one ignore file; the last one that matches decides.

    Patterns without a slash are tried on names only, and each name once. That is enough because walks go from the top
    down and never enter an ignored folder.

    Args:
        lines: Patterns in the syntax of `.gitignore`.
        base: The folder that patterns with a slash are relative to, without a slash at its end.
        file: Where they were read.

    Raises:
        LobegenError: A pattern that git would not understand.
    """

    def __init__(self, lines: Iterable[str], base: str, file: str = "") -> None:
        self.file = file
        self._base = base.rstrip(os.sep) + os.sep
        self._on_names = _PatternList()
        self._on_paths = _PatternList()
        self._seen: dict[str, tuple[int, bool] | None] = {}
        for place, line in enumerate(lines):
            self._add(place, line)

    def __bool__(self) -> bool:
        """Whether there is any pattern."""
        return bool(self._on_names) or bool(self._on_paths)

    def _add(self, place: int, line: str) -> None:
        if not line.strip() or line.startswith("#"):
            return
        for expression, ignores in _plain(line) or _compiled(line):
            if "/" in line.strip().removeprefix("!").rstrip("/"):
                self._on_paths.add(place, expression, ignores)
            else:
                self._on_names.add(place, expression.replace(_ANY_FOLDER, "^", 1), ignores)

    def verdict(self, name: str, path: str, is_folder: bool) -> bool | None:
        """Whether these patterns ignore a path (True), take it back (False), or say nothing of it (None)."""
        found = self.decision(name, path, is_folder)
        return found[1] if found else None

    def decision(self, name: str, path: str, is_folder: bool) -> tuple[int, bool] | None:
        """The place of the pattern that decides, counted from 0, and whether it ignores; None when none decides."""
        key = name + "/" if is_folder else name
        if key in self._seen:
            found = self._seen[key]
        else:
            found = self._seen[key] = self._on_names.last_match(key)
        if self._on_paths and path.startswith(self._base):
            relative = path[len(self._base) :].replace(os.sep, "/")
            deeper = self._on_paths.last_match(relative + "/" if is_folder else relative)
            found = max(found, deeper) if found and deeper else found or deeper
        return found


def _plain(line: str) -> list[tuple[str, bool]]:
    """The expression of a pattern of names and single stars, as most are; nothing for any other."""
    if not _PLAIN.match(line):
        return []
    pattern = line.removeprefix("!")
    if pattern.endswith("/**"):
        inside = "[^/]*".join(re.escape(part) for part in pattern.removesuffix("/**").strip("/").split("*"))
        return [(f"^{inside}/.+", not line.startswith("!"))]
    body = "[^/]*".join(re.escape(part) for part in pattern.strip("/").split("*"))
    start = "^" if "/" in pattern.rstrip("/") else _ANY_FOLDER
    return [(f"{start}{body}{_FOLDER if pattern.endswith('/') else _EITHER}", not line.startswith("!"))]


def _compiled(line: str) -> list[tuple[str, bool]]:
    """The expressions of any pattern, by pathspec, whose import takes a tenth of a short run."""
    from pathspec import GitIgnoreSpec

    # pathspec takes the last two parts of "a/**/" for none
    line = f"{line}*/" if line.rstrip().endswith("/**/") else line
    try:
        patterns = list(GitIgnoreSpec.from_lines([line]).patterns)
    except (ValueError, re.error):
        raise LobegenError(f"the ignore pattern {line!r} cannot be read.") from None
    return [
        (_exact(_GROUP_NAME.sub("?:", str(pattern.regex.pattern))), pattern.include)
        for pattern in patterns
        if pattern.include is not None and pattern.regex is not None
    ]


def _exact(expression: str) -> str:
    for end, exact in (("(?:(?:/)|$)", _EITHER), ("(?:/)", _FOLDER)):
        if expression.endswith(end):
            return expression.removesuffix(end) + exact
    return expression
