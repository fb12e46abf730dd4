"""What the language server says of documents while they are edited."""

import sys
from pathlib import Path

import pytest
from lsp_editor import Editor, able
from lsprotocol import types

from lobegen.server.language_server import path_of

ROUTE = """\
import {{ serve }} from '@upstash/workflow/nextjs';
export const {{ POST }} = serve<{{ id?: string }}>(async (context) => {{
  {0}
}});
"""
UNNAMED = ROUTE.format("await context.run('', () => 1);")
NAMED = ROUTE.format("await context.run('work', () => 1);")
PYTHON = """\
# -*- coding: latin-1 -*-
from fastapi import FastAPI
from upstash_workflow.fastapi import Serve

serve = Serve(FastAPI())


@serve.post("/work")
async def work(context):
    ü = "ü"; await context.run("", work)
"""


def rules(diagnostics: list[types.Diagnostic]) -> list[object]:
    return [each.code for each in diagnostics]


def test_a_finding_comes_and_goes_while_one_types(workspace: Path) -> None:
    route = workspace / "route.ts"
    with Editor(workspace) as editor:
        assert rules(editor.open(route, UNNAMED)) == ["unnamed-step"]
        assert rules(editor.type(route, NAMED)) == []
        assert rules(editor.type(route, UNNAMED)) == ["unnamed-step"]
        assert editor.close(route) == ()
    assert editor.exit_code == 0


def test_a_diagnostic_says_all_that_a_finding_has(editor: Editor, workspace: Path) -> None:
    twice = ROUTE.format("await context.run('a', () => 1);\n  await context.run('a', () => 2);")
    (found,) = editor.open(workspace / "route.ts", twice)
    assert (found.source, found.code, found.severity) == (
        "lobegen",
        "duplicate-step-name",
        types.DiagnosticSeverity.Warning,
    )
    assert found.code_description is not None
    assert found.code_description.href.endswith("/docs/rules/duplicate-step-name.md")
    assert found.related_information is not None
    (first,) = found.related_information
    assert first.location == types.Location(
        (workspace / "route.ts").as_uri(), types.Range(types.Position(2, 20), types.Position(2, 23))
    )


def test_a_client_that_can_little_gets_plain_diagnostics(workspace: Path) -> None:
    twice = ROUTE.format("await context.run('a', () => 1);\n  await context.run('a', () => 2);")
    with Editor(workspace, can=able(all_of_it=False)) as editor:
        (found,) = editor.open(workspace / "route.ts", twice)
    assert (found.related_information, found.code_description, found.tags) == (None, None, None)


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("// lobegen: allow nested-step (old)", types.DiagnosticSeverity.Warning),
        ("", types.DiagnosticSeverity.Information),
    ],
)
def test_severities_and_what_is_unnecessary(
    editor: Editor, workspace: Path, comment: str, severity: types.DiagnosticSeverity
) -> None:
    opaque = "" if comment else "unknown(context);"
    text = ROUTE.format(f"{comment}\n  {opaque} await context.run('a', () => 1);")
    (found,) = editor.open(workspace / "route.ts", text)
    assert found.severity == severity
    assert found.tags == ((types.DiagnosticTag.Unnecessary,) if comment else None)


@pytest.mark.parametrize(("units", "column"), [(None, 42), ("utf-16", 42), ("utf-8", 45), ("utf-32", 41)])
def test_columns_are_counted_as_agreed(workspace: Path, units: str | None, column: int) -> None:
    text = ROUTE.format("const x = '😀é'; await context.run(     '', () => x);")
    with Editor(workspace, can=able(units=units)) as editor:
        (found,) = editor.open(workspace / "route.ts", text)
    assert (found.range.start.line, found.range.start.character) == (2, column)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\x0c\n"])
def test_lines_are_counted_as_the_protocol_does(editor: Editor, workspace: Path, newline: str) -> None:
    text = f"// \u2028 \x0b{newline}" + UNNAMED
    (found,) = editor.open(workspace / "route.ts", text)
    assert found.range.start == types.Position(3, 20)


def test_python_in_another_encoding(editor: Editor, workspace: Path) -> None:
    found = editor.open(workspace / "work.py", PYTHON)
    assert [(each.code, each.range.start) for each in found if each.code == "unnamed-step"] == [
        ("unnamed-step", types.Position(9, 31))
    ]


def test_rules_over_several_files_see_what_is_not_saved(editor: Editor, workspace: Path) -> None:
    helper, route = workspace / "helper.ts", workspace / "route.ts"
    helper.write_text("export const greet = (context) => context.run('greet', () => 1);\n")
    text = "import { greet } from './helper';\n" + ROUTE.format("await greet(context);")
    assert rules(editor.open(route, text)) == []
    before = editor.published
    editor.open(helper, "export const greet = (context) => { context.log; };\n")
    assert rules(editor.after(route, before + 1)) == ["stepless-workflow"]


