"""Documentation of the rules: their docstrings as pages, as a table, and for programs.

`python -m lobegen.rules.documentation FOLDER README` writes the pages and the README's table.
"""

import inspect
import re
import sys
from pathlib import Path

from msgspec import Struct

from lobegen.errors import LobegenError
from lobegen.rules import all_rules
from lobegen.rules.base import Rule
from lobegen.rules.observed import at_run_time

TABLE_BEGIN = "<!-- rules: begin (made by `make docs`) -->"
TABLE_END = "<!-- rules: end -->"
_LANGUAGES = {"python": "Python", "typescript": "TypeScript"}


class Documentation(Struct, frozen=True):
    """What is to be said of a rule.

    Attributes:
        severity: That of most of its findings.
        varies: In which cases it is another.
        summary: Its first line.
        fixable: Whether `lobegen lint --fix` helps with some of what it finds.
        text: The sections, in Markdown, with the markers of the examples (`# error: [name]`).
    """

    name: str
    severity: str
    varies: str
    profile: str
    languages: tuple[str, ...]
    fixable: bool
    summary: str
    text: str

    @property
    def facts(self) -> str:
        """Severity, profile and languages in one line."""
        languages = " and ".join(_LANGUAGES[each] for each in self.languages)
        severity = f"{self.severity} ({self.varies})" if self.varies else self.severity
        facts = f"Severity: {severity}. Profile: {self.profile}. Languages: {languages}."
        return f"{facts} Can be fixed." if self.fixable else facts

    @property
    def examples(self) -> str:
        """The section of that name."""
        _, _, after = self.text.partition("## Examples\n")
        return after.partition("\n## ")[0]

    @property
    def page(self) -> str:
        """The rule's page."""
        return f"# {self.name}\n\n{self.summary}\n\n{self.facts}\n\n{self.text}\n"


def documentation(rule: Rule) -> Documentation:
    """The documentation of one rule, out of its docstring and of what its examples did."""
    summary, _, text = (inspect.getdoc(type(rule)) or "").partition("\n\n")
    return Documentation(
        rule.name,
        rule.severity.label,
        rule.varies,
        rule.profile,
        tuple(sorted(rule.languages)),
        rule.fixable,
        summary,
        "\n\n".join(filter(None, (text.strip(), at_run_time(rule.name)))),
    )


def documentations() -> list[Documentation]:
    """The documentation of all rules, by name."""
    return [documentation(rule) for rule in all_rules()]


def table() -> str:
    """All rules as a Markdown table with links to their pages."""
    rows = ["| Rule | Severity | Profile | Languages | Fix | What it finds |", "|---|---|---|---|---|---|"]
    for each in documentations():
        languages = ", ".join(_LANGUAGES[language] for language in each.languages)
        severity = f"{each.severity} ({each.varies})" if each.varies else each.severity
        fix = "yes" if each.fixable else ""
        link = f"[{each.name}](docs/rules/{each.name}.md)"
        rows.append(f"| {link} | {severity} | {each.profile} | {languages} | {fix} | {each.summary} |")
    return "\n".join(rows)


def pages() -> dict[str, str]:
    """The rule pages by file name."""
    return {f"{each.name}.md": each.page for each in documentations()}


def with_table(readme: str) -> str:
    """A README with the table between its two marks.

    Raises:
        LobegenError: The marks are not there.
    """
    begin, end = map(re.escape, (TABLE_BEGIN, TABLE_END))
    replaced, count = re.subn(
        rf"{begin}.*?{end}", lambda _: f"{TABLE_BEGIN}\n{table()}\n{TABLE_END}", readme, flags=re.DOTALL
    )
    if not count:
        raise LobegenError(
            "the README has no place for the table of rules.", f"Put {TABLE_BEGIN} and {TABLE_END} there."
        )
    return replaced


def write(folder: Path, readme: Path) -> None:
    """Write all pages, delete those of rules that are gone, and renew the README's table."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
