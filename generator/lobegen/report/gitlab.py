"""GitLab's Code Quality report: a JSON list of issues as Code Climate describes them."""

import json
from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.report.checkout import GITLAB, from_checkout
from lobegen.report.fingerprint import fingerprints
from lobegen.report.prose import places_besides
from lobegen.report.run import Report, Style

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}

Json = dict[str, object]


def render(report: Report, style: Style) -> Iterator[str]:
    """One issue for each finding; its fingerprint is the same in the next run."""
    keys = fingerprints(report.findings, report.sources)
    issues = [_issue(finding, key) for finding, key in zip(report.findings, keys, strict=True)]
    yield json.dumps(issues, indent=2, ensure_ascii=False)


def _issue(finding: Finding, key: str) -> Json:
    issue: Json = {
        "type": "issue",
        "check_name": finding.rule,
        "description": finding.message,
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": key,
        "location": _location(finding.span),
    }
    if finding.help:
        issue["content"] = {"body": finding.help}
    others = [_location(span) for span, _ in places_besides(finding)]
    return issue | ({"other_locations": others} if others else {})


def _location(span: Span) -> Json:
    return {
        "path": from_checkout(span.path, GITLAB),
        "lines": {"begin": span.line, "end": span.end_line},
        "positions": {
            "begin": {"line": span.line, "column": span.column},
            "end": {"line": span.end_line, "column": span.end_column},
        },
    }
