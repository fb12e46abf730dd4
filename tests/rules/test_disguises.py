"""However a workflow is imported and served, the same is found: each example of each rule in other guises."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from disguises import PYTHON, TYPESCRIPT, Disguise, wrapped
from markdown_cases import Case, cases

from lobegen.rules import all_rules
from lobegen.rules.base import Rule

HERE = Path(__file__).parent
#: what these rules go by is lost in a wrapper without types
_BY_TYPES = {"dropped-payload-flag", "payload-contract-mismatch", "untyped-payload", "unvalidated-payload"}

#: which method of a controller hands a request to a handler is not known through a wrapper
_BY_METHODS = {"Found: routes of controllers"}

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)


def examples(rule: Rule) -> list[Case]:
    return [case for case in cases((HERE / f"{rule.name}.md").read_text()) if not case.before]


def guises(rule: Rule, case: Case) -> list[Disguise]:
    possible = PYTHON if case.language == "python" else TYPESCRIPT
    hides = rule.name in _BY_TYPES or case.title in _BY_METHODS
    return [each for each in possible if each is not wrapped or not hides]


def differs(rule: Rule, case: Case, disguise: Disguise, folder: Path) -> bool:
    """Whether a rule finds something else in another guise of the same example."""
    found = replace(case, files=disguise(case)).findings(folder, rule.name)
    wanted, actual = (Counter(each for each in all_of if each[3] == rule.name) for all_of in (case.expected, found))
    return wanted != actual


@each_rule
def test_each_example_in_one_other_guise(rule: Rule, tmp_path: Path) -> None:
    for number, case in enumerate(examples(rule)):
        possible = guises(rule, case)
        disguise = possible[number % len(possible)]
        assert not differs(rule, case, disguise, tmp_path / str(number)), f"line {case.line}, {disguise.__name__}"


@pytest.mark.soak
@each_rule
def test_each_example_in_every_guise(rule: Rule, tmp_path: Path) -> None:
    for number, case in enumerate(examples(rule)):
        for disguise in guises(rule, case):
            folder = tmp_path / f"{number}-{disguise.__name__}"
            assert not differs(rule, case, disguise, folder), f"line {case.line}, {disguise.__name__}"
