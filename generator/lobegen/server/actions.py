"""Code actions: the fixes of findings, comments that allow them, and all safe fixes of a file at once."""

from pathlib import Path

from lsprotocol.types import CodeAction, CodeActionKind, Range, TextEdit

from lobegen.errors import LobegenError
from lobegen.lint import LintOptions
from lobegen.lint.fixing import fix_paths
from lobegen.server.checking import Checked, Remedy, Told
from lobegen.server.client import Client
from lobegen.server.positions import Text, meets

FIX_ALL = "source.fixAll.lobegen"
KINDS = (CodeActionKind.QuickFix, FIX_ALL)


def actions(checked: Checked, span: Range, only: list[str]) -> list[CodeAction]:
    """The code actions for a range; that for all fixes has no edit yet.

    Args:
        only: Kinds that are asked for, with what is below them; all when there are none.
    """
    found: list[CodeAction] = []
    if _is_asked(CodeActionKind.QuickFix, only):
        here = [told for told in checked.told if meets(told.diagnostic.range, span)]
        found += [_fix(told, told.fix) for told in here if told.fix is not None]
        found += [_allow(told, told.allowance) for told in here if told.allowance is not None]
    if _is_asked(FIX_ALL, only) and any(map(_is_fixed_with_others, checked.told)):
        found.append(CodeAction("Fix all that lobegen can fix safely", FIX_ALL, data={"uri": checked.uri}))
    return found


def _is_fixed_with_others(told: Told) -> bool:
    """Whether a finding is among those that are fixed at once: safely, and in its own file alone."""
    fix = told.fix.fix if told.fix is not None else None
    return fix is not None and fix.safe and all(edit.span.path == told.finding.span.path for edit in fix.edits)


def _is_asked(kind: str, only: list[str]) -> bool:
    return not only or any(kind == each or kind.startswith(f"{each}.") or not each for each in only)


def _fix(told: Told, remedy: Remedy) -> CodeAction:
    safe = remedy.fix.kind == "safe"
    title = remedy.fix.title if safe else f"{remedy.fix.title} (unsafe: it may change what the program does)"
    return _quick(told, remedy, title, preferred=safe)


def _allow(told: Told, remedy: Remedy) -> CodeAction:
    return _quick(told, remedy, remedy.fix.title, preferred=False)


def _quick(told: Told, remedy: Remedy, title: str, *, preferred: bool) -> CodeAction:
    return CodeAction(
        title,
        CodeActionKind.QuickFix,
        diagnostics=[told.diagnostic],
        is_preferred=preferred or None,
        edit=remedy.edit,
    )


def uri_in(data: object) -> str:
    """The document that an action without an edit is about; empty when it is none of ours."""
    uri = data.get("uri") if isinstance(data, dict) else getattr(data, "uri", None)
    return uri if isinstance(uri, str) else ""


def all_fixes(checked: Checked, path: Path, client: Client, options: LintOptions) -> CodeAction:
    """The code action that does what `lobegen lint --fix` would do to a file as it is being edited."""
    try:
        fixed = fix_paths([path], options=options)
    except LobegenError:
        edits: list[TextEdit] = []
    else:
        edits = [change(checked.text, each.after) for each in fixed.files if each.path == path]
    edit = client.edit({(checked.uri, checked.version): edits})
    return CodeAction("Fix all that lobegen can fix safely", FIX_ALL, edit=edit)


def change(text: Text, after: bytes) -> TextEdit:
    """The smallest single edit that makes one content of the other."""
    old, new = text.decoded, text.like(after)
    shortest = min(len(old), len(new))
    head = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    tail = next((at for at in range(shortest - head) if old[-1 - at] != new[-1 - at]), shortest - head)
    while head and old[head - 1] == "\r":  # a line's end is not split
        head -= 1
    while tail and old[-tail] == "\n":
        tail -= 1
    return TextEdit(text.characters(head, len(old) - tail), new[head : len(new) - tail])
