"""The fixes of the house style: prefixes are put into step names and log lines, and what would go wrong is left."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lobegen.lint import LintOptions, lint_paths
from lobegen.lint.fixing import Fixed, fix_paths

ROUTE = """\
import {{ serve }} from '@upstash/workflow/nextjs';

const SAVE = 'save';

export const {{ POST }} = serve(async (context) => {{
{body}
}});
"""
MODULE = """\
from fastapi import FastAPI
from upstash_workflow.fastapi import Serve

serve = Serve(FastAPI())


@serve.post("/orders")
async def orders(context):
{body}
"""
Fixer = Callable[[str, str], str]


def fix(folder: Path, rule: str, name: str, body: str) -> tuple[str, Fixed]:
    """The line of a handler after the fixes of one rule; fixing what was fixed changes nothing."""
    source = (ROUTE if name.endswith(".ts") else MODULE).format(body=body)
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    options = LintOptions(select=(rule,))
    outcome = fix_paths([], options=options, unsafe=True)
    for each in outcome.files:
        file.write_bytes(each.after)
    assert fix_paths([], options=options, unsafe=True).files == ()
    left = file.read_text().splitlines()
    return left[source.splitlines().index(body)], outcome


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("orders/route.ts", "  await context.run('load', load);", "  await context.run('orders:load', load);"),
        ("orders/route.ts", '  await context.sleep("a day", 9);', '  await context.sleep("orders:a day", 9);'),
        ("orders/route.ts", "  await context.run(SAVE, load);", "  await context.run(`orders:${SAVE}`, load);"),
        (
            "orders/route.ts",
            "  for (const id of [1, 2]) await context.run(`load:${id}`, load);",
            "  for (const id of [1, 2]) await context.run(`orders:load:${id}`, load);",
        ),
        ("a.py", "    await context.run('load', load)", "    await context.run('orders:load', load)"),
        ("a.py", '    await context.run(f"load:{1}", load)', '    await context.run(f"orders:load:{1}", load)'),
        ("a.py", '    await context.run(r"""load""", load)', '    await context.run(r"""orders:load""", load)'),
    ],
)
def test_a_step_gets_the_prefix_of_its_workflow(folder: Path, name: str, before: str, after: str) -> None:
    name = f"app/api/{name}" if name.endswith(".ts") else name
    assert fix(folder, "unprefixed-step-name", name, before)[0] == after


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("orders/route.ts", "  console.log('Starting', { a });", "  console.log('[orders] Starting', { a });"),
        ("orders/route.ts", "  logger.info({ a }, `Done`);", "  logger.info({ a }, `[orders] Done`);"),
        ("a.py", '    logger.info("Done: %s", result)', '    logger.info("[orders] Done: %s", result)'),
        ("a.py", "    print('Done', result)", "    print('[orders] Done', result)"),
    ],
)
def test_a_log_line_gets_its_prefix(folder: Path, name: str, before: str, after: str) -> None:
    name = f"app/api/{name}" if name.endswith(".ts") else name
    assert fix(folder, "inconsistent-log-prefix", name, before)[0] == after


@pytest.mark.parametrize(
    ("rule", "name", "line"),
    [
        ("inconsistent-log-prefix", "orders/route.ts", "  console.log(`Done with ${await count()}`);"),
        ("inconsistent-log-prefix", "orders/route.ts", "  console.log({ a: 1 });"),
        ("inconsistent-log-prefix", "orders/route.ts", "  console.log('[invoices:send] Done');"),
        ("inconsistent-log-prefix", "a.py", '    logger.info(f"Done with {await count()}")'),
        ("unprefixed-step-name", "a.py", '    await context.run("workflow:load", load)'),
    ],
)
def test_what_a_prefix_would_not_mend_is_left(folder: Path, rule: str, name: str, line: str) -> None:
    after, outcome = fix(folder, rule, f"app/api/{name}" if name.endswith(".ts") else name, line)
    assert after == line
    assert [each.rule for each in outcome.report.findings] == [rule]


def test_steps_are_not_renamed_without_being_asked(folder: Path) -> None:
    (folder / "a.py").write_text(MODULE.format(body='    await context.run("load", load)'))
    assert fix_paths([], options=LintOptions(select=("unprefixed-step-name",))).files == ()


@pytest.mark.parametrize("extend", [(), ("guide",)])
def test_the_house_style_is_off_until_it_is_asked_for(folder: Path, extend: tuple[str, ...]) -> None:
    (folder / "a.py").write_text(MODULE.format(body='    await context.run("load", load)\n    print("done")'))
    report = lint_paths([], options=LintOptions(extend_select=extend))
    assert {each.profile for each in report.findings} == set(extend)
