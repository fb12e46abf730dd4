"""Every rule finds what its Markdown file and its documentation say, and nothing else."""

from pathlib import Path

import pytest
from markdown_cases import mismatches

from lobegen.rules import all_rules
from lobegen.rules.base import Rule
from lobegen.rules.documentation import documentation

HERE = Path(__file__).parent

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)


@pytest.mark.parametrize("file", sorted((HERE / "shapes").glob("*.md")), ids=lambda file: file.stem)
def test_shapes_of_real_code(file: Path, tmp_path: Path) -> None:
    assert mismatches(file.read_text(), "", tmp_path) == []


@each_rule
def test_markdown(rule: Rule, tmp_path: Path) -> None:
    markdown = (HERE / f"{rule.name}.md").read_text()
    assert mismatches(markdown, rule.name, tmp_path) == []


@each_rule
def test_examples_of_the_documentation(rule: Rule, tmp_path: Path) -> None:
    assert mismatches(documentation(rule).text, rule.name, tmp_path) == []
