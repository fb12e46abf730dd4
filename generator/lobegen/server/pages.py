"""What is shown when the pointer rests on a finding, or on a rule's name in a comment."""

from lsprotocol.types import Hover, MarkupContent, MarkupKind, Position

from lobegen.rules import all_rules
from lobegen.rules.documentation import documentation
from lobegen.server.checking import Checked
from lobegen.server.positions import holds


def hover(checked: Checked, at: Position) -> Hover | None:
    """The findings at a position with the pages of their rules; else the page of the rule that a comment names."""
    here = [told for told in checked.told if holds(told.diagnostic.range, at)]
    if here:
        rules = dict.fromkeys(told.finding.rule for told in here)
        said = [f"**{told.finding.severity.label}[{told.finding.rule}]** {told.diagnostic.message}" for told in here]
        return _made([*said, *filter(None, map(_page, rules))])
    word = checked.text.word(at)
    page = _page(word) if "lobegen:" in checked.text.line(at.line) else ""
    return _made([page]) if page else None


def _page(name: str) -> str:
    return next((documentation(rule).page for rule in all_rules() if rule.name == name), "")


def _made(parts: list[str]) -> Hover:
    return Hover(MarkupContent(MarkupKind.Markdown, "\n\n---\n\n".join(parts)))
