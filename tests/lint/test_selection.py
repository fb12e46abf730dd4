"""Which findings are shown, and with which severity."""

import pytest

from lobegen.config import Settings
from lobegen.lint.selection import Selection
from lobegen.model.findings import Finding, Profile, Severity
from lobegen.model.source import Span


def finding(rule: str = "nested-step", profile: Profile = "core", **more: object) -> Finding:
    return Finding(rule, Span("a.ts", 1, 1, 1, 2, 0, 1), "m", Severity.WARNING, profile, **more)  # type: ignore[arg-type]


def shows(found: Finding, selection: Selection, settings: Settings, *, scaffolded: bool = False) -> bool:
    return selection.shows(found, settings, scaffolded=scaffolded)


@pytest.mark.parametrize(
    ("profile", "scaffolded", "shown"),
    [("core", False, True), ("layers", False, True), ("guide", False, False), ("guide", True, True)],
)
def test_by_default_the_guide_applies_to_what_lobegen_made_only(
    profile: Profile, scaffolded: bool, shown: bool
) -> None:
    assert shows(finding(profile=profile), Selection(), Settings(), scaffolded=scaffolded) is shown


@pytest.mark.parametrize(("profile", "shown"), [("core", True), ("layers", False), ("guide", False)])
def test_configured_profiles_are_exactly_those(profile: Profile, shown: bool) -> None:
    assert shows(finding(profile=profile), Selection(), Settings(profiles=("core",)), scaffolded=True) is shown


CASES: dict[str, tuple[Selection, Settings, Finding, bool]] = {
    "select another rule": (Selection(select=("unnamed-step",)), Settings(), finding(), False),
    "select the rule": (Selection(select=("nested-step",)), Settings(), finding(), True),
    "select a rule of the guide": (Selection(select=("nested-step",)), Settings(), finding(profile="guide"), True),
    "select ALL": (Selection(select=("ALL",)), Settings(), finding(profile="guide"), True),
    "select guide hides core": (Selection(select=("guide",)), Settings(), finding(), False),
    "extend with guide": (Selection(extend_select=("guide",)), Settings(), finding(profile="guide"), True),
    "extend keeps the rest": (Selection(extend_select=("guide",)), Settings(), finding(), True),
    "ignore the rule": (Selection(ignore=("nested-step",)), Settings(), finding(), False),
    "ignore the profile": (Selection(ignore=("layers",)), Settings(), finding(profile="layers"), False),
    "rule selected, profile ignored": (Selection(("nested-step",), ignore=("core",)), Settings(), finding(), True),
    "profile selected, rule ignored": (Selection(("core",), ignore=("nested-step",)), Settings(), finding(), False),
    "both by name": (Selection(("nested-step",), ignore=("nested-step",)), Settings(), finding(), False),
    "configured ignore": (Selection(), Settings(ignore=("nested-step",)), finding(), False),
    "configured ignore, named here": (Selection(("nested-step",)), Settings(ignore=("nested-step",)), finding(), True),
    "configured ignore, ALL here": (Selection(("ALL",)), Settings(ignore=("nested-step",)), finding(), False),
    "configured select": (Selection(), Settings(select=("unnamed-step",)), finding(), False),
    "configured select, other here": (Selection(("nested-step",)), Settings(select=("unnamed-step",)), finding(), True),
    "configured select guide": (Selection(), Settings(select=("core", "guide")), finding(profile="guide"), True),
    "syntax errors always": (Selection(("nested-step",)), Settings(), finding("syntax-error"), True),
    "unless ignored": (Selection(ignore=("syntax-error",)), Settings(), finding("syntax-error"), False),
}


@pytest.mark.parametrize(("selection", "settings", "found", "shown"), CASES.values(), ids=CASES.keys())
def test_the_more_exact_word_wins_and_the_command_line_over_settings(
    selection: Selection, settings: Settings, found: Finding, shown: bool
) -> None:
    assert shows(found, selection, settings) is shown


@pytest.mark.parametrize(
    ("selection", "settings", "scaffolded", "severity"),
    [
        (Selection(), Settings(), False, Severity.WARNING),
        (Selection(), Settings(), True, Severity.ERROR),
        (Selection(), Settings(profiles=("core", "guide")), False, Severity.ERROR),
        (Selection(), Settings(profiles=("core",)), True, Severity.WARNING),
        (Selection(extend_select=("guide",)), Settings(), False, Severity.ERROR),
        (Selection(), Settings(severities={"nested-step": Severity.INFO}), True, Severity.INFO),
    ],
)
def test_severity_is_the_configured_one_else_that_of_the_guide_where_it_applies(
    selection: Selection, settings: Settings, scaffolded: bool, severity: Severity
) -> None:
    graded = selection.graded(finding(guide_severity=Severity.ERROR), settings, scaffolded=scaffolded)
    assert graded.severity is severity
