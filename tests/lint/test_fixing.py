"""Fixing as the engine does it: rounds, overlaps, encodings, what is left out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lobegen.lint import LintOptions
from lobegen.lint.fixing import Fixed, fix_paths
from lobegen.model.fixes import Edit, Fix
from lobegen.rules.called_step_function import CalledStepFunction

ROUTE = """\
import { serve } from '@upstash/workflow/nextjs';
export const { POST } = serve<{ id?: string }>(async (context) => {
  await context.run('one', work());
});
async function work() {}
"""
Fixer = Callable[..., str]


@pytest.fixture
def fixed(folder: Path) -> Callable[..., Fixed]:
    """Fix a file of this name and these bytes, which is the only one."""

    def run(name: str, content: bytes, **options: bool) -> Fixed:
        (folder / name).write_bytes(content)
        return fix_paths([], options=LintOptions(), **options)

    return run


def after(outcome: Fixed) -> bytes:
    (file,) = outcome.files
    return file.after


def test_two_names_of_one_comment_go_one_after_the_other(fixed: Callable[..., Fixed]) -> None:
    comment = "  // lobegen: allow nested-step, unnamed-step, promise-race (why)\n"
    content = ROUTE.replace("  await", comment + "  await").replace("work())", "work)")
    outcome = fixed("a.ts", content.encode())
    assert after(outcome).decode() == ROUTE.replace("work())", "work)")
    assert len(outcome.report.fixed) == 3


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("work); // lobegen: allow nested-step (why)", "work);"),
        ("work); // eslint-disable-line // lobegen: allow nested-step (why)", "work); // eslint-disable-line"),
        ("/* lobegen: allow nested-step (why) */ work);", "work);"),
        ("work); /* lobegen: allow nested-step (why) */ // more", "work); // more"),
        ("work); // lobegen: allow nested-step, swallowed-abort (why)", "work);"),
    ],
)
def test_of_a_comment_nothing_else_goes(fixed: Callable[..., Fixed], comment: str, left: str) -> None:
    content = ROUTE.replace("work());", comment)
    assert after(fixed("a.ts", content.encode())).decode() == ROUTE.replace("work());", left)


def test_byte_order_mark_and_line_ends_stay(fixed: Callable[..., Fixed]) -> None:
    content = ("\ufeff// lobegen: allow nested-step (why)\n" + ROUTE).replace("\n", "\r\n").encode()
    expected = ("\ufeff" + ROUTE.replace("work())", "() => work())")).replace("\n", "\r\n").encode()
    assert after(fixed("a.ts", content)) == expected


def test_python_keeps_its_encoding(fixed: Callable[..., Fixed]) -> None:
    source = (
        "# coding: latin-1\nfrom fastapi import FastAPI\nfrom upstash_workflow.fastapi import Serve\n\n"
        "serve = Serve(FastAPI())\n\n\n@serve.post('/x')\nasync def x(context):\n"
        "    await context.run('größe', work('ü'))  # lobegen: allow nested-step (für später)\n\n\n"
        "async def work(a):\n    pass\n"
    )
    expected = source.replace("work('ü'))", "lambda: work('ü'))").replace(
        "  # lobegen: allow nested-step (für später)", ""
    )
    assert after(fixed("a.py", source.encode("latin-1"))) == expected.encode("latin-1")


def test_bytes_that_are_no_text_stay(fixed: Callable[..., Fixed]) -> None:
    content = ROUTE.encode() + b"// caf\xe9\n"
    assert after(fixed("a.ts", content)) == content.replace(b"work())", b"() => work())")


def test_what_no_front_end_can_render_is_left_with_its_reason(fixed: Callable[..., Fixed]) -> None:
    source = (
        "from fastapi import FastAPI\nfrom upstash_workflow.fastapi import Serve\n\nserve = Serve(FastAPI())\n\n\n"
        "@serve.post('/x')\nasync def x(context):\n    await context.run('a', work(await context.run('b', other)))\n"
        "    await context.run('three', work(await work(1)))\n\n\nasync def work(a):\n    pass\n"
    )
    outcome = fixed("a.py", source.encode())
    assert outcome.files == ()
    one, three = (each.fix for each in outcome.report.findings if each.rule == "called-step-function")
    assert one is None, "its function would hold another step"
    assert three is not None
    assert three.obstacle == "a lambda cannot await"


def test_a_file_with_a_syntax_error_is_not_changed(fixed: Callable[..., Fixed]) -> None:
    comment = "// lobegen: allow nested-step (there may be one in what cannot be read)\n"
    outcome = fixed("a.ts", (comment + ROUTE + "const broken = 'unclosed;\n").encode())
    assert outcome.files == ()
    (fix,) = (each.fix for each in outcome.report.findings if each.rule == "called-step-function")
    assert fix is not None
    assert fix.obstacle == "a.ts has a syntax error"


def test_a_mistake_of_ours_costs_one_fix(fixed: Callable[..., Fixed], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lobegen.read.typescript.editing.TypescriptEditor._make_function", lambda *_: 1 / 0)
    outcome = fixed("a.ts", ("// lobegen: allow nested-step (why)\n" + ROUTE).encode())
    assert after(outcome).decode() == ROUTE
    (fix,) = (each.fix for each in outcome.report.findings if each.rule == "called-step-function")
    assert fix is not None
    assert fix.obstacle == "lobegen failed on it: ZeroDivisionError: division by zero"


def test_a_fix_that_reaches_out_of_what_is_linted_is_left_out_and_said(folder: Path) -> None:
    served = ROUTE.replace("work())", "work)").replace("});\nasync", "}, { retries: 2 });\nasync")
    trigger = (
        "import { Client } from '@upstash/workflow';\nconst client = new Client({ token: process.env.QSTASH_TOKEN });\n"
        "export const start = () => client.trigger({ url: `${process.env.APP_URL}/api/greet` });\n"
    )
    (folder / "app/api/greet").mkdir(parents=True)
    (folder / "app/api/greet/route.ts").write_text(served)
    (folder / "start.ts").write_text(trigger)
    outcome = fix_paths([Path("app")], options=LintOptions())
    assert outcome.files == ()
    said = "the fix of removed-serve-option is left out: it changes start.ts, not among what is to be linted"
    assert outcome.report.problems == (f"app/api/greet/route.ts:4: {said}",)
    assert {file.display for file in fix_paths([], options=LintOptions()).files} == {
        "app/api/greet/route.ts",
        "start.ts",
    }


@pytest.fixture
def bad_fix(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let called-step-function put this text in the place of what it finds."""

    def install(text: str) -> None:
        check = CalledStepFunction.finding

        def finding(self: CalledStepFunction, span, message, **more):  # type: ignore[no-untyped-def]
            return check(self, span, message, **more | {"fix": Fix("Spoil it", edits=(Edit(span, text),))})

        monkeypatch.setattr(CalledStepFunction, "finding", finding)

    return install


