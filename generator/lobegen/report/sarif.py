"""SARIF 2.1.0, for code scanning and editors."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote

from lobegen import __version__
from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix
from lobegen.model.source import Span
from lobegen.report.checkout import GITHUB, from_checkout
from lobegen.report.fingerprint import fingerprints
from lobegen.report.prose import HOME, page_of, places_besides, section_of
from lobegen.report.run import Report, RuleFacts, Style, Suppressed

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
#: as GitHub names them
_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_BASE = "%SRCROOT%"

Json = dict[str, object]


def render(report: Report, style: Style) -> Iterator[str]:
    """One SARIF log with one run; suppressed findings are in it as suppressed results."""
    driver: Json = {
        "name": "lobegen",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in report.rules],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The checkout in GitHub Actions, else the folder that lobegen was run in."}}
        },
        "invocations": [_invocation(report)],
        "results": _results(report),
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: RuleFacts) -> Json:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _what_it_finds(rule)},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "helpUri": page_of(rule.name),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.profile], "problem.severity": _KINDS[rule.severity]},
    }


def _what_it_finds(rule: RuleFacts) -> str:
    return " ".join(section_of(rule.documentation, "What it finds").split()) or rule.summary


def _invocation(report: Report) -> Json:
    notifications: list[Json] = [{"level": "warning", "message": {"text": line}} for line in report.problems]
    notifications += [{"level": "error", "message": {"text": line}} for line in report.failures]
    return {"executionSuccessful": not report.failures, "toolExecutionNotifications": notifications}


def _results(report: Report) -> list[Json]:
    places = {rule.name: index for index, rule in enumerate(report.rules)}
    allowed: tuple[Suppressed | None, ...] = (*(None for _ in report.findings), *report.suppressed)
    findings = (*report.findings, *(each.finding for each in report.suppressed))
    keys = fingerprints(findings, report.sources)
    results: list[Json] = []
    for finding, key, suppressed in zip(findings, keys, allowed, strict=True):
        result = _result(finding, report) | {"partialFingerprints": {"lobegen/v1": key}}
        if finding.rule in places:
            result["ruleIndex"] = places[finding.rule]
        if suppressed is not None:
            result["suppressions"] = [_suppression(suppressed, report)]
        results.append(result)
    return results


def _result(finding: Finding, report: Report) -> Json:
    others = list(enumerate(places_besides(finding), start=1))
    result: Json = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(finding, [(number, text) for number, (_, text) in others])},
        "locations": [_location(finding.span, report)],
    }
    if others:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": text}} | _location(span, report) for number, (span, text) in others
        ]
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _fix(fix: Fix) -> Json:
    changes = [
        {
            "artifactLocation": _artifact(path),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits
            ],
        }
        for path, edits in groupby(fix.edits, key=lambda edit: edit.span.path)
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes, "properties": {"safe": fix.safe}}


def _text(finding: Finding, others: list[tuple[int, str]]) -> str:
    """Message, help, and links to the related places, which code scanning shows nowhere else."""
    links = ", ".join(f"[{_in_link(text)}]({number})" for number, text in others)
    text = " ".join(filter(None, (finding.message, finding.help)))
    return _unlinked(text) + (f"\nSee {links}." if links else "")


def _in_link(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def _unlinked(text: str) -> str:
    """A text in which nothing is taken for a link, as `list[0](1)` would be."""
    return _in_link(text) if "](" in text else text


def _suppression(suppressed: Suppressed, report: Report) -> Json:
    location = _location(suppressed.comment, report)
    return {"kind": "inSource", "status": "accepted", "justification": suppressed.reason, "location": location}


def _location(span: Span, report: Report) -> Json:
    region = _region(span)
    source = report.sources.get(span.path)
    if source is not None:
        region["snippet"] = {"text": source[span.start : span.end].decode("utf-8", "replace")}
    return {"physicalLocation": {"artifactLocation": _artifact(span.path), "region": region}}


def _region(span: Span) -> Json:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    }


def _artifact(path: str) -> Json:
    path = from_checkout(path, GITHUB)
    pure = PurePosixPath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(path), "uriBaseId": _BASE}
