"""What holds for every rule: its files, its documentation, its tests, its pages."""

import ast
import inspect
from collections import Counter
from pathlib import Path

import pytest
from forms import forms, shape
from markdown_cases import Case, cases

from lobegen.rules import all_rules
from lobegen.rules.base import Rule
from lobegen.rules.documentation import documentation, pages, with_table

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)


@each_rule
def test_file_class_and_name_agree(rule: Rule) -> None:
    module = type(rule).__module__.rsplit(".", 1)[-1]
    assert rule.name == module.replace("_", "-")
    assert type(rule).__name__.lower() == module.replace("_", "")


@each_rule
def test_documentation_is_complete(rule: Rule) -> None:
    documented = documentation(rule)
    assert documented.summary.endswith(".")
    for heading in ("## What it finds", "## Why", "## Examples"):
        assert f"\n{heading}\n" in f"\n{documented.text}"


@each_rule
def test_documentation_shows_wrong_and_right_code(rule: Rule) -> None:
    shown = Counter((case.language, bool(case.expected)) for case in cases(documentation(rule).text))
    assert shown == {(language, wrong): 1 for language in rule.languages for wrong in (True, False)}


@each_rule
def test_five_forms_to_be_wrong_and_five_to_be_right(rule: Rule) -> None:
    for language in rule.languages:
        found, silent = forms(rule, language)
        assert found >= 5, f"{language}: what must be found"
        assert silent >= 5, f"{language}: what must not"


def test_forms_differ_by_more_than_names() -> None:
    one, same, other = (
        Case("", 0, {"a.py": code})
        for code in (
            "def a(x):\n    return b(x, 'one')\n",
            "def c(y): return  d(y, 'two')",
            "def a(*x): return b(x, 'one')",
        )
    )
    assert shape(one) == shape(same) != shape(other)


@each_rule
def test_fits_a_page_without_its_documentation(rule: Rule) -> None:
    source = inspect.getsource(inspect.getmodule(type(rule)))  # type: ignore[arg-type]
    documentation_lines = sum(
        node.body[0].end_lineno - node.body[0].lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and isinstance(node.body[0], ast.Expr)
    )
    assert len(source.splitlines()) - documentation_lines <= 100


def test_every_markdown_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == {rule.name for rule in all_rules()}


def test_outranked_rules_are_named_as_rules_are() -> None:
    for rule in all_rules():
        assert rule.name not in rule.outranks
        assert all(name == name.lower() and " " not in name for name in rule.outranks)


def test_rule_pages_are_not_stale() -> None:
    written = {path.name: path.read_text() for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == pages(), "run `make docs`"


def test_readme_table_is_not_stale() -> None:
    readme = (ROOT / "README.md").read_text()
    assert with_table(readme) == readme, "run `make docs`"


@each_rule
def test_the_section_fix_is_there_if_the_rule_can_fix(rule: Rule) -> None:
    assert ("\n## Fix\n" in documentation(rule).text) == rule.fixable
