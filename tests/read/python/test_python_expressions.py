"""Expressions of Python in the neutral tree."""

import pytest
from python_trees import expression_of, module_of, read_trees, show, text_of

STRINGS = [
    ("f'a{b}c'", "Template(('a', Name('b'), 'c'))"),
    ("f'{a!r:>{w}}{b=}'", "Template((Name('a'), Name('w'), 'b=', Name('b')))"),
    ("f'{{x}}'", "Constant('{x}')"),
    ("'a' 'b' f'{c}d' 'e'", "Template(('ab', Name('c'), 'de'))"),
    ('f\'{a["k"]}-{f"{b}"}\'', "Template((Index(Name('a'), Constant('k')), '-', Template((Name('b'),))))"),
    ("r'\\n'", "Constant('\\\\n')"),
    ("rf'\\d{a}'", "Template(('\\\\d', Name('a')))"),
    ("'\\x41\\u00e9\\101\\N{BULLET}\\q'", "Constant('AéA•\\\\q')"),
    ("'a\\\nb'", "Constant('ab')"),
    ("'\\ud800'", "Constant('�')"),
    ("f'\\N{BULLET}{a}'", "Template(('•', Name('a')))"),
    ("''", "Constant('')"),
    ("f'{now:%Y-%m}'", "Template((Name('now'),))"),
    ("b'a' b'b'", "Opaque('bytes')"),
]


@pytest.mark.parametrize(("source", "expected"), read_trees("expressions"))
def test_expression(source: str, expected: str) -> None:
    assert show(expression_of(source)) == expected


@pytest.mark.parametrize(("source", "expected"), STRINGS)
def test_string(source: str, expected: str) -> None:
    assert show(expression_of(source)) == expected


def test_nested_quotes_of_python_312_are_read() -> None:
    assert show(expression_of("f'{a['k']}'")) == "Template((Index(Name('a'), Constant('k')),))"


@pytest.mark.parametrize(
    "source",
    [
        "from typing import cast\ncast(T, a)",
        "import typing as t\nt.cast('T', a)",
        "from typing import cast as c\nc(T, a)",
    ],
)
def test_a_cast_vanishes(source: str) -> None:
    assert show(module_of(source).body) == "(Evaluate(Name('a')),)"


def test_a_cast_that_is_not_of_typing_is_a_call() -> None:
    assert show(expression_of("cast(a, b)")) == "Call(Name('cast'), (Argument(Name('a')), Argument(Name('b'))))"


def test_a_number_too_long_to_convert_is_opaque() -> None:
    assert show(expression_of("9" * 5000)) == "Opaque('number')"


def test_windows_newlines_in_a_string_are_line_feeds() -> None:
    (statement,) = module_of(b'"""a\r\nb"""').body
    assert show(statement) == r"Evaluate(Constant('a\nb'))"


def test_parentheses_belong_to_tuples_and_generators_only() -> None:
    module = module_of("(a)\n(a, b)\n((a, b))\n(x for x in y)\n")
    texts = [text_of(module, statement.value) for statement in module.body]
    assert texts == ["a", "(a, b)", "(a, b)", "(x for x in y)"]
