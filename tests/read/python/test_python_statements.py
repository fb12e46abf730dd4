"""Statements of Python in the neutral tree."""

import pytest
from python_trees import module_of, read_trees, show, statement_of, text_of

from lobegen.read.syntax import Switch


@pytest.mark.parametrize(("source", "expected"), read_trees("statements"))
def test_statement(source: str, expected: str) -> None:
    assert show(module_of(source).body) == expected


@pytest.mark.parametrize(("cases", "expected"), read_trees("cases"))
def test_case(cases: str, expected: str) -> None:
    switch = statement_of("match a:\n" + "".join(f"  {line}\n" for line in cases.split("\n")))
    assert isinstance(switch, Switch)
    assert show(switch.cases) == expected


def test_a_pattern_does_not_evaluate_a_call_again() -> None:
    switch = statement_of("match f():\n  case {'k': v}: pass")
    assert show(switch).count("Call(") == 1


def test_a_generator_is_one_by_its_own_yields_only() -> None:
    outer = statement_of("def f():\n  def g(): yield 1\n  return g")
    assert "is_generator=True" in show(outer)
    assert not outer.value.is_generator


def test_the_finally_block_has_its_span() -> None:
    module = module_of("try:\n  a\nfinally:\n  b\n")
    span = module.body[0].finalizer_span
    assert module.source[span.start : span.end] == b"finally:\n  b"


def test_a_function_begins_behind_its_decorators() -> None:
    module = module_of("@d\nasync def f():\n  pass\n")
    assert text_of(module, module.body[0]) == "async def f():\n  pass"
