"""From a parsed TOML table to settings: every value is checked, every error names file, key and what would be right."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from msgspec import Struct

from lobegen.config.settings import ALL, FAIL_ON, PROFILES, FailOn, Settings
from lobegen.errors import LobegenError
from lobegen.model.findings import Profile, Severity
from lobegen.model.limits import PLANS, Plan
from lobegen.model.source import Language
from lobegen.patterns import compiled

KEYS = (
    "select",
    "ignore",
    "profiles",
    "per-file-ignores",
    "severities",
    "exclude",
    "sdk",
    "plan",
    "side-effects",
    "fail-on",
    "include-tests",
    "force-exclude",
    "baseline",
)
_TYPES = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
_Value = TypeVar("_Value")
_VERSION = compiled(r"\d+(\.\d+){0,2}([-.]?\w+)*\Z")


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the nearest spelling, or all of them when none is near."""
    from difflib import get_close_matches

    words = list(words)
    folded = {each.lower(): each for each in reversed(words)}
    near = get_close_matches(word.lower().replace("_", "-"), folded, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{folded[near[0]]}"?'
    return f"Use one of: {', '.join(words)}." if len(words) <= 20 else "`lobegen rule --all` lists the rules."


def check_selector(word: str, rules: Iterable[str]) -> str | None:
    """What is wrong with a word that should name a rule, a profile or `ALL`; None when nothing is."""
    if word in PROFILES or word == ALL or word in rules:
        return None
    return f'"{word}" is no rule and no profile. {nearest(word, (*sorted(rules), *PROFILES, ALL))}'


class TableReader(Struct, frozen=True):
    """Reads one table of settings.

    Attributes:
        file: Where it was read, as shown in errors.
        prefix: What stands before its keys in that file: "tool.lobegen." or nothing.
        rules: The names of all rules.
    """

    file: str
    prefix: str
    rules: frozenset[str]

    def read(self, table: Mapping[str, Any], path: Path) -> Settings:
        """The settings that a table holds.

        Raises:
            LobegenError: A key that is no setting, or a value that it cannot have.
        """
        for key in table:
            if key not in KEYS:
                at_top = key == "tool" and not self.prefix
                hint = "In this file settings stand at the top, without [tool.lobegen]." if at_top else ""
                raise self._error(key, "is no setting.", hint or nearest(key, KEYS))
        return Settings(
            file=path,
            base=path.parent,
            written=frozenset(table),
            select=self._selectors(table, "select") if "select" in table else None,
            ignore=self._selectors(table, "ignore"),
            profiles=self._profiles(table["profiles"]) if "profiles" in table else None,
            per_file_ignores=self._per_file_ignores(table),
            severities=self._severities(table),
            exclude=tuple(self._pattern("exclude", word) for word in self._texts("exclude", table.get("exclude", []))),
            sdk=self._sdk(table),
            plan=self._plan(table),
            side_effects=self._texts("side-effects", table.get("side-effects", [])),
            fail_on=self._fail_on(table),
            include_tests=self._typed("include-tests", table.get("include-tests", False), bool),
            force_exclude=self._typed("force-exclude", table.get("force-exclude", False), bool),
            baseline=path.parent / self._typed("baseline", table["baseline"], str) if "baseline" in table else None,
        )

    def _error(self, key: str, problem: str, hint: str = "") -> LobegenError:
        return LobegenError(f"{self.file}: {self.prefix}{key}: {problem}", hint)

    def _typed(self, key: str, value: object, wanted: type[_Value]) -> _Value:
        if type(value) is not wanted:
            found = _TYPES.get(type(value), f"a {type(value).__name__}")
            raise self._error(key, f"must be {_TYPES[wanted]}, not {found}.")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        return tuple(self._typed(key, word, str) for word in self._typed(key, value, list))

    def _selectors(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        words = self._texts(key, table.get(key, []))
        for word in words:
            problem = check_selector(word, self.rules)
            if problem:
                raise self._error(key, problem)
        return words

    def _profiles(self, value: object) -> tuple[Profile, ...]:
        words = self._texts("profiles", value)
        for word in words:
            if word not in PROFILES:
                raise self._error("profiles", f'"{word}" is no profile.', nearest(word, PROFILES))
        return cast("tuple[Profile, ...]", words)

    def _per_file_ignores(self, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        key = "per-file-ignores"
        written = self._typed(key, table.get(key, {}), dict)
        reader = TableReader(self.file, f"{self.prefix}{key}.", self.rules)
        return {self._pattern(key, pattern): reader._selectors(written, pattern) for pattern in written}

    def _severities(self, table: Mapping[str, Any]) -> dict[str, Severity]:
        key = "severities"
        named = {severity.label: severity for severity in Severity}
        found: dict[str, Severity] = {}
        for rule, word in self._typed(key, table.get(key, {}), dict).items():
            if rule not in self.rules:
                raise self._error(f"{key}.{rule}", f'"{rule}" is no rule.', nearest(rule, sorted(self.rules)))
            if self._typed(f"{key}.{rule}", word, str) not in named:
                hint = 'To turn a rule off, list it under "ignore".' if word in ("off", "ignore", "none") else ""
                raise self._error(f"{key}.{rule}", f'"{word}" is no severity.', hint or nearest(word, named))
            found[rule] = named[word]
        return found

    def _sdk(self, table: Mapping[str, Any]) -> dict[Language, str]:
        found: dict[Language, str] = {}
        for language, version in self._typed("sdk", table.get("sdk", {}), dict).items():
            if language not in get_args(Language):
                raise self._error(f"sdk.{language}", "is no language.", nearest(language, get_args(Language)))
            if not _VERSION.match(self._typed(f"sdk.{language}", version, str)):
                raise self._error(f"sdk.{language}", f'"{version}" is no version.', 'Write it as "1" or "0.2.23".')
            found[language] = version
        return found

    def _plan(self, table: Mapping[str, Any]) -> Plan | None:
        if "plan" not in table:
            return None
        word = self._typed("plan", table["plan"], str)
        if word not in PLANS:
            raise self._error("plan", f'"{word}" is no plan.', nearest(word, PLANS))
        return word

    def _fail_on(self, table: Mapping[str, Any]) -> FailOn:
        word = self._typed("fail-on", table.get("fail-on", "warning"), str)
        if word not in FAIL_ON:
            raise self._error("fail-on", f'"{word}" is no threshold.', nearest(word, FAIL_ON))
        return word

    def _pattern(self, key: str, pattern: str) -> str:
        problem = pattern_problem(pattern)
        if problem:
            raise self._error(key, f'the pattern "{pattern}" {problem}')
        return pattern


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern of paths; None when it can be used."""
    from pathspec import GitIgnoreSpec

    if "{" in pattern:
        return "has braces, which are not expanded: write one pattern for each."
    if pattern.startswith(("../", "~")) or re.match(r"[A-Za-z]:", pattern):
        return "leads out of the folder of the settings: patterns are relative to it."
    try:
        compiled = list(GitIgnoreSpec.from_lines([pattern]).patterns)
    except (ValueError, re.error):
        return "cannot be read: patterns are written as in .gitignore."
    if not any(each.regex for each in compiled):
        return "matches nothing: patterns are written as in .gitignore."
    return None
