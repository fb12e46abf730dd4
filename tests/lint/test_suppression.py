"""Comments that allow findings."""

from collections.abc import Callable

import pytest
from lint_samples import UNNAMED, Lint

Found = Callable[..., list[str]]
Write = Callable[[dict[str, str]], None]

HEAD = "import { serve } from '@upstash/workflow/nextjs';\n"
PYTHON = """\
from fastapi import FastAPI
from upstash_workflow import AsyncWorkflowContext
from upstash_workflow.fastapi import Serve

serve = Serve(FastAPI())


@serve.post("/greet")
async def greet(context: AsyncWorkflowContext[dict[str, str]]) -> None:
    await context.run("", lambda: 1)%s
"""


def handler(body: str) -> str:
    """A workflow with a body of some lines, the first of them the third of the file."""
    return f"{HEAD}export const {{ POST }} = serve<{{ id?: string }}>(async (context) => {{\n{body}\n}});\n"


STEP = "  await context.run('', () => 1);"


def test_without_a_comment_the_finding_is_there(write: Write, found: Found) -> None:
    write({"a.ts": UNNAMED})
    assert found() == ["a.ts:3 unnamed-step"]


@pytest.mark.parametrize(
    "body",
    [
        f"{STEP} // lobegen: allow unnamed-step (a name is on its way)",
        f"{STEP} /* lobegen: allow unnamed-step (block) */",
        f"// lobegen: allow unnamed-step (before)\n{STEP}",
        f"/* lobegen: allow unnamed-step (block before) */\n{STEP}",
        f"// lobegen: allow unnamed-step (before)\n\n// and another comment\n{STEP}",
        f"// lobegen: allow nested-step, unnamed-step (two rules)\n// lobegen: allow stepless-workflow (x)\n{STEP}",
        f"{STEP} // eslint-disable-line // lobegen: allow unnamed-step (after another marker (with parentheses))",
    ],
)
def test_a_comment_on_the_line_or_before_it_allows(write: Write, lint: Lint, body: str) -> None:
    write({"a.ts": handler(body)})
    assert [each.finding.rule for each in lint().suppressed] == ["unnamed-step"]


@pytest.mark.parametrize("place", ["return { // NOTE", "}; // NOTE"])
def test_of_a_place_of_several_lines_the_first_and_the_last_count(write: Write, lint: Lint, place: str) -> None:
    note = "lobegen: allow return-before-first-step (seen)"
    early = "if (!context.requestPayload.id) {\n  return {\n    ok: false,\n  };\n}\n"
    commented = early.replace(place.split(" //")[0], place.replace("NOTE", note))
    write({"a.ts": handler(commented + "await context.run('one', () => 1);")})
    assert [each.finding.rule for each in lint().suppressed] == ["return-before-first-step"]


def test_a_comment_at_a_related_place_does_not_count(write: Write, lint: Lint) -> None:
    note = " // lobegen: allow duplicate-step-name (here is only the first of the two)"
    write({"a.ts": handler(f"await context.run('one', () => 1);{note}\nawait context.run('one', () => 2);")})
    report = lint()
    assert [each.rule for each in report.findings] == ["unused-suppression", "duplicate-step-name"]
    assert report.findings[1].related[0].span.line == report.findings[0].span.line


@pytest.mark.parametrize(
    "body",
    [
        f"{STEP}\n// lobegen: allow unnamed-step (too late)",
        f"// lobegen: allow unnamed-step (too early)\nconst one = 1;\n{STEP}",
        f"const one = 1; // lobegen: allow unnamed-step (not alone)\n{STEP}",
        f'const text = "// lobegen: allow unnamed-step (in a string)";\n{STEP}',
        f"const text = `\n// lobegen: allow unnamed-step (in a template)\n`;\n{STEP}",
        f"// about lobegen: allow unnamed-step (in prose)\n{STEP}",
    ],
)
def test_a_comment_elsewhere_does_not(write: Write, lint: Lint, body: str) -> None:
    write({"a.ts": handler(body)})
    assert "unnamed-step" in [each.rule for each in lint().findings]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (PYTHON % "  # lobegen: allow unnamed-step (a name is on its way)", 10),
        (PYTHON % "  # type: ignore  # lobegen: allow unnamed-step (after another)", 10),
        (PYTHON.replace("    await", "    # lobegen: allow unnamed-step (before)\n    await") % "", 11),
        (
            "#!/usr/bin/env python\n'''A docstring.'''\n# lobegen: allow-file unnamed-step (all of it)\n" + PYTHON % "",
            13,
        ),
        ("\ufeff# café\n" + PYTHON % "  # lobegen: allow unnamed-step (BOM)", 11),
    ],
)
def test_python_comments_allow_too(write: Write, lint: Lint, source: str, line: int) -> None:
    write({"a.py": source})
    assert [(each.finding.span.line, each.finding.rule) for each in lint().suppressed] == [(line, "unnamed-step")]


