"""Which forms of a rule are tested: cases of its Markdown file whose code differs by more than its names.

`python tests/rules/forms.py` prints them as a Markdown table, with severity, profile and fix.
"""

import builtins
import keyword
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from markdown_cases import Case, cases, fix_cases

from lobegen.lint import LintOptions, lint_paths
from lobegen.model.source import Language
from lobegen.rules import all_rules
from lobegen.rules.base import Rule

HERE = Path(__file__).parent
_TOKEN = re.compile(
    r"(?P<comment>(?://|\#)[^\n]*)|(?P<text>[fr]*(?:\"\"\".*?\"\"\"|'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`))"
    r"|(?P<attribute>\.\s*[A-Za-z_$][\w$]*)|(?P<name>[A-Za-z_$][\w$]*)|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_WORDS = {
    *keyword.kwlist, *dir(builtins), "const", "let", "var", "function", "new", "typeof", "case", "switch", "catch",
    "throw", "this", "export", "default", "extends", "of", "do", "static", "type", "interface", "void", "null",
    "undefined", "Promise", "console", "Date", "Math", "crypto", "process", "serve", "serveMany", "createWorkflow",
    "servePagesRouter", "Serve",
}  # fmt: skip


def forms(rule: Rule, language: Language) -> tuple[int, int]:
    """How many forms of a rule are tested in a language: that must be found, and that must not."""
    found: set[str] = set()
    silent: set[str] = set()
    for case in cases((HERE / f"{rule.name}.md").read_text()):
        if case.language == language:
            hit = any(name == rule.name for *_, name in case.expected)
            (found if hit else silent).add(shape(case))
    return len(found), len(silent)


def shape(case: Case) -> str:
    """The code of a case without spaces and without the words that it happens to use."""
    contents = sorted(case.files.items())
    return "\n".join(f"{Path(path).suffix}: {' '.join(_shape(_TOKEN.finditer(text)))}" for path, text in contents)


def _shape(tokens: Iterable[re.Match[str]]) -> Iterator[str]:
    for token in tokens:
        if token["name"]:
            yield token[0] if token[0] in _WORDS else "x"
        elif token["text"]:
            yield re.sub(r"\d+", "0", re.sub(r"[A-Za-z_-]+", "a", token[0]))
        elif not token["space"]:
            yield token[0]


def fixes(rule: Rule, language: Language) -> str:
    """Which kinds of fixes the cases of a rule show in a language: "safe", "unsafe", both, or none."""
    kinds: set[str] = set()
    file = HERE / "fixes" / f"{rule.name}.md"
    for case in fix_cases(file.read_text()) if file.exists() else ():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path, text in case.before.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
            report = lint_paths([folder], root=folder, options=LintOptions(extend_select=(rule.name,)))
        found = [each for each in report.findings if each.rule == rule.name and each.fix is not None]
        ending = ".py" if language == "python" else (".ts", ".tsx")
        kinds |= {each.fix.kind for each in found if each.fix and each.span.path.endswith(ending)}
    return ", ".join(sorted(kinds - {"impossible"}))


def table() -> str:
    """All rules and their languages as a Markdown table."""
    rows = ["| Rule | Language | Severity | Profile | Fix | Found | Silent |", "|---|---|---|---|---|---|---|"]
    for rule in all_rules():
        severity = f"{rule.severity.label} ({rule.varies})" if rule.varies else rule.severity.label
        for language in rule.languages:
            found, silent = forms(rule, language)
            kinds = fixes(rule, language) or "–"
            rows.append(f"| {rule.name} | {language} | {severity} | {rule.profile} | {kinds} | {found} | {silent} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
