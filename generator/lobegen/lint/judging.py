"""Runs the rules over a project: no rule's mistake ends the run, and one cause gives one finding."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from lobegen.model.findings import Finding
from lobegen.model.once import remembering
from lobegen.model.project import Project
from lobegen.model.source import Span
from lobegen.rules.base import Rule

#: what a failure tells the user to do
REPORT_IT = "This is a mistake in lobegen, not in the code it read: please report it."


class Judgement(Struct, frozen=True):
    """What the rules found, and one line for each internal error."""

    findings: tuple[Finding, ...]
    failures: tuple[str, ...]


def judge(rules: Iterable[Rule], project: Project) -> Judgement:
    """The findings of the rules; of a rule that fails on one endpoint, those on the others."""
    findings: list[Finding] = []
    failures: list[str] = []
    with remembering():
        for rule in rules:
            if rule.by_engine:
                continue
            try:
                findings += rule.check_project(project)
            except Exception as error:
                found, reasons = _endpoint_by_endpoint(rule, project, error)
                findings += found
                failures += reasons
    return Judgement(tuple(deduplicated(findings)), tuple(failures))


def _endpoint_by_endpoint(rule: Rule, project: Project, error: Exception) -> tuple[list[Finding], list[str]]:
    """Judge again with one endpoint at a time, to keep what can be known and to name the file that cannot be judged."""
    findings: list[Finding] = []
    failures: list[str] = []
    for endpoint in project.endpoints:
        try:
            findings += rule.check_project(replace(project, endpoints=(endpoint,)))
        except Exception as inner:
            failures.append(_failure(rule, endpoint.path, inner))
    return findings, failures or [_failure(rule, "the project", error)]


def _failure(rule: Rule, place: str, error: Exception) -> str:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error in the rule {rule.name} on {place}: {reason}. {REPORT_IT}"


def deduplicated(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, each place once for each rule and message; what shared helpers give is kept with the shortest chain."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.span, "" if finding.chain else finding.message)
        known = kept.get(key)
        if known is None or _weight(finding) > _weight(known):
            kept[key] = finding
    return list(kept.values())


def _weight(finding: Finding) -> tuple[int, int]:
    return finding.severity, -len(finding.chain)


def unoutranked(findings: Iterable[Finding], outranks: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Findings without those at whose place a rule speaks that outranks theirs.

    Args:
        findings: Those that are to be shown: a rule that is off silences no other.
        outranks: Rule to the rules that it outranks at the same place.
    """
    findings = list(findings)
    spoken: dict[str, set[_Place]] = {}
    for finding in findings:
        for lesser in outranks.get(finding.rule, ()):
            spoken.setdefault(lesser, set()).update(map(_place, (finding.span, *finding.causes)))
    return [each for each in findings if not _is_said(each, spoken.get(each.rule, set()))]


_Place = tuple[str, int, int]


def _place(span: Span) -> _Place:
    return span.path, span.start, span.end


def _is_said(finding: Finding, spoken: set[_Place]) -> bool:
    """Whether others speak of the same: of its place, or of each of its causes."""
    causes = [_place(span) in spoken for span in finding.causes]
    return _place(finding.span) in spoken or (bool(causes) and all(causes))


def order(finding: Finding) -> tuple[object, ...]:
    """The order in which findings are shown: by file, place, rule."""
    span = finding.span
    return span.path, span.line, span.column, span.end, finding.rule, finding.message
