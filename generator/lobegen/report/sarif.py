"""SARIF 2.1.0, for code scanning and editors."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from lobegen import __version__
from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.report.run import Report, RuleFacts, Style, Suppressed

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_BASE = "%SRCROOT%"

Json = dict[str, object]


def render(report: Report, style: Style) -> Iterator[str]:
    """One SARIF log with one run; suppressed findings are in it as suppressed results."""
    driver: Json = {
        "name": "lobegen",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in report.rules],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that lobegen was run in."}}},
        "invocations": [_invocation(report)],
        "results": _results(report),
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: RuleFacts) -> Json:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.profile]},
    }


def _invocation(report: Report) -> Json:
    notifications: list[Json] = [{"level": "warning", "message": {"text": line}} for line in report.problems]
    notifications += [{"level": "error", "message": {"text": line}} for line in report.failures]
    return {"executionSuccessful": not report.failures, "toolExecutionNotifications": notifications}


def _results(report: Report) -> list[Json]:
    places = {rule.name: index for index, rule in enumerate(report.rules)}
    seen: Counter[str] = Counter()
    allowed = {id(each.finding): each for each in report.suppressed}
    results: list[Json] = []
    for finding in (*report.findings, *(each.finding for each in report.suppressed)):
        result = _result(finding, report)
        if finding.rule in places:
            result["ruleIndex"] = places[finding.rule]
        base = _fingerprint(finding, report)
        result["partialFingerprints"] = {"lobegen/v1": f"{base}:{seen[base]}"}
        seen[base] += 1
        if id(finding) in allowed:
            result["suppressions"] = [_suppression(allowed[id(finding)])]
        results.append(result)
    return results


def _result(finding: Finding, report: Report) -> Json:
    text = f"{finding.message} {finding.help}".strip()
    result: Json = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_location(finding.span, report)],
    }
    related = [_location(each.span, report) | _message(each.message) for each in finding.related]
    related += [_location(site.span, report) | _message(f"reached through {site.name}()") for site in finding.chain]
    if related:
        result["relatedLocations"] = [{"id": number} | each for number, each in enumerate(related, start=1)]
    return result


def _suppression(suppressed: Suppressed) -> Json:
    return {"kind": "inSource", "justification": suppressed.reason}


def _message(text: str) -> Json:
    return {"message": {"text": text}}


def _location(span: Span, report: Report) -> Json:
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    }
    source = report.sources.get(span.path)
    if source is not None:
        region["snippet"] = {"text": source[span.start : span.end].decode("utf-8", "replace")}
    return {"physicalLocation": {"artifactLocation": _artifact(span.path), "region": region}}


def _artifact(path: str) -> Json:
    pure = PurePosixPath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(path), "uriBaseId": _BASE}


def _fingerprint(finding: Finding, report: Report) -> str:
    """The same for the same finding after lines above it have changed."""
    source = report.sources.get(finding.span.path, b"")
    begin = source.rfind(b"\n", 0, finding.span.start) + 1
    end = source.find(b"\n", finding.span.start)
    line = b" ".join(source[begin : end if end >= 0 else len(source)].split())
    return hashlib.sha256(b"\0".join((finding.rule.encode(), finding.span.path.encode(), line))).hexdigest()[:32]
