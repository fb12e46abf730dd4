"""What one run of the linter found: all that an output format may show."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span


class RuleFacts(Struct, frozen=True):
    """A rule as formats describe it.

    Attributes:
        name: Its name.
        severity: That of its findings unless one says otherwise.
        profile: "core", "layers" or "guide".
        docstring: Of its class, as it is written there.
    """

    name: str
    severity: Severity
    profile: str
    docstring: str

    @property
    def summary(self) -> str:
        """What it finds, in one line."""
        return self.docstring.split("\n", 1)[0]

    @property
    def documentation(self) -> str:
        """Its documentation as Markdown."""
        from inspect import cleandoc  # whose import takes as long as that of all rules

        return cleandoc(self.docstring)


class Suppressed(Struct, frozen=True):
    """A finding that a comment allows, with its reason and the comment's place."""

    finding: Finding
    reason: str
    comment: Span


class SdkUse(Struct, frozen=True):
    """An SDK that endpoints run under.

    Attributes:
        package: Its name: "upstash-workflow" or "@upstash/workflow".
        version: Which rules took for it; empty where nothing says it.
        source: What says it: a file, or "config".
        endpoints: How many run under it.
    """

    package: str
    version: str
    source: str
    endpoints: int


class Counts(Struct, frozen=True):
    """What the run went over: files searched, endpoints and workflows found, places that could not be followed."""

    files: int = 0
    endpoints: int = 0
    workflows: int = 0
    unresolved: int = 0
    sdks: tuple[SdkUse, ...] = ()


class BaselineUse(Struct, frozen=True):
    """What a baseline did in a run.

    Attributes:
        file: Where it is.
        known: How many findings are in it and not shown.
        gone: How many it has that are no longer found.
    """

    file: str
    known: int
    gone: int


class Report(Struct, frozen=True):
    """The outcome of one run.

    Attributes:
        findings: To show, by path, place and rule; with the severity that holds after configuration.
        suppressed: Allowed by comments.
        problems: One line for each file that could not be read.
        failures: One line for each internal error; the findings may be incomplete then.
        counts: What the run went over.
        fail_on: The least severity that fails the run; None when nothing does.
        sources: Bytes of the files that findings point at, by `Span.path`.
        rules: All rules, by name.
        fixed: What was found and is no longer there, after fixing.
        baseline: What the baseline did; None where there is none.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    problems: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    counts: Counts = Counts()
    fail_on: Severity | None = Severity.WARNING
    sources: Mapping[str, bytes] = field(default_factory=dict)
    rules: tuple[RuleFacts, ...] = ()
    fixed: tuple[Finding, ...] = ()
    baseline: BaselineUse | None = None

    @property
    def exit_code(self) -> int:
        """0 when nothing fails the run, 1 when a finding does, 2 after an internal error."""
        if self.failures:
            return 2
        return int(self.fail_on is not None and any(each.severity >= self.fail_on for each in self.findings))

    def fixable(self, kind: Literal["safe", "unsafe"]) -> int:
        """How many findings have a fix of a kind."""
        return sum(finding.fix is not None and finding.fix.kind == kind for finding in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings have a severity."""
        return sum(finding.severity is severity for finding in self.findings)


class Style(Struct, frozen=True):
    """How a format may write.

    Attributes:
        colour: Whether escape sequences are wanted.
        show_suppressed: Whether suppressed findings are shown too.
        verbose: Whether people are told what the run took for granted.
    """

    colour: bool = False
    show_suppressed: bool = False
    verbose: bool = False
