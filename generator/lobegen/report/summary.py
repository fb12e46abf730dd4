"""The last lines of the formats for people: how much was found, in how much."""

from collections.abc import Iterator

from lobegen.model.findings import Severity
from lobegen.report.run import Report, SdkUse


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "1,200 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def summary(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """What was found, what was gone over, what could not be judged, and under which SDKs what was found runs."""
    counts = report.counts
    ground = f"{counted(counts.endpoints, 'endpoint')} of {counted(counts.workflows, 'workflow')}"
    ground += f" ({counted(counts.files, 'file')} searched)"
    levels = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note"))
    found = [counted(report.count(severity), noun) for severity, noun in levels if report.count(severity)]
    if not counts.files:
        yield "No file to lint."
    elif not counts.endpoints and not report.findings:
        yield f"No Upstash workflow found ({counted(counts.files, 'file')} searched)."
    elif found:
        yield f"Found {_listed(found)} in {ground}."
    else:
        yield f"No findings in {ground}."
    yield from fixes(report)
    if report.suppressed:
        yield f"{counted(len(report.suppressed), 'finding')} allowed by comments."
    yield from _agreed(report)
    if counts.unresolved:
        places = counted(counts.unresolved, "place")
        yield f"{places} could not be followed and {'was' if counts.unresolved == 1 else 'were'} not judged."
    for each in counts.sdks if verbose else ():
        yield _sdk(each)


def _sdk(use: SdkUse) -> str:
    """One line: "@upstash/workflow 1.3.3 (from package-lock.json): 3 endpoints."."""
    if not use.version:
        help = "set it in [tool.lobegen.sdk] for the rules that depend on it"
        return f"{use.package} of unknown version: {counted(use.endpoints, 'endpoint')}; {help}."
    return f"{use.package} {use.version} (from {use.source}): {counted(use.endpoints, 'endpoint')}."


def _agreed(report: Report) -> Iterator[str]:
    """What the baseline holds back, and what of it is of no use any more."""
    use = report.baseline
    if use is not None and use.known:
        yield f"{counted(use.known, 'finding')} known by the baseline."
    if use is not None and use.gone:
        entries = "1 baseline entry is" if use.gone == 1 else f"{use.gone:,} baseline entries are"
        yield f"{entries} gone; prune with `lobegen lint --write-baseline {use.file}`."


def fixes(report: Report) -> Iterator[str]:
    """What was fixed, and what could be."""
    rest = _fixable(report)
    if report.fixed:
        yield f"{counted(len(report.fixed), 'finding')} fixed{f'; {rest}' if rest else ''}."
    elif rest:
        yield f"Can be fixed: {rest}."


def would_fix(report: Report) -> Iterator[str]:
    """What a run that writes would fix."""
    rest = _fixable(report)
    if report.fixed or rest:
        yield f"Would fix {counted(len(report.fixed), 'finding')}{f'; {rest}' if rest else ''}."


def _fixable(report: Report) -> str:
    safe, unsafe = report.fixable("safe"), report.fixable("unsafe")
    more = " more" if safe or report.fixed else ""
    return _listed([f"{safe:,} with --fix"] * bool(safe) + [f"{unsafe:,}{more} with --unsafe-fixes"] * bool(unsafe))


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
