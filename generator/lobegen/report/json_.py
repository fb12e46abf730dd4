"""For programs: one JSON document; its shape (docs/linting-reports.md) only grows within one `schema` number."""

import json
from collections.abc import Iterator
from typing import TypedDict

from lobegen import __version__
from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix
from lobegen.model.source import Span
from lobegen.report.run import Report, Style
from lobegen.report.statistics import tally

SCHEMA = 1


class _Place(TypedDict):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int


def render(report: Report, style: Style) -> Iterator[str]:
    """The whole report."""
    suppressed = [finding_data(each.finding) | {"reason": each.reason} for each in report.suppressed]
    document = {
        "schema": SCHEMA,
        "version": __version__,
        "findings": [finding_data(finding) for finding in report.findings],
        "suppressed": suppressed,
        "statistics": [
            {"rule": rule, "severity": severity.label, "count": count} for count, severity, rule in tally(report)
        ],
        "summary": {
            "files": report.counts.files,
            "endpoints": report.counts.endpoints,
            "workflows": report.counts.workflows,
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "notes": report.count(Severity.INFO),
            "suppressed": len(suppressed),
            "fixed": len(report.fixed),
            "unresolved": report.counts.unresolved,
            "known": report.baseline.known if report.baseline else 0,
            "gone": report.baseline.gone if report.baseline else 0,
        },
        "problems": list(report.problems),
        "failures": list(report.failures),
    }
    yield json.dumps(document, indent=2, ensure_ascii=False)


def finding_data(finding: Finding) -> dict[str, object]:
    """A finding as plain data."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "profile": finding.profile,
        "message": finding.message,
        "help": finding.help,
        "place": _place(finding.span),
        "related": [{"message": each.message, "place": _place(each.span)} for each in finding.related],
        "chain": [{"name": site.name, "place": _place(site.span)} for site in finding.chain],
        "fix": _fix(finding.fix),
        "obstacle": finding.fix.obstacle if finding.fix else "",
    }


def _fix(fix: Fix | None) -> dict[str, object] | None:
    """A fix that can be applied; its edits do not overlap, and all of them are to be made."""
    if fix is None or not fix.edits:
        return None
    edits = [{"place": _place(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _place(span: Span) -> _Place:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "start": span.start,
        "end": span.end,
    }
