"""SARIF, against the schema of its standard and what the standard says besides."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from report_samples import FINDING, FIXED, ODD, ODD_PATH, ODD_SOURCE, SOURCE
from sarif_rules import check

from lobegen.lint import lint_paths
from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.report import Report
from schemas import SARIF, complaints

Rendered = Callable[..., str]


@pytest.mark.parametrize("suffix", ["", "_empty", "_odd", "_failed"])
def test_it_keeps_the_schema_of_its_standard(rendered: Rendered, report: Report, odd: Report, suffix: str) -> None:
    reports = {"": report, "_empty": Report(), "_odd": odd, "_failed": replace(report, failures=("internal error",))}
    log = json.loads(rendered("sarif", reports[suffix]))
    assert complaints(SARIF, log) == []
    check(log)


def test_the_rules_of_lobegen_keep_the_schema(rendered: Rendered, tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text(
        "import { serve } from '@upstash/workflow/nextjs';\nserve(async (c) => c.run('', f));\n"
    )
    log = json.loads(rendered("sarif", lint_paths([tmp_path])))
    assert complaints(SARIF, log) == []
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules if not each["helpUri"].endswith(f"/docs/rules/{each['id']}.md")] == []
    assert all(len(each["fullDescription"]["text"]) > len(each["shortDescription"]["text"]) for each in rules)


def test_the_schema_refuses_what_is_wrong(rendered: Rendered) -> None:
    log = json.loads(rendered("sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert len(complaints(SARIF, log)) == 1


def results(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["runs"][0]["results"]
    return found


def test_odd_characters_and_columns_are_kept(rendered: Rendered, odd: Report) -> None:
    result = results(rendered("sarif", odd))[0]
    place = result["locations"][0]["physicalLocation"]
    region, line = place["region"], ODD_SOURCE.decode().splitlines()[0]
    assert unquote(place["artifactLocation"]["uri"]) == ODD_PATH
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "await run('日本')"  # code points
    assert region["snippet"]["text"] == "await run('日本')"
    assert ODD.message.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]") in result["message"]["text"]


def test_the_message_links_to_related_places(rendered: Rendered) -> None:
    text = results(rendered("sarif"))[0]["message"]["text"]
    assert text.endswith("\nSee [see also](1), [reached through helper()](2).")


def test_a_fix_is_there_with_all_its_edits(rendered: Rendered) -> None:
    log = json.loads(rendered("sarif", Report(findings=(FIXED,), sources={"src/a.ts": SOURCE})))
    assert complaints(SARIF, log) == []
    [fix] = log["runs"][0]["results"][0]["fixes"]
    [change] = fix["artifactChanges"]
    assert (fix["description"]["text"], change["artifactLocation"]["uri"]) == ("Name it", "src/a.ts")
    content = SOURCE
    for each in reversed(change["replacements"]):
        start, length = each["deletedRegion"]["byteOffset"], each["deletedRegion"]["byteLength"]
        content = content[:start] + each["insertedContent"]["text"].encode() + content[start + length :]
    assert content.decode().splitlines()[1] == "  await context.run('é', work) // ok;"


def test_paths_are_those_of_the_checkout(rendered: Rendered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    monkeypatch.chdir(tmp_path / "web")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    place = results(rendered("sarif"))[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "web/src/a.ts"


def test_says_an_internal_error(rendered: Rendered, report: Report) -> None:
    log = json.loads(rendered("sarif", replace(report, failures=("internal error in x",))))
    check(log)
    [invocation] = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [each["level"] for each in invocation["toolExecutionNotifications"]] == ["warning", "error"]


def test_result_has_place_snippet_related_places_and_rule(rendered: Rendered) -> None:
    run = json.loads(rendered("sarif"))["runs"][0]
    result = run["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (2, 9, 30)
    assert SOURCE[region["byteOffset"] :][: region["byteLength"]].decode() == region["snippet"]["text"]
    assert [each["message"]["text"] for each in result["relatedLocations"]] == ["see also", "reached through helper()"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "unnamed-step"


def test_suppressed_results_carry_their_reason(rendered: Rendered) -> None:
    results = json.loads(rendered("sarif"))["runs"][0]["results"]
    assert [len(each.get("suppressions", [])) for each in results] == [0, 0, 0, 1]
    [suppression] = results[3]["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "it is fine")
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 3


def fingerprints(text: str) -> list[str]:
    return [each["partialFingerprints"]["lobegen/v1"] for each in json.loads(text)["runs"][0]["results"]]


def test_fingerprints_survive_lines_added_above(rendered: Rendered) -> None:
    moved = replace(FINDING, span=replace(FINDING.span, line=3, start=FINDING.span.start + 3))
    before = rendered("sarif", Report(findings=(FINDING,), sources={"src/a.ts": SOURCE}))
    after = rendered("sarif", Report(findings=(moved,), sources={"src/a.ts": b"//\n" + SOURCE}))
    assert fingerprints(before) == fingerprints(after)


def test_fingerprints_differ_within_a_run(rendered: Rendered) -> None:
    found = fingerprints(rendered("sarif", Report(findings=(FINDING, FINDING), sources={"src/a.ts": SOURCE})))
    assert len(set(found)) == 2


@pytest.mark.parametrize("path", ["src/app/(backend)/[...any]/route.ts", "a b/ü#?.ts", "/abs/x y.ts"])
def test_paths_are_uris(rendered: Rendered, path: str) -> None:
    finding = Finding("r", Span(path, 1, 1, 1, 2, 0, 1), "m", Severity.INFO)
    log = json.loads(rendered("sarif", Report(findings=(finding,))))
    check(log)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(location["uri"]).removeprefix("file://") == path
