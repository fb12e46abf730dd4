"""The formats that programs and services read, but for SARIF."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from report_samples import FINDING, FIXED, ODD, ODD_PATH, ODD_SOURCE, SOURCE

from lobegen.model.findings import Severity
from lobegen.report import FORMATS, Report

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
        "suppressed": 1, "fixed": 0, "unresolved": 1, "known": 0, "gone": 0,
    }  # fmt: skip
    assert document["suppressed"][0]["reason"] == "it is fine"
    assert document["problems"] == ["x.ts: cannot be read: Permission denied"]
    assert {"rule": "b-rule", "severity": "warning", "count": 1} in document["statistics"]


def test_github_commands_have_place_level_help_and_related_places(rendered: Rendered) -> None:
    lines = rendered("github").splitlines()
    assert lines[0] == (
        "::error title=lobegen (unnamed-step),file=src/a.ts,line=2,endLine=2,col=9,endColumn=30"
        "::the name is empty: 100%25 of runs fail%0AGive it a name."
        "%0Asrc/a.ts:3:1: see also%0Asrc/a.ts:1:1: reached through helper()"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::warning"]


def test_github_properties_are_escaped_and_stay_on_one_line(rendered: Rendered) -> None:
    odd = replace(FINDING, span=replace(FINDING.span, path="a,b:c%.ts"), message="x\r\n::error::y")
    [line] = rendered("github", Report(findings=(odd,))).splitlines()
    assert "file=a%2Cb%3Ac%25.ts," in line
    assert line.endswith(
        "::x%0D%0A::error::y%0AGive it a name.%0Asrc/a.ts:3:1: see also%0Asrc/a.ts:1:1: reached through helper()"
    )


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


def test_json_keeps_odd_characters(rendered: Rendered, odd: Report) -> None:
    document = json.loads(rendered("json", odd))
    finding = document["findings"][0]
    assert (finding["message"], finding["place"]["path"]) == (ODD.message, ODD_PATH)
    assert document["problems"] == [ODD.message]


def test_jsonl_has_a_line_for_each_finding_as_json_has_them(rendered: Rendered, odd: Report) -> None:
    lines = [json.loads(line) for line in rendered("jsonl").splitlines()]
    assert lines == json.loads(rendered("json"))["findings"]
    assert [json.loads(line)["message"] for line in rendered("jsonl", odd).split("\n")[:-1]] == [ODD.message]


def test_jsonl_shows_what_is_allowed_when_asked_for(rendered: Rendered) -> None:
    last = json.loads(rendered("jsonl", show_suppressed=True).splitlines()[-1])
    assert (last["rule"], last["reason"]) == ("c-rule", "it is fine")


def test_github_takes_odd_characters_back(rendered: Rendered, odd: Report) -> None:
    line = rendered("github", odd).splitlines()[0]
    properties, _, text = line.removeprefix("::error ").partition("::")
    fields = dict(each.split("=", 1) for each in properties.split(","))
    assert unquote(fields["file"]) == ODD_PATH
    assert unquote(text).startswith(f"{ODD.message}\n{ODD.help}\n{ODD_PATH}:1:1: {ODD.message}")


def test_gitlab_issues_have_what_gitlab_asks_for(rendered: Rendered) -> None:
    first, *others = json.loads(rendered("gitlab"))
    assert (first["check_name"], first["severity"]) == ("unnamed-step", "major")
    assert first["description"] == "the name is empty: 100% of runs fail"
    assert first["location"]["path"] == "src/a.ts"
    assert first["location"]["lines"]["begin"] == first["location"]["positions"]["begin"]["line"] == 2
    assert [each["lines"]["begin"] for each in first["other_locations"]] == [3, 1]
    assert [each["severity"] for each in others] == ["minor", "info"]


def test_gitlab_fingerprints_differ_and_survive_lines_added_above(rendered: Rendered) -> None:
    two = Report(findings=(FINDING, FINDING), sources={"src/a.ts": SOURCE})
    moved = replace(FINDING, span=replace(FINDING.span, line=3, start=FINDING.span.start + 3))
    later = Report(findings=(moved, moved), sources={"src/a.ts": b"//\n" + SOURCE})
    before, after = ([each["fingerprint"] for each in json.loads(rendered("gitlab", of))] for of in (two, later))
    assert before == after
    assert len(set(before)) == 2


def test_gitlab_paths_are_those_of_the_checkout(
    rendered: Rendered, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "web").mkdir()
    monkeypatch.chdir(tmp_path / "web")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert json.loads(rendered("gitlab"))[0]["location"]["path"] == "web/src/a.ts"


def test_gitlab_keeps_odd_characters(rendered: Rendered, odd: Report) -> None:
    [issue] = json.loads(rendered("gitlab", odd))
    assert (issue["description"], issue["location"]["path"]) == (ODD.message, ODD_PATH)


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_finding(rendered: Rendered, report: Report) -> None:
    top = ElementTree.fromstring(rendered("junit", replace(report, problems=())))
    suite, run = top.findall("testsuite")
    outcomes = [[child.tag for child in case] for case in suite]
    assert outcomes == [["failure"], ["failure"], ["system-out"], ["skipped"]]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("skipped")) == (
        "src/a.ts", "4", "2", "1",
    )  # fmt: skip
    assert (top.get("tests"), run.get("tests"), run.get("errors")) == ("5", "1", "0")


def test_junit_has_no_two_cases_of_one_name_in_a_suite(rendered: Rendered, report: Report) -> None:
    twice = (report.findings[0], replace(report.findings[0], message="another endpoint"))
    cases = ElementTree.fromstring(rendered("junit", replace(report, findings=twice))).iter("testcase")
    first, second, *_ = [case.get("name") for case in cases]
    assert second == f"{first} (2)"


def test_junit_failures_say_all_of_a_finding(rendered: Rendered) -> None:
    [case, *_] = ElementTree.fromstring(rendered("junit")).iter("testcase")
    failure = case.find("failure")
    assert failure is not None
    assert (case.get("file"), case.get("line"), failure.get("type")) == ("src/a.ts", "2", "unnamed-step")
    assert failure.text == (
        "src/a.ts:2:9: the name is empty: 100% of runs fail\nGive it a name.\n"
        "src/a.ts:3:1: see also\nsrc/a.ts:1:1: reached through helper()"
    )


def test_junit_failures_are_what_fails_the_run(rendered: Rendered, report: Report) -> None:
    top = ElementTree.fromstring(rendered("junit", replace(report, fail_on=Severity.ERROR)))
    assert top.get("failures") == "1"


def test_junit_of_a_clean_run_passes_one_case_and_problems_are_errors(rendered: Rendered, odd: Report) -> None:
    clean = ElementTree.fromstring(rendered("junit", Report()))
    assert (clean.get("tests"), clean.get("failures"), clean.get("errors")) == ("1", "0", "0")
    assert ElementTree.fromstring(rendered("junit", odd)).get("errors") == "2"


def test_junit_keeps_odd_characters_but_controls(rendered: Rendered, odd: Report) -> None:
    [suite, _] = ElementTree.fromstring(rendered("junit", odd)).findall("testsuite")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert suite.get("name") == ODD_PATH
    assert failure.get("message") == ODD.message.replace("\x1b", "\\x1b")


def test_rdjson_diagnostics_have_what_reviewdog_asks_for(rendered: Rendered) -> None:
    document = json.loads(rendered("rdjson"))
    first = document["diagnostics"][0]
    assert document["source"]["name"] == "lobegen"
    assert [each["severity"] for each in document["diagnostics"]] == ["ERROR", "WARNING", "INFO"]
    assert first["location"]["range"] == {"start": {"line": 2, "column": 9}, "end": {"line": 2, "column": 30}}
    assert first["code"]["value"] == "unnamed-step"
    assert first["code"]["url"].endswith("/docs/rules/unnamed-step.md")
    assert [each["message"] for each in first["related_locations"]] == ["see also", "reached through helper()"]


def test_rdjson_columns_count_bytes(rendered: Rendered, odd: Report) -> None:
    [diagnostic] = json.loads(rendered("rdjson", odd))["diagnostics"]
    line = ODD_SOURCE.splitlines()[0]
    start, end = (diagnostic["location"]["range"][side]["column"] for side in ("start", "end"))
    assert line[start - 1 : end - 1].decode() == "await run('日本')"
    assert diagnostic["message"] == f"{ODD.message}\n{ODD.help}"


def test_rdjson_suggests_a_fix_as_one_replacement(rendered: Rendered) -> None:
    [diagnostic] = json.loads(rendered("rdjson", Report(findings=(FIXED,), sources={"src/a.ts": SOURCE})))[
        "diagnostics"
    ]
    [suggestion] = diagnostic["suggestions"]
    line = SOURCE.splitlines()[1].decode()
    start, end = (suggestion["range"][side]["column"] - 1 for side in ("start", "end"))
    assert line[:start] + suggestion["text"] + line[end:] == "  await context.run('é', work) // ok;"


def test_rdjson_suggests_nothing_that_concerns_other_files(rendered: Rendered) -> None:
    assert FIXED.fix is not None
    edits = (*FIXED.fix.edits, replace(FIXED.fix.edits[0], span=replace(FINDING.span, path="src/b.ts")))
    finding = replace(FIXED, fix=replace(FIXED.fix, edits=edits))
    text = rendered("rdjson", Report(findings=(finding,), sources={"src/a.ts": SOURCE}))
    assert "suggestions" not in json.loads(text)["diagnostics"][0]


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_run_has_a_report_in_every_format(rendered: Rendered, name: str) -> None:
    text = rendered(name, Report())
    read = {"json": json.loads, "gitlab": json.loads, "rdjson": json.loads, "junit": ElementTree.fromstring}
    if name in read:
        read[name](text)
    assert bool(text) is (name not in ("jsonl", "github"))
