"""Code actions and hovers, as an editor asks for them and applies them."""

from pathlib import Path

import pytest
from lsp_editor import Editor, able
from lsprotocol import types

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Edit, Fix
from lobegen.model.source import Span
from lobegen.server.actions import actions
from lobegen.server.checking import Checked, Remedy, Told
from lobegen.server.positions import Text

ROUTE = """\
import {{ serve }} from '@upstash/workflow/nextjs';
export const {{ POST }} = serve<{{ id?: string }}>(async (context) => {{
  {0}
}}{1});
"""
CALLED = "const work = async () => 1;\n" + ROUTE.format(
    "/* 😀 */ await context.run('a', work()); await context.run('b', work());", ""
)
LIMITED = ROUTE.format(
    "const { isFailed } = await context.invoke('a', { workflow, flowControl: { key: 'a', ratePerSecond: 5 } });\n"
    "  // lobegen: allow nested-step (it was once)\n"
    "  await context.run('b', () => isFailed);",
    "",
)
UNNAMED = ROUTE.format("await context.run('', () => 1);", "")
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(99, 0))
QUICK_FIX, FIX_ALL = "quickfix", "source.fixAll.lobegen"


def titled(actions: list[types.CodeAction], beginning: str) -> types.CodeAction:
    (found,) = [each for each in actions if each.title.startswith(beginning)]
    return found


def test_a_fix_is_offered_at_its_finding_and_applied(editor: Editor, workspace: Path) -> None:
    route = workspace / "route.ts"
    (_, second) = editor.open(route, CALLED)
    action = titled(editor.actions(route, second.range, QUICK_FIX), "Pass an arrow function")
    assert action.diagnostics == (second,)
    fixed = editor.after_edit(action, route, CALLED)
    assert fixed == CALLED.replace("run('b', work())", "run('b', () => work())")
    assert len(editor.type(route, fixed)) == 1


def test_a_fix_of_several_files_edits_each_as_it_is_in_the_editor(editor: Editor, workspace: Path) -> None:
    route, start = workspace / "app" / "api" / "greet" / "route.ts", workspace / "start.ts"
    start.write_text(
        "import { Client } from '@upstash/workflow';\nconst client = new Client();\n"
        "export const start = () => client.trigger({ url: 'https://example.com/api/greet' });\n"
    )
    (found,) = editor.open(route, ROUTE.format("await context.run('a', () => 1);", ", { retries: 2 }"))
    action = titled(editor.actions(route, found.range), "Move")
    assert action.edit is not None
    assert action.edit.document_changes is not None
    documents = [
        each.text_document for each in action.edit.document_changes if isinstance(each, types.TextDocumentEdit)
    ]
    assert {(each.uri, each.version) for each in documents} == {(route.as_uri(), 1), (start.as_uri(), None)}
    assert editor.actions(route, found.range, FIX_ALL) == []


def test_all_safe_fixes_of_a_file_at_once(editor: Editor, workspace: Path) -> None:
    route = workspace / "route.ts"
    editor.open(route, LIMITED)
    (action,) = editor.actions(route, EVERYWHERE, "source.fixAll")
    assert (action.kind, action.edit) == (FIX_ALL, None)
    fixed = editor.after_edit(editor.resolved(action), route, LIMITED)
    assert "rate: 5" in fixed
    assert "it was once" not in fixed
    assert [each.code for each in editor.type(route, fixed)] == []


def test_a_client_that_cannot_ask_twice_gets_the_edit_at_once(workspace: Path) -> None:
    route = workspace / "route.ts"
    with Editor(workspace, can=able(all_of_it=False)) as editor:
        editor.open(route, LIMITED)
        (action,) = editor.actions(route, EVERYWHERE, FIX_ALL)
    assert action.edit is not None
    assert action.edit.changes is not None
    assert list(action.edit.changes) == [route.as_uri()]


@pytest.mark.parametrize("safe", [True, False])
def test_only_safe_fixes_are_preferred_and_applied_together(safe: bool) -> None:
    span = Span("a.ts", 1, 1, 1, 2, 0, 1)
    fix = Fix("Rename it", safe=safe, edits=(Edit(span, "b"),))
    diagnostic = types.Diagnostic(EVERYWHERE, "wrong")
    told = Told(Finding("some-rule", span, "wrong", Severity.ERROR), diagnostic, Remedy(fix, types.WorkspaceEdit()))
    checked = Checked("file:///a.ts", 1, Text(b"a", "a.ts", types.PositionEncodingKind.Utf16), (told,))
    found = actions(checked, EVERYWHERE, [])
    assert [each.kind for each in found] == [QUICK_FIX, FIX_ALL][: 1 + safe]
    assert ("unsafe" in found[0].title, found[0].is_preferred) == (not safe, safe or None)


@pytest.mark.parametrize("name", ["route.ts", "work.py"])
def test_a_finding_is_allowed_by_a_comment(editor: Editor, workspace: Path, name: str) -> None:
    python = (
        "from upstash_workflow.fastapi import Serve\n\nserve = Serve(app)\n\n\n"
        "@serve.post('/work')\nasync def work(context):\n    await context.run('', work)\n"
    )
    text = python if name.endswith(".py") else UNNAMED
    found = next(each for each in editor.open(workspace / name, text) if each.code == "unnamed-step")
    action = titled(editor.actions(workspace / name, found.range), "Allow `unnamed-step`")
    allowed = editor.after_edit(action, workspace / name, text)
    assert "lobegen: allow unnamed-step (TODO: say why)" in allowed
    assert "unnamed-step" not in [each.code for each in editor.type(workspace / name, allowed)]


@pytest.mark.parametrize(
    ("only", "kinds"),
    [((), {QUICK_FIX, FIX_ALL}), (("source",), {FIX_ALL}), (("quickfix",), {QUICK_FIX}), (("refactor",), set())],
)
def test_only_what_is_asked_for_is_offered(
    editor: Editor, workspace: Path, only: tuple[str, ...], kinds: set[str]
) -> None:
    editor.open(workspace / "route.ts", LIMITED)
    assert {each.kind for each in editor.actions(workspace / "route.ts", EVERYWHERE, *only)} == kinds


def test_nothing_is_offered_where_nothing_is_found(editor: Editor, workspace: Path) -> None:
    editor.open(workspace / "route.ts", UNNAMED)
    assert editor.actions(workspace / "route.ts", types.Range(types.Position(0, 0), types.Position(0, 5))) == []


def test_a_finding_is_explained_by_its_rules_page(editor: Editor, workspace: Path) -> None:
    editor.open(workspace / "route.ts", UNNAMED)
    shown = editor.hover(workspace / "route.ts", 2, 21)
    assert shown is not None
    assert shown.startswith("**error[unnamed-step]** `context.run()` has an empty name")
    assert "# unnamed-step\n" in shown
    assert editor.hover(workspace / "route.ts", 0, 0) is None


def test_a_rule_that_a_comment_names_is_explained(editor: Editor, workspace: Path) -> None:
    text = ROUTE.format("// lobegen: allow unnamed-step (it is a test)\n  await context.run('', () => 1);", "")
    assert editor.open(workspace / "route.ts", text) == ()
    shown = editor.hover(workspace / "route.ts", 2, 25)
    assert shown is not None
    assert shown.startswith("# unnamed-step\n")


def test_answers_are_about_what_was_typed_last(editor: Editor, workspace: Path) -> None:
    route = workspace / "route.ts"
    editor.open(route, UNNAMED)
    moved = "\n\n" + UNNAMED
    editor.send(route, moved)
    shown = editor.hover(route, 4, 21)
    assert shown is not None
    assert "unnamed-step" in shown