@pytest.mark.parametrize("text", ["(", "'unclosed", "}} else {{"])
def test_a_fix_that_spoils_the_file_is_left_out_and_said(
    fixed: Callable[..., Fixed], bad_fix: Callable[[str], None], text: str
) -> None:
    bad_fix(text)
    comment = "// lobegen: allow nested-step (why)\n"
    outcome = fixed("a.ts", (comment + ROUTE).encode())
    assert after(outcome).decode() == ROUTE
    said = "a.ts:4: the fix of called-step-function is left out: it would leave a file that cannot be read"
    assert outcome.report.problems == (said,)


def test_a_fix_that_does_not_help_is_left_out_and_said(
    fixed: Callable[..., Fixed], bad_fix: Callable[[str], None]
) -> None:
    bad_fix("work(work())")
    outcome = fixed("a.ts", ROUTE.encode())
    assert outcome.files == ()
    said = "a.ts:3: the fix of called-step-function is left out: it does not make it go away"
    assert outcome.report.problems == (said,)


def test_of_several_the_one_that_does_not_help_is_left_out_alone(
    fixed: Callable[..., Fixed], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = CalledStepFunction.finding

    def finding(self: CalledStepFunction, span, message, **more):  # type: ignore[no-untyped-def]
        bad = {"fix": Fix("Spoil it", edits=(Edit(span, "work(work())"),))}
        return check(self, span, message, **more | (bad if span.line == 3 else {}))

    monkeypatch.setattr(CalledStepFunction, "finding", finding)
    second = "  await context.run('b', work());\n});\n"
    outcome = fixed("a.ts", ROUTE.replace("});\n", second).encode())
    assert "run('b', () => work())" in after(outcome).decode()
    assert [each.partition(": ")[0] for each in outcome.report.problems] == ["a.ts:3"]
