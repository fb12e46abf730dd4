"""What rules say: findings, their severity, and the places that belong to them."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct, field

from lobegen.model.fixes import Fix
from lobegen.model.source import CallSite, Span


class Severity(IntEnum):
    """How bad it is; ordered, so that thresholds compare."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """As shown and as written in configuration: "info", "warning", "error"."""
        return self.name.lower()


Profile = Literal["core", "layers", "guide"]


class Related(Struct, frozen=True):
    """Another place that belongs to a finding: the first of two equal names, the trigger's target.

    Attributes:
        span: The place; its path is `REVISION:path`, as git writes it, where that is in an earlier version.
    """

    span: Span
    message: str


class Finding(Struct, frozen=True):
    """One fault at one place.

    Attributes:
        rule: The rule's name.
        message: What is wrong here, in one line, with names from the code.
        severity: As this case deserves; configuration may override it.
        profile: As this case belongs to: a case that a rule reports under core is shown everywhere.
        guide_severity: Its severity where the guide profile applies, if other.
        causes: Places that are the cause; another rule's finding there, or with the same causes, may be outranked.
        fix: What would make it go away; of a finding in a report its `edits` say how, or its `obstacle` why not.
        help: What to do, in one line; empty when the message says it.
        chain: The calls by which the place was reached, outermost first.
    """

    rule: str
    span: Span
    message: str
    severity: Severity
    profile: Profile = "core"
    related: tuple[Related, ...] = ()
    chain: tuple[CallSite, ...] = field(default=())
    guide_severity: Severity | None = None
    help: str = ""
    causes: tuple[Span, ...] = field(default=())
    fix: Fix | None = None
