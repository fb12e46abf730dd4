"""The formats that programs read: JSON, GitHub's workflow commands, SARIF."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from report_samples import FINDING, SOURCE
from sarif_rules import check

from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.report import Report

Rendered = Callable[..., str]


def test_json_holds_all_of_a_finding(rendered: Rendered) -> None:
    finding = json.loads(rendered("json"))["findings"][0]
    assert finding["rule"] == "unnamed-step"
    assert finding["place"] == {
        "path": "src/a.ts", "line": 2, "column": 9, "end_line": 2, "end_column": 30, "start": 21, "end": 42,
    }  # fmt: skip
    assert (finding["related"][0]["message"], finding["related"][0]["place"]["line"]) == ("see also", 3)
    assert (finding["chain"][0]["name"], finding["chain"][0]["place"]["line"]) == ("helper", 1)
    assert (finding["severity"], finding["profile"], finding["help"]) == ("error", "core", "Give it a name.")


def test_json_says_what_else_a_program_needs(rendered: Rendered) -> None:
    document = json.loads(rendered("json"))
    assert document["schema"] == 1
    assert document["summary"] == {
        "files": 1200, "endpoints": 3, "workflows": 1, "errors": 1, "warnings": 1, "notes": 1,
        "suppressed": 1, "unresolved": 1,
    }  # fmt: skip
    assert document["suppressed"][0]["reason"] == "it is fine"
    assert document["problems"] == ["x.ts: cannot be read: Permission denied"]
    assert {"rule": "b-rule", "severity": "warning", "count": 1} in document["statistics"]


def test_github_commands_have_place_level_and_help(rendered: Rendered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    lines = rendered("github").splitlines()
    assert lines[0] == (
        "::error title=lobegen (unnamed-step),file=src/a.ts,line=2,endLine=2,col=9,endColumn=30"
        "::the name is empty: 100%25 of runs fail%0AGive it a name."
    )
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::warning"]


def test_github_properties_are_escaped_and_stay_on_one_line(rendered: Rendered) -> None:
    odd = replace(FINDING, span=replace(FINDING.span, path="a,b:c%.ts"), message="x\r\n::error::y")
    [line] = rendered("github", Report(findings=(odd,))).splitlines()
    assert "file=a%2Cb%3Ac%25.ts," in line
    assert line.endswith("::x%0D%0A::error::y%0AGive it a name.")


def test_github_paths_are_those_of_the_checkout(
    rendered: Rendered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "apps" / "web").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "apps" / "web")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=apps/web/src/a.ts," in rendered("github")


def test_github_leaves_out_columns_of_several_lines(rendered: Rendered) -> None:
    wide = replace(FINDING, span=replace(FINDING.span, end_line=9))
    assert "line=2,endLine=9::" in rendered("github", Report(findings=(wide,)))


def test_sarif_keeps_the_rules_of_its_standard(rendered: Rendered) -> None:
    check(json.loads(rendered("sarif")))


def test_sarif_of_an_empty_run_keeps_them_too(rendered: Rendered) -> None:
    check(json.loads(rendered("sarif", Report())))


def test_sarif_says_an_internal_error(rendered: Rendered, report: Report) -> None:
    log = json.loads(rendered("sarif", replace(report, failures=("internal error in x",))))
    check(log)
    [invocation] = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [each["level"] for each in invocation["toolExecutionNotifications"]] == ["warning", "error"]


def test_sarif_result_has_place_snippet_related_places_and_rule(rendered: Rendered) -> None:
    run = json.loads(rendered("sarif"))["runs"][0]
    result = run["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (2, 9, 30)
    assert SOURCE[region["byteOffset"] :][: region["byteLength"]].decode() == region["snippet"]["text"]
    assert [each["message"]["text"] for each in result["relatedLocations"]] == ["see also", "reached through helper()"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "unnamed-step"


def test_sarif_suppressed_results_carry_their_reason(rendered: Rendered) -> None:
    results = json.loads(rendered("sarif"))["runs"][0]["results"]
    assert [each.get("suppressions") for each in results] == [
        None, None, None, [{"kind": "inSource", "justification": "it is fine"}],
    ]  # fmt: skip


def fingerprints(text: str) -> list[str]:
    return [each["partialFingerprints"]["lobegen/v1"] for each in json.loads(text)["runs"][0]["results"]]


def test_sarif_fingerprints_survive_lines_added_above(rendered: Rendered) -> None:
    moved = replace(FINDING, span=replace(FINDING.span, line=3, start=FINDING.span.start + 3))
    before = rendered("sarif", Report(findings=(FINDING,), sources={"src/a.ts": SOURCE}))
    after = rendered("sarif", Report(findings=(moved,), sources={"src/a.ts": b"//\n" + SOURCE}))
    assert fingerprints(before) == fingerprints(after)


def test_sarif_fingerprints_differ_within_a_run(rendered: Rendered) -> None:
    found = fingerprints(rendered("sarif", Report(findings=(FINDING, FINDING), sources={"src/a.ts": SOURCE})))
    assert len(set(found)) == 2


@pytest.mark.parametrize("path", ["src/app/(backend)/[...any]/route.ts", "a b/ü#?.ts", "/abs/x y.ts"])
def test_sarif_paths_are_uris(rendered: Rendered, path: str) -> None:
    finding = Finding("r", Span(path, 1, 1, 1, 2, 0, 1), "m", Severity.INFO)
    log = json.loads(rendered("sarif", Report(findings=(finding,))))
    check(log)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(location["uri"]).removeprefix("file://") == path
