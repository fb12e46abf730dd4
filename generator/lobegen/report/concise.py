"""One line for each finding: `path:line:column: severity[rule] message`."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.report.excerpt import printable
from lobegen.report.paint import Paint
from lobegen.report.run import Report, Style
from lobegen.report.summary import summary


def render(report: Report, style: Style) -> Iterator[str]:
    """The findings, one line each, and a summary."""
    paint = Paint(style.colour)
    for finding in report.findings:
        yield _line(finding, paint)
    if style.show_suppressed:
        for each in report.suppressed:
            yield f"{_line(each.finding, paint)} (allowed: {printable(each.reason)})"
    yield from summary(report, verbose=style.verbose)


def _line(finding: Finding, paint: Paint) -> str:
    span = finding.span
    head = paint.severity(f"{finding.severity.label}[{finding.rule}]", finding.severity)
    return f"{paint.bold(f'{span.path}:{span.line}:{span.column}')}: {head} {printable(finding.message)}"
