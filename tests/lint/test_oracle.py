"""What was recorded at run time judges the linter: what misbehaves is found, what is right gets no error."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace
from oracle import EXCEPTIONS, MISBEHAVES, SDKS, Program, files, programs

from lobegen.lint.engine import read_paths
from lobegen.lint.judging import judge, unoutranked
from lobegen.model.findings import Severity
from lobegen.rules import all_rules

ALL = [program for sdk in SDKS for program in programs(sdk)]


@cache
def findings(sdk: str, settings: str = "") -> dict[int, dict[str, Severity]]:
    """The rules that find something in each program, by the line that serves it: each judged as if it were alone."""
    with TemporaryDirectory() as folder:
        for name, text in {**files(sdk), "lobegen.toml": settings}.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        project = read_paths([Path(folder)]).project
    found = {}
    for endpoint in project.endpoints:
        judgement = judge(all_rules(), replace(project, endpoints=(endpoint,)))
        assert not judgement.failures
        spoken = unoutranked(judgement.findings, {rule.name: rule.outranks for rule in all_rules()})
        found[endpoint.span.line] = {each.rule: each.severity for each in spoken}
    return found


@pytest.mark.parametrize("program", [each for each in ALL if each.expected], ids=str)
def test_what_misbehaves_is_found(program: Program) -> None:
    assert program.expected in findings(program.sdk)[program.line]


@pytest.mark.parametrize("program", ALL, ids=str)
def test_nothing_else_is_an_error(program: Program) -> None:
    found = findings(program.sdk)[program.line]
    assert {rule for rule, severity in found.items() if severity is Severity.ERROR} <= {program.expected}


@pytest.mark.parametrize("program", [each for each in ALL if each.name.startswith("sideEffects")], ids=str)
def test_an_effect_that_only_its_author_knows_is_found_when_the_settings_name_it(program: Program) -> None:
    found = findings(program.sdk, 'side-effects = ["note"]')[program.line]
    assert "side-effect-outside-step" in found


@pytest.mark.parametrize("sdk", SDKS)
def test_each_program_that_failed_on_record_is_found_or_excused(sdk: str) -> None:
    failed = [program for program in programs(sdk) if program.failed and not program.expected]
    assert {program.name for program in failed} <= EXCEPTIONS.keys()


def test_no_exception_is_out_of_date() -> None:
    assert EXCEPTIONS.keys() == {program.name for program in ALL if program.failed and not program.expected}


def test_what_is_expected_is_of_programs_that_were_recorded() -> None:
    recorded = {(program.language, program.name) for program in ALL}
    assert {(language, name) for language, rules in MISBEHAVES.items() for name in rules} <= recorded
