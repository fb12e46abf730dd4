"""Reviewdog's diagnostic format; its columns count the bytes of a line."""

import json
from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.report.prose import HOME, page_of, places_besides
from lobegen.report.run import Report, Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}

Json = dict[str, object]


def render(report: Report, style: Style) -> Iterator[str]:
    """One result with a diagnostic for each finding."""
    document = {
        "source": {"name": "lobegen", "url": HOME},
        "diagnostics": [_diagnostic(finding, report) for finding in report.findings],
    }
    yield json.dumps(document, indent=2, ensure_ascii=False)


def _diagnostic(finding: Finding, report: Report) -> Json:
    diagnostic: Json = {
        "message": "\n".join(filter(None, (finding.message, finding.help))),
        "location": _location(finding.span, report),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule, "url": page_of(finding.rule)},
    }
    others = [{"message": text, "location": _location(span, report)} for span, text in places_besides(finding)]
    return diagnostic | ({"related_locations": others} if others else {})


def _location(span: Span, report: Report) -> Json:
    source = report.sources.get(span.path)
    start, end = span.column, span.end_column
    if source is not None:
        start, end = _byte_column(source, span.start), _byte_column(source, span.end)
    places = {"start": {"line": span.line, "column": start}, "end": {"line": span.end_line, "column": end}}
    return {"path": span.path, "range": places}


def _byte_column(source: bytes, offset: int) -> int:
    return offset - max(source.rfind(b"\n", 0, offset), source.rfind(b"\r", 0, offset))
