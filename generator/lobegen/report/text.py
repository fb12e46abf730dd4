"""For people: each finding with its line of source, a caret, the places that belong to it, and what to do."""

from collections.abc import Iterator, Mapping

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix
from lobegen.model.source import Span
from lobegen.report.excerpt import excerpt, printable
from lobegen.report.paint import Paint
from lobegen.report.run import Report, Style
from lobegen.report.summary import summary


def render(report: Report, style: Style) -> Iterator[str]:
    """The findings one below the other, and a summary."""
    paint = Paint(style.colour)
    for finding in report.findings:
        yield from finding_lines(finding, report.sources, paint)
        yield ""
    if style.show_suppressed:
        for each in report.suppressed:
            yield from finding_lines(each.finding, report.sources, paint, allowed=each.reason)
            yield ""
    yield from summary(report, verbose=style.verbose)


def finding_lines(
    finding: Finding, sources: Mapping[str, bytes], paint: Paint, *, allowed: str | None = None
) -> Iterator[str]:
    """A finding as people read it, line by line; with its reason where a comment allows it."""
    head = paint.severity(f"{finding.severity.label}[{finding.rule}]", finding.severity)
    suffix = "" if allowed is None else f" (allowed: {printable(allowed)})"
    yield head + paint.bold(f": {printable(finding.message)}{suffix}")
    margin = len(str(max(place.line for place in (finding.span, *(each.span for each in finding.related)))))
    yield from _place(finding.span, sources, margin, paint, finding.severity)
    for related in finding.related:
        yield paint.frame(" " * margin + " :") + f" {printable(related.message)}"
        yield from _place(related.span, sources, margin, paint, Severity.INFO)
    notes = [f"reached through {printable(site.name)}() at {_where(site.span)}" for site in finding.chain]
    notes += [f"help: {printable(finding.help)}"] if finding.help else []
    notes += _fix(finding.fix) if finding.fix else []
    for note in notes:
        yield paint.frame(" " * margin + " = ") + note


def _fix(fix: Fix) -> list[str]:
    """What the fix does and what asks for it, or why there is none."""
    if fix.kind == "impossible":
        return [f"no fix: {printable(fix.obstacle)}"] if fix.obstacle else []
    return [f"fix: {printable(fix.title)} ({'--fix' if fix.safe else '--fix --unsafe-fixes'})"]


def _place(span: Span, sources: Mapping[str, bytes], margin: int, paint: Paint, severity: Severity) -> Iterator[str]:
    yield paint.frame(" " * margin + "--> ") + _where(span)
    found = excerpt(sources[span.path], span) if span.path in sources else None
    if found is None:
        return
    yield paint.frame(" " * margin + " |")
    yield paint.frame(f"{span.line:>{margin}} | ") + found.text
    yield paint.frame(" " * margin + " | ") + paint.severity(found.marker, severity)


def _where(span: Span) -> str:
    return f"{span.path}:{span.line}:{span.column}"