def test_findings_are_of_the_newest_text_only(editor: Editor, workspace: Path) -> None:
    route = workspace / "route.ts"
    editor.open(route, NAMED)
    before = editor.published
    assert rules(editor.type(route, *([UNNAMED, NAMED] * 20), UNNAMED)) == ["unnamed-step"]
    assert editor.published - before < 5


def test_a_change_of_a_lock_file_on_disk_is_seen(editor: Editor, workspace: Path) -> None:
    route = workspace / "route.ts"
    text = NAMED.replace("\n});", "\n}, { retries: 2 });")
    assert rules(editor.open(route, text)) == ["removed-serve-option"]
    assert any("package.json" in each for each in editor.watched())
    (workspace / "package.json").write_text('{"dependencies": {"@upstash/workflow": "0.2.23"}}')
    before = editor.changed_on_disk(workspace / "package.json")
    assert rules(editor.after(route, before)) == []


def test_a_mistake_in_the_settings_is_shown_and_mended(editor: Editor, workspace: Path) -> None:
    route, settings = workspace / "route.ts", workspace / "lobegen.toml"
    editor.open(route, UNNAMED)
    settings.write_text('ignore = ["unnamed-stop"]')
    editor.changed_on_disk(settings)
    assert "unnamed-step" in editor.message()
    settings.write_text('ignore = ["unnamed-step"]')
    before = editor.changed_on_disk(settings)
    assert rules(editor.after(route, before)) == []


def test_each_folder_and_each_file_outside_of_them_has_its_own_project(workspace: Path, tmp_path: Path) -> None:
    other, alone = tmp_path / "other", tmp_path / "alone"
    for folder, version in ((other, "0.2.23"), (alone, "1.3.3")):
        folder.mkdir()
        (folder / "package.json").write_text(f'{{"dependencies": {{"@upstash/workflow": "{version}"}}}}')
    text = NAMED.replace("\n});", "\n}, { retryDelay: '1' });")
    with Editor(workspace, other) as editor:
        found = [rules(editor.open(folder / "route.ts", text)) for folder in (workspace, other, alone)]
    assert found == [["removed-serve-option"], [], ["removed-serve-option"]]


def test_the_whole_workspace_on_demand(workspace: Path) -> None:
    route = workspace / "route.ts"
    route.write_text(UNNAMED)
    with Editor(workspace, wishes={"wholeWorkspace": True}) as editor:
        assert rules(editor.after(route, 0)) == ["unnamed-step"]
        assert rules(editor.open(route, NAMED)) == []


def test_wrong_wishes_are_named(workspace: Path) -> None:
    with Editor(workspace, wishes={"wholeWorkspaces": True}) as editor:
        assert "wholeWorkspaces" in editor.message()
        assert rules(editor.open(workspace / "route.ts", UNNAMED)) == ["unnamed-step"]


@pytest.mark.parametrize("name", ["node_modules/route.ts", "route.test.ts", "notes.txt"])
def test_what_is_not_linted_stays_silent(editor: Editor, workspace: Path, name: str) -> None:
    route = workspace / "route.ts"
    (workspace / "node_modules").mkdir()
    editor.open(route, NAMED)
    before = editor.published
    if name.endswith(".ts"):
        assert editor.open(workspace / name, UNNAMED) == ()
    else:
        assert editor.hover(workspace / name, 0, 0) is None
        assert editor.published == before


@pytest.mark.parametrize("uri", ["file:a.ts", "file:///c%3A/x/a.ts", "untitled:a.ts", "git:/x/a.ts?ref", ""])
def test_what_is_no_file_of_this_machine_is_passed_over(uri: str) -> None:
    assert path_of(uri) is None


CRASHING = """\
from lobegen.cli import main
from lobegen.rules.unnamed_step import UnnamedStep

def check(self, endpoint, project):
    raise RuntimeError("a rule's mistake")

UnnamedStep.check = check
raise SystemExit(main(["server"]))
"""


def test_a_rule_that_crashes_is_logged_and_the_others_go_on(workspace: Path) -> None:
    with Editor(workspace, command=[sys.executable, "-c", CRASHING]) as editor:
        twice = ROUTE.format("await context.run('', () => 1);\n  await context.run('a', () => context.run('b'));")
        assert rules(editor.open(workspace / "route.ts", twice)) == ["nested-step"]
        assert "a rule's mistake" in editor.log()
        assert rules(editor.type(workspace / "route.ts", NAMED)) == []


@pytest.mark.parametrize("text", ["\ud800", "export const = ;;; {{{", "", "(" * 100_000, "\x00"])
def test_no_text_ends_the_server(editor: Editor, workspace: Path, text: str) -> None:
    route = workspace / "route.ts"
    editor.open(route, f"// @upstash/workflow\n{text}".encode("utf-8", "replace").decode())
    assert rules(editor.type(route, UNNAMED)) == ["unnamed-step"]
