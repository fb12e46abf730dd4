"""JUnit XML, for services that show tests: a suite for each file, a test case for each finding."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lobegen.model.findings import Finding, Severity
from lobegen.report.excerpt import printable
from lobegen.report.prose import in_words
from lobegen.report.run import Report, Style

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report, style: Style) -> Iterator[str]:
    """Findings that fail a run are failures, others pass and say what they are; allowed ones are skipped."""
    top = Element("testsuites", name="lobegen")
    held = [(each, "") for each in report.findings]
    held += [(each.finding, each.reason) for each in report.suppressed]
    held.sort(key=lambda each: each[0].span.path)
    for path, findings in groupby(held, key=lambda each: each[0].span.path):
        suite = SubElement(top, "testsuite", name=_clean(path))
        names: Counter[str] = Counter()
        for finding, reason in findings:
            _case(suite, finding, reason, report.fail_on or Severity.WARNING, _name(finding, names))
    _run(SubElement(top, "testsuite", name="lobegen"), report)
    for counted in (*top, top):
        counted.set("tests", str(sum(1 for _ in counted.iter("testcase"))))
        for name, tag in _COUNTED.items():
            counted.set(name, str(sum(1 for _ in counted.iter(tag))))
    indent(top)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield tostring(top, encoding="unicode")


def _name(finding: Finding, before: Counter[str]) -> str:
    """What a case is called; services take two of one name in a suite for one test."""
    name = f"{finding.rule} at {finding.span.line}:{finding.span.column}"
    before[name] += 1
    return name if before[name] == 1 else f"{name} ({before[name]})"


def _case(suite: Element, finding: Finding, reason: str, fail_on: Severity, name: str) -> None:
    span = finding.span
    case = SubElement(suite, "testcase", name=name)
    case.attrib |= {"classname": _clean(span.path), "file": _clean(span.path), "line": str(span.line)}
    text = _clean(f"{span.path}:{span.line}:{span.column}: {in_words(finding)}")
    if reason:
        SubElement(case, "skipped", message=_clean(f"allowed: {reason}"))
    elif finding.severity >= fail_on:
        failure = SubElement(case, "failure", type=finding.rule, message=_clean(finding.message))
        failure.text = text
    else:
        SubElement(case, "system-out").text = f"{finding.severity.label}[{finding.rule}] {text}"


def _run(suite: Element, report: Report) -> None:
    """What belongs to no file; never empty, since services take an empty report for a broken one."""
    if not report.problems and not report.failures:
        SubElement(suite, "testcase", name="lint", classname="lobegen")
    for line in (*report.problems, *report.failures):
        case = SubElement(suite, "testcase", name="lint", classname="lobegen")
        SubElement(case, "error", type="lobegen", message=_clean(line))


def _clean(text: str) -> str:
    """A text without what XML cannot hold: control characters are written as escapes."""
    return "\n".join(map(printable, text.split("\n")))
