"""The formats that people read."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from report_samples import FINDING, span_of

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Edit, Fix
from lobegen.model.source import Span
from lobegen.report import Counts, Report
from lobegen.report.excerpt import excerpt

Rendered = Callable[..., str]
EDIT = Edit(FINDING.span, "context.run('one', work)")

FULL = """\
error[unnamed-step]: the name is empty: 100% of runs fail
 --> src/a.ts:2:9
  |
2 |   await context.run('', work);
  |         ^^^^^^^^^^^^^^^^^^^^^
  : see also
 --> src/a.ts:3:1
  |
3 | const b = 2;
  | ^^^^^^^
  = reached through helper() at src/a.ts:1:1
  = help: Give it a name.

"""


def test_text_shows_source_caret_related_places_chain_and_help(rendered: Rendered) -> None:
    assert rendered("text").startswith(FULL)


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        (Fix("Name it", edits=(EDIT,)), "  = fix: Name it (--fix)\n"),
        (Fix("Name it", edits=(EDIT,), safe=False), "  = fix: Name it (--fix --unsafe-fixes)\n"),
        (Fix("Name it", obstacle="it has no name"), "  = no fix: it has no name\n"),
    ],
)
def test_text_says_what_fixes_it_or_why_nothing_does(rendered: Rendered, fix: Fix, said: str) -> None:
    assert said in rendered("text", Report(findings=(replace(FINDING, fix=fix),)))


@pytest.mark.parametrize(
    ("fixes", "said"),
    [
        ("s", "Can be fixed: 1 with --fix.\n"),
        ("su", "Can be fixed: 1 with --fix and 1 more with --unsafe-fixes.\n"),
        ("u", "Can be fixed: 1 with --unsafe-fixes.\n"),
        ("ffi", "2 findings fixed.\n"),
        ("fuu", "1 finding fixed; 2 more with --unsafe-fixes.\n"),
    ],
)
def test_the_summary_counts_what_is_and_can_be_fixed(rendered: Rendered, fixes: str, said: str) -> None:
    """Letters: s can be fixed safely, u unsafely, i not at all; f is fixed."""
    kinds = {"s": Fix("", edits=(EDIT,)), "u": Fix("", edits=(EDIT,), safe=False), "i": Fix("", obstacle="it is so")}
    left = tuple(replace(FINDING, fix=kinds[kind]) for kind in fixes if kind != "f")
    report = Report(findings=left, fixed=(FINDING,) * fixes.count("f"))
    assert f"\n{said}" in rendered("text", report)


def test_the_summary_says_what_was_found_in_how_much(rendered: Rendered) -> None:
    assert rendered("text").endswith(
        "Found 1 error, 1 warning and 1 note in 3 endpoints of 1 workflow (1,200 files searched).\n"
        "1 finding allowed by comments.\n"
        "1 place could not be followed and was not judged.\n"
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(files=2, endpoints=1, workflows=1), "No findings in 1 endpoint of 1 workflow (2 files searched).\n"),
        (Counts(files=0), "No file to lint.\n"),
        (Counts(files=1), "No Upstash workflow found (1 file searched).\n"),
    ],
)
def test_a_clean_run_says_over_what(rendered: Rendered, counts: Counts, said: str) -> None:
    assert rendered("text", Report(counts=counts)) == said


def test_suppressed_findings_are_shown_when_asked_for(rendered: Rendered) -> None:
    assert "allowed thing" not in rendered("text")
    assert "error[c-rule]: allowed thing (allowed: it is fine)" in rendered("text", show_suppressed=True)
    assert "src/a.ts:1:1: error[c-rule] allowed thing (allowed: it is fine)" in rendered(
        "concise", show_suppressed=True
    )


def test_concise_is_one_line_each(rendered: Rendered) -> None:
    assert rendered("concise").splitlines()[:2] == [
        "src/a.ts:2:9: error[unnamed-step] the name is empty: 100% of runs fail",
        "src/a.ts:3:1: warning[b-rule] suspicious",
    ]


@pytest.mark.parametrize("name", ["text", "concise", "statistics"])
def test_escape_sequences_are_there_with_colour_only(rendered: Rendered, name: str) -> None:
    assert "\x1b[1;31m" in rendered(name, colour=True)
    assert "\x1b" not in rendered(name)


def test_statistics_count_by_rule_most_first(report: Report, rendered: Rendered) -> None:
    more = replace(report, findings=(*report.findings, report.findings[1]))
    assert rendered("statistics", more).splitlines()[:3] == [
        "2  warning  b-rule",
        "1  error    unnamed-step",
        "1  info     unresolved-code",
    ]


def test_what_a_terminal_would_act_on_is_written_out(rendered: Rendered) -> None:
    source = b"x\x1b[2J(1)\n"
    evil = Finding("r", Span("a.ts", 1, 1, 1, 2, 0, 1), "name \x1b[31m\u202e\nx", Severity.ERROR)
    text = rendered("text", Report(findings=(evil,), sources={"a.ts": source}))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "name \\x1b[31m\\u202e\\nx" in text


def marked(source: str, text: str) -> tuple[str, str]:
    content = source.encode()
    found = excerpt(content, span_of(text, content))
    assert found is not None
    return found.text, found.marker


@pytest.mark.parametrize(
    ("source", "text", "shown"),
    [
        ("ab = run();\n", "run", ("ab = run();", "     ^^^")),
        ("\tif (x) run();\n", "run", ("    if (x) run();", "           ^^^")),
        ("日本 = run();\n", "run", ("日本 = run();", "       ^^^")),
        ("f('日本');\n", "'日本'", ("f('日本');", "  ^^^^^^")),
        ("e\u0301 = run();\n", "run", ("e\u0301 = run();", "    ^^^")),
        ("a👩 = run();\r\nb\r\n", "run", ("a👩 = run();", "      ^^^")),
        ("\ufeffrun();\n", "run", ("run();", "^^^")),
        ("last", "last", ("last", "^^^^")),
    ],
)
def test_the_caret_stands_under_its_text_whatever_its_width(source: str, text: str, shown: tuple[str, str]) -> None:
    assert marked(source, text) == shown


def test_of_a_place_of_several_lines_the_first_is_marked_to_its_end() -> None:
    found = excerpt(b"try {\n  a();\n}\n", Span("a", 1, 1, 3, 2, 0, 14))
    assert (found and found.text, found and found.marker) == ("try {", "^^^^^")


def test_of_a_very_long_line_the_part_around_the_place_is_shown() -> None:
    text, marker = marked("x" * 5000 + "HERE" + "y" * 5000, "HERE")
    assert len(text) <= 165
    assert text[marker.index("^") :][:4] == "HERE"


def test_a_place_outside_of_the_source_shows_no_excerpt(rendered: Rendered) -> None:
    beyond = replace(FINDING, span=replace(FINDING.span, start=9999, end=10000), related=(), chain=())
    text = rendered("text", Report(findings=(beyond,), sources={"src/a.ts": b"short"}))
    assert "src/a.ts:2:9" in text
    assert "^" not in text


def test_latin_1_source_is_shown() -> None:
    found = excerpt("café = run()".encode("latin-1"), Span("a", 1, 8, 1, 11, 7, 10))
    assert (found and found.text, found and found.marker) == ("café = run()", "       ^^^")
