"""Annotations of GitHub Actions: workflow commands, one a line."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.report.checkout import GITHUB, from_checkout
from lobegen.report.prose import in_words
from lobegen.report.run import Report, Style

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, style: Style) -> Iterator[str]:
    """One command for each finding, and one for each file that could not be read."""
    for finding in report.findings:
        yield _command(finding)
    for problem in report.problems:
        yield f"::warning title=lobegen::{_data(problem)}"


def _command(finding: Finding) -> str:
    span = finding.span
    properties = {
        "title": f"lobegen ({finding.rule})",
        "file": from_checkout(span.path, GITHUB),
        "line": str(span.line),
        "endLine": str(span.end_line),
    }
    # columns are only understood within one line
    if span.line == span.end_line:
        properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column))}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(in_words(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
