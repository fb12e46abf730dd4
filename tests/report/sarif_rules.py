"""What SARIF 2.1.0 demands of the parts of a log that lobegen writes, with the sections of the standard."""

import re
from typing import Any

_URI = re.compile(r"[A-Za-z0-9\-._~:/@!$&'()*+,;=%]*\Z")
_LEVELS = {"none", "note", "warning", "error"}


def check(log: dict[str, Any]) -> None:
    """Assert that a log keeps the standard's rules."""
    assert log["version"] == "2.1.0"  # 3.13.2
    assert log["$schema"].endswith("sarif-2.1.0.json")  # 3.13.3
    for run in log["runs"]:
        _run(run)


def _run(run: dict[str, Any]) -> None:
    driver = run["tool"]["driver"]  # 3.18.2
    assert driver["name"]  # 3.19.8
    assert re.match(r"\d+\.\d+\.\d+", driver["semanticVersion"])  # 3.19.12
    ids = [_rule(rule) for rule in driver["rules"]]
    assert len(ids) == len(set(ids))  # 3.19.23
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")  # 3.14.17
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)  # 3.20.14, required
        for notification in invocation["toolExecutionNotifications"]:
            assert notification["level"] in _LEVELS
            assert notification["message"]["text"]
    for result in run["results"]:
        _result(result, ids, run["originalUriBaseIds"])


def _rule(rule: dict[str, Any]) -> str:
    assert rule["id"]  # 3.49.3
    for text in ("shortDescription", "fullDescription", "help"):
        assert rule[text]["text"]  # 3.12.3: a multiformat message has a text
    assert "\n" not in rule["shortDescription"]["text"]  # 3.49.9: one sentence
    assert rule["defaultConfiguration"]["level"] in _LEVELS  # 3.50.3
    return str(rule["id"])


def _result(result: dict[str, Any], ids: list[str], bases: dict[str, Any]) -> None:
    assert result["message"]["text"]  # 3.27.11, required
    assert result["level"] in _LEVELS  # 3.27.10
    if "ruleIndex" in result:
        assert ids[result["ruleIndex"]] == result["ruleId"]  # 3.27.6
    for key, value in result["partialFingerprints"].items():  # 3.27.17
        assert isinstance(value, str)
        assert re.match(r"[^/]+/v\d+\Z", key)
    related = result.get("relatedLocations", [])
    numbers = [location["id"] for location in related]
    assert len(numbers) == len(set(numbers))
    assert all(number >= 0 for number in numbers)
    for location in (*result["locations"], *related):
        _location(location["physicalLocation"], bases)
    for suppression in result.get("suppressions", []):
        assert suppression["kind"] in ("inSource", "external")  # 3.35.2


def _location(location: dict[str, Any], bases: dict[str, Any]) -> None:
    artifact, region = location["artifactLocation"], location["region"]
    assert _URI.match(artifact["uri"])  # 3.10.1: RFC 3986
    if "uriBaseId" in artifact:
        assert artifact["uriBaseId"] in bases
        assert not artifact["uri"].startswith("/")
    else:
        assert artifact["uri"].startswith("file:///")
    assert region["startLine"] >= 1
    assert region["startColumn"] >= 1
    assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])  # 3.30.7, 3.30.8
    assert region["byteOffset"] >= 0
    assert region["byteLength"] >= 0
