"""Which findings are shown, and with which severity: command line, settings, profiles."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from lobegen.config import ALL, Settings
from lobegen.model.findings import Finding

#: shown whatever is selected, unless it is ignored by name: a file that cannot be read was not checked
_ALWAYS = "syntax-error"


class Selection(Struct, frozen=True):
    """What the command line says; settings say the rest.

    Where something is both selected and ignored, the more exact word wins (a rule over its profile, a profile over
    `ALL`), and among equals "ignore". What the command line says of a rule by name outranks the settings.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def shows(self, finding: Finding, settings: Settings, *, scaffolded: bool) -> bool:
        """Whether a finding is shown in a file with these settings, in a workflow that lobegen made or not."""
        here = _exactness(finding, (*self.select, *self.extend_select))
        if _exactness(finding, self.ignore) >= max(here, 0):
            return False
        if here < 2:
            configured = _exactness(finding, settings.select or ())
            if _exactness(finding, settings.ignore) >= max(configured, 0):
                return False
        if finding.rule == _ALWAYS or _exactness(finding, self.extend_select) >= 0:
            return True
        if self.select:
            return _exactness(finding, self.select) >= 0
        if settings.select is not None:
            return _exactness(finding, settings.select) >= 0
        return finding.profile in _profiles(settings, scaffolded)

    def applies_guide(self, settings: Settings, *, scaffolded: bool) -> bool:
        """Whether the guide's severities hold."""
        words = {*self.select, *self.extend_select, *(settings.select or ())}
        return bool(words & {"guide", ALL}) or "guide" in _profiles(settings, scaffolded)

    def graded(self, finding: Finding, settings: Settings, *, scaffolded: bool) -> Finding:
        """A finding with the severity that holds: configured, else the guide's where that applies, else its own."""
        severity = settings.severities.get(finding.rule)
        if severity is None and self.applies_guide(settings, scaffolded=scaffolded):
            severity = finding.guide_severity
        return finding if severity in (None, finding.severity) else replace(finding, severity=severity)

    def may_show(self, rule: str) -> bool:
        """Whether the command line leaves any finding of a rule in."""
        named = rule in self.select or rule in self.extend_select
        if rule in self.ignore or (ALL in self.ignore and not named):
            return False
        only_rules = bool(self.select) and not {ALL, "core", "layers", "guide"} & {*self.select, *self.extend_select}
        return named or rule == _ALWAYS or not only_rules


def _exactness(finding: Finding, words: Iterable[str]) -> int:
    """How exactly words name a finding: 2 by its rule, 1 by its profile, 0 by `ALL`, -1 not at all."""
    words = tuple(words)
    if finding.rule in words:
        return 2
    return 1 if finding.profile in words else 0 if ALL in words else -1


def _profiles(settings: Settings, scaffolded: bool) -> tuple[str, ...]:
    if settings.profiles is not None:
        return settings.profiles
    return ("core", "layers", "guide") if scaffolded else ("core", "layers")
