"""Reviewdog's diagnostic format; its columns count the bytes of a line."""

import json
from collections.abc import Iterator

from msgspec.structs import replace

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
    if others:
        diagnostic["related_locations"] = others
    suggestion = _suggestion(finding, report)
    return diagnostic | ({"suggestions": [suggestion]} if suggestion else {})


def _suggestion(finding: Finding, report: Report) -> Json | None:
    """A fix as one replacement, which is all that the format has; None when it is more than one file's matter."""
    edits = finding.fix.edits if finding.fix else ()
    source = report.sources.get(finding.span.path)
    if not edits or source is None or any(edit.span.path != finding.span.path for edit in edits):
        return None
    first, last = edits[0].span, edits[-1].span
    text, at = "", first.start
    try:
        for edit in edits:
            text += source[at : edit.span.start].decode("utf-8") + edit.text
            at = edit.span.end
    except UnicodeDecodeError:
        return None
    whole = replace(first, end=last.end, end_line=last.end_line, end_column=last.end_column)
    return {"range": _range(whole, source), "text": text}


def _location(span: Span, report: Report) -> Json:
    return {"path": span.path, "range": _range(span, report.sources.get(span.path))}


def _range(span: Span, source: bytes | None) -> Json:
    start, end = span.column, span.end_column
    if source is not None:
        start, end = _byte_column(source, span.start), _byte_column(source, span.end)
    return {"start": {"line": span.line, "column": start}, "end": {"line": span.end_line, "column": end}}


def _byte_column(source: bytes, offset: int) -> int:
    return offset - max(source.rfind(b"\n", 0, offset), source.rfind(b"\r", 0, offset))
