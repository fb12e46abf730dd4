"""Everything that is known of the finding at one place: whether it is shown, and in which endpoint it stands."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from lobegen.errors import LobegenError
from lobegen.lint.engine import Reading, check_words, read_paths, report_of
from lobegen.lint.judging import judge, unoutranked
from lobegen.lint.options import LintOptions
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project, Workflow
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.report import Report, RuleFacts
from lobegen.rules import all_rules
from lobegen.rules.base import Rule

_PLACE = compiled(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?\Z", re.DOTALL)


class Context(Struct, frozen=True):
    """An endpoint that a finding is about, and the workflow that it belongs to."""

    endpoint: Endpoint
    workflow: Workflow | None


class Explanation(Struct, frozen=True):
    """A finding and what is known of it.

    Attributes:
        finding: With the severity that holds.
        status: Empty when the finding is shown; else why not.
        contexts: The endpoints that it is about.
        rule: What found it.
    """

    finding: Finding
    status: str
    contexts: tuple[Context, ...]
    rule: RuleFacts


class Explained(Struct, frozen=True):
    """The findings at one place, and the report that holds their sources."""

    explanations: tuple[Explanation, ...]
    report: Report


def explain(place: str, options: LintOptions) -> Explained:
    """Explain what is found at `PATH:LINE` or `PATH:LINE:COLUMN`, shown or not.

    Raises:
        LobegenError: No such place, or nothing found there; with the nearest place where something is.
    """
    match = _PLACE.match(place)
    if not match:
        raise LobegenError(f"--explain-finding: {place} is no place.", "Write PATH:LINE or PATH:LINE:COLUMN.")
    if Path(match["path"]).is_dir():
        raise LobegenError(f"--explain-finding: {match['path']} is a folder.", "Name the file and the line.")
    check_words(options)
    reading = read_paths([Path(match["path"])], options=options)
    report, known = report_of(reading, options), _known(reading, options)
    states: dict[object, tuple[Finding, str]] = {}
    for finding in judge(all_rules(), reading.project).findings:
        if reading.shows(finding.span.path):
            states[_identity(finding)] = (finding, _why_hidden(finding, report, known))
    states |= {_identity(each): (each, "") for each in report.findings}
    for each in report.suppressed:
        states[_identity(each.finding)] = (each.finding, f"allowed in line {each.comment.line}: {each.reason}")
    here = _at(list(states.values()), int(match["line"]), int(match["column"] or 0))
    if not here:
        raise _nothing(place, int(match["line"]), [finding for finding, _ in states.values()])
    facts = {rule.name: rule for rule in report.rules}
    explanations = tuple(
        Explanation(finding, status, tuple(_contexts(finding, reading)), facts[finding.rule])
        for finding, status in here
    )
    return Explained(explanations, _with_sources(report, explanations, reading))


def _known(reading: Reading, options: LintOptions) -> frozenset[object]:
    """What would be shown but for the baseline."""
    return frozenset(map(_identity, report_of(reading, replace(options, use_baseline=False)).findings))


def _why_hidden(finding: Finding, report: Report, known: frozenset[object]) -> str:
    if report.baseline is not None and _identity(finding) in known:
        return f"not shown: known, says {report.baseline.file}"
    outranks = {rule.name: rule.outranks for rule in all_rules()}
    if finding in unoutranked((*report.findings, finding), outranks):
        return "not shown: not selected, or ignored by the settings"
    louder = sorted(name for name, lesser in outranks.items() if finding.rule in lesser)
    speaking = [name for name in louder if any(each.rule == name for each in report.findings)]
    return f"not shown: {' or '.join(speaking)} says more of the same cause"


def _identity(finding: Finding) -> tuple[str, Span, str]:
    """The same before and after settings changed its severity."""
    return finding.rule, finding.span, finding.message


def _at(held: list[tuple[Finding, str]], line: int, column: int) -> list[tuple[Finding, str]]:
    """Those that begin in a line, else those that hold it; with a column, those that hold that place."""

    def holds(span: Span) -> bool:
        if column:
            return (
                (span.line, span.column) <= (line, column) < (span.end_line, span.end_column + (span.start == span.end))
            )
        return span.line <= line <= span.end_line

    beginning = [each for each in held if each[0].span.line == line and holds(each[0].span)]
    return beginning or [each for each in held if holds(each[0].span)]


def _nothing(place: str, line: int, findings: list[Finding]) -> LobegenError:
    nearest = min(findings, key=lambda each: abs(each.span.line - line), default=None)
    if nearest is None:
        return LobegenError(f"{place}: nothing is found in this file.")
    span = nearest.span
    return LobegenError(
        f"{place}: nothing is found there.", f"The nearest is {span.path}:{span.line}:{span.column} ({nearest.rule})."
    )


def _contexts(finding: Finding, reading: Reading) -> Iterator[Context]:
    """The endpoints in which the rule finds the same when it sees them alone; else those of the same file."""
    project = reading.project
    rule = next(rule for rule in all_rules() if rule.name == finding.rule)
    around = [each for each in project.endpoints if _finds(rule, project, each, finding)]
    for endpoint in around or [each for each in project.endpoints if each.path == finding.span.path]:
        yield Context(endpoint, project.workflow_of(endpoint))


def _finds(rule: Rule, project: Project, endpoint: Endpoint, finding: Finding) -> bool:
    try:
        found = list(rule.check_project(replace(project, endpoints=(endpoint,))))
    except Exception:
        # a rule that needs the other endpoints too: its file says enough
        return False
    return any(each.span == finding.span for each in found)


def _with_sources(report: Report, explanations: tuple[Explanation, ...], reading: Reading) -> Report:
    findings = [each.finding for each in explanations]
    paths = {span.path for each in findings for span in (each.span, *(other.span for other in each.related))}
    read = {path: reading.tree.read(Path(reading.path_of(path))) for path in sorted(paths)}
    sources = {path: content for path, content in read.items() if content is not None}
    return replace(report, findings=tuple(findings), suppressed=(), sources=sources)
