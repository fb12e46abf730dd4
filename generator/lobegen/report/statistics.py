"""How many findings each rule has, most first."""

from collections import Counter
from collections.abc import Iterator

from lobegen.model.findings import Severity
from lobegen.report.paint import Paint
from lobegen.report.run import Report, Style
from lobegen.report.summary import summary


def tally(report: Report) -> list[tuple[int, Severity, str]]:
    """Count, severity and name of each rule that found something; a rule with two severities is there twice."""
    counts = Counter((finding.severity, finding.rule) for finding in report.findings)
    rows = [(count, severity, rule) for (severity, rule), count in counts.items()]
    return sorted(rows, key=lambda row: (-row[0], -row[1], row[2]))


def render(report: Report, style: Style) -> Iterator[str]:
    """A table of counts, and a summary."""
    paint = Paint(style.colour)
    rows = tally(report)
    width = max((len(f"{count:,}") for count, _, _ in rows), default=0)
    for count, severity, rule in rows:
        yield f"{count:>{width},}  {paint.severity(f'{severity.label:<7}', severity)}  {rule}"
    yield from summary(report, verbose=style.verbose)
