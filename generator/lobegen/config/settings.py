"""What settings hold, and what they are when nothing is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from lobegen.model.findings import Profile, Severity
from lobegen.model.limits import Plan
from lobegen.model.source import Language

FailOn = Literal["warning", "error", "never"]
FAIL_ON: tuple[FailOn, ...] = ("warning", "error", "never")
PROFILES: tuple[Profile, ...] = ("core", "layers", "guide")
#: every rule of every profile
ALL = "ALL"


class Settings(Struct, frozen=True):
    """The settings that hold for a folder.

    Attributes:
        file: The file they were read from; None for the defaults.
        base: The folder that patterns are relative to.
        written: The keys that the file has.
        select: Rules, profiles or `ALL` to show; None when not written.
        ignore: Rules or profiles not to show.
        profiles: Profiles to apply; None when not written (core, layers, and guide for what lobegen scaffolded).
        per_file_ignores: Pattern to the rules or profiles not shown in the files that it matches.
        severities: Severity of a rule's findings, whatever the rule says.
        exclude: Patterns of files and folders not to read.
        sdk: SDK versions that outrank what lock files say.
        plan: The plan of Upstash whose limits hold; None when not written.
        side_effects: Functions, methods and packages whose calls have an effect, besides those that lobegen knows.
        fail_on: The severity from which on a run fails.
        include_tests: Whether test files are linted.
        baseline: A file of findings that are known, as an absolute path; None when not written.
        force_exclude: Whether files that are named on the command line are held to `exclude` and ignore files.
    """

    file: Path | None = None
    base: Path = field(default_factory=Path)
    written: frozenset[str] = frozenset()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    sdk: Mapping[Language, str] = field(default_factory=dict)
    plan: Plan | None = None
    side_effects: tuple[str, ...] = ()
    fail_on: FailOn = "warning"
    include_tests: bool = False
    force_exclude: bool = False
    baseline: Path | None = None