def test_a_python_string_allows_nothing(write: Write, found: Found) -> None:
    text = '    """\n    # lobegen: allow unnamed-step (in a docstring)\n    """\n'
    write({"a.py": PYTHON.replace("    await", text + "    await") % ""})
    assert "a.py:13 unnamed-step" in found()


@pytest.mark.parametrize("before", ["", "'use server';\n", "/* licence */\n// more\n"])
def test_allow_file_at_the_top_allows_the_whole_file(write: Write, lint: Lint, before: str) -> None:
    write({"a.ts": f"{before}// lobegen: allow-file unnamed-step (names come later)\n{UNNAMED}{UNNAMED[len(HEAD) :]}"})
    report = lint()
    assert [each.rule for each in report.findings] == []
    assert {each.reason for each in report.suppressed} == {"names come later"}


FAULTS = {
    "no reason": ("// lobegen: allow unnamed-step", "the reason is missing, so nothing is allowed."),
    "empty reason": ("// lobegen: allow unnamed-step ( )", "the reason is missing, so nothing is allowed."),
    "unknown rule": ("// lobegen: allow unnamedstep (x)", '"unnamedstep" is no rule.'),
    "file below code": (
        "// lobegen: allow-file unnamed-step (x)",
        "allow-file stands below code, so nothing is allowed.",
    ),
    "another word": (
        "// lobegen: ignore unnamed-step (x)",
        'the comment "lobegen: ignore unnamed-step (x)" allows nothing.',
    ),
    "no rule": ("// lobegen: allow (x)", 'the comment "lobegen: allow (x)" allows nothing.'),
}


@pytest.mark.parametrize(("comment", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_comment_that_cannot_be_understood_is_a_finding_and_allows_nothing(
    write: Write, lint: Lint, comment: str, said: str
) -> None:
    write({"a.ts": handler(f"{comment}\n{STEP}")})
    fault, step = lint().findings
    assert (fault.rule, fault.message, fault.span.line) == ("unused-suppression", said, 3)
    assert step.rule == "unnamed-step"


def test_a_comment_that_allows_nothing_is_a_finding(write: Write, lint: Lint) -> None:
    write({"a.ts": "// lobegen: allow unnamed-step (no longer true)\nexport const one = 1;\n"})
    [finding] = lint().findings
    assert (finding.rule, finding.span.line, finding.message) == (
        "unused-suppression", 1, "nothing to allow: unnamed-step finds nothing in line 2.",
    )  # fmt: skip


def test_of_rules_that_did_not_run_it_is_not_said_that_they_find_nothing(write: Write, found: Found) -> None:
    write({"a.ts": "// lobegen: allow unnamed-step (maybe)\nexport const one = 1;\n"})
    assert found(select=("unused-suppression",)) == []


def test_what_is_allowed_counts_as_used_even_where_it_is_not_shown(write: Write, found: Found) -> None:
    write({"a.ts": handler(f"{STEP} // lobegen: allow unnamed-step (x)"), "lobegen.toml": 'ignore = ["unnamed-step"]'})
    assert found() == []


def test_an_unused_suppression_can_be_allowed_for_a_file(write: Write, found: Found) -> None:
    allowed = "// lobegen: allow-file unused-suppression (shared between branches)\n"
    write({"a.ts": f"{allowed}// lobegen: allow unnamed-step (x)\nexport const one = 1;\n"})
    assert found() == []


def test_comments_in_jsx_allow(write: Write, lint: Lint) -> None:
    write({"a.tsx": "export const A = () => (\n<p>\n{/* lobegen: allow unnamed-step (x) */}\n{1}\n</p>\n);\n"})
    assert [each.message for each in lint().findings] == ["nothing to allow: unnamed-step finds nothing in line 4."]


def test_of_a_file_with_a_syntax_error_nobody_knows_what_is_unused(write: Write, found: Found) -> None:
    write({"a.py": "from upstash_workflow.fastapi import Serve\n# lobegen: allow nested-step (x)\ndef f(:\n"})
    assert found() == ["a.py:3 syntax-error"]


VARIABLES = "# lobegen: allow unverified-requests (for the local QStash only)\n# QSTASH_TOKEN=\n"


def test_comments_among_environment_variables_allow_too(write: Write, found: Found) -> None:
    route = handler("  await context.run('a', () => 1);")
    write({"app/api/a/route.ts": route, ".env.example": VARIABLES})
    assert found() == []
    write({".env.example": VARIABLES.replace("\n", "\nPORT=1\n", 1)})
    assert found() == [".env.example:1 unused-suppression", ".env.example:3 unverified-requests"]
