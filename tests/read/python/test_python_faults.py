"""Files that cannot be read: never an exception, never a dead process."""

import sys
import threading

import pytest

from lobegen.read.python import lower
from lobegen.read.syntax import Module

MANY = 20_000

KILLERS = {
    "parentheses": "(" * 5000 + "1" + ")" * 5000,
    "brackets": "[" * 3000 + "]" * 3000,
    "dicts": "{1:" * 3000 + "1" + "}" * 3000,
    "calls": "f(" * 3000 + ")" * 3000,
    "brackets that never close": "[" * 5000,
    "sum": "+".join("a" * MANY),
    "sum in an f-string": "f'{" + "+".join("a" * MANY) + "}'",
    "parentheses in an f-string": "f'{" + "(" * 3000 + "1" + ")" * 3000 + "}'",
    "fields in formats": "f'" + "{a:" * 3000 + "}" * 3000 + "'",
    "power": "**".join("a" * MANY),
    "signs": "-" * MANY + "1",
    "nots": "not " * MANY + "a",
    "attributes": "a" + ".b" * MANY,
    "calls of calls": "a" + "()" * MANY,
    "subscripts": "a" + "[0]" * MANY,
    "strings side by side": "(" + "'a' " * MANY + ")",
    "lambdas": "lambda a, b: " * MANY + "1",
    "conditionals": "a if b else " * MANY + "c",
    "elif": "if a: pass\n" + "elif a: pass\n" * MANY,
    "mapping patterns": "match a:\n  case " + "{1:" * 30 + "1" + "}" * 30 + ": pass",
    "sequence patterns": "match a:\n  case " + "[" * 40 + "]" * 40 + ": pass",
    "nested in strings": "x = [" + "('a', " * 3000 + ")" * 3000 + "]",
    "continued lines": "x = " + "a + \\\n" * MANY + "a",
    "dotted import": "import a" + ".b" * MANY,
}


@pytest.mark.parametrize("source", KILLERS.values(), ids=KILLERS.keys())
def test_what_would_kill_the_parser_is_a_fault(source: str) -> None:
    (fault,) = lower("app.py", source.encode()).faults
    assert fault.message == "too deeply nested to read"
    assert not fault.certain


HARMLESS = {
    "long list": "x = [" + "a + b.c(d), " * 1000 + "]",
    "long table": "x = {" + "'a': lambda x: x, " * 400 + "}",
    "many statements": "a.b.c()\n" * 1000,
    "long string": "x = '" + "((((" * 3000 + "'",
    "long f-string": "x = f'" + "-.({{" * 1000 + "{a}" * 1000 + "'",
    "long comment": "# " + "((((" * 3000,
    "deep enough": "(" * 90 + "1" + ")" * 90,
    "text side by side": "x = (" + "'line\\n'\n" * 400 + ")",
    "long condition": "x = (" + "\n  or ".join(["some_rather_long_name == another_rather_long_name"] * 60) + ")",
    "long docstring": 'def f():\n    """' + "it's (((( 'quoted' #\n" * 500 + '"""',
    "branches": "if a: pass\n" + "elif b: pass\n" * 150,
    "fluent chain": "x = (q" + ".where(a == b)\n" * 60 + ")",
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS.keys())
def test_long_is_not_deep(source: str) -> None:
    assert lower("app.py", source.encode()).faults == ()


def test_a_very_long_sum_is_opaque_with_all_its_terms() -> None:
    (statement,) = lower("app.py", "+".join("a" * 200).encode()).body
    assert (statement.value.kind, len(statement.value.parts)) == ("chain", 200)


def test_a_deep_tree_is_cut_off_with_an_uncertain_fault() -> None:
    module = lower("app.py", b"x = a" + b".b" * 300)
    assert module.body
    assert [fault.certain for fault in module.faults] == [False]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\nb = (\nc\n", 2, "'(' was never closed"),
        ("def f(:\n  pass", 1, "invalid syntax"),
        ("if a:\npass\n", 2, "expected an indented block"),
        ("a = 'x\n", 1, "unterminated string literal"),
        ("a\n  b\n", 2, "unexpected indent"),
        ("print 'x'\n", 1, "Missing parentheses"),
        ("f'{'", 1, ""),
        ("match a:\n  case", 2, ""),
    ],
)
def test_a_syntax_error_is_a_certain_fault_at_its_line(source: str, line: int, message: str) -> None:
    module = lower("app.py", source.encode())
    (fault,) = module.faults
    assert (fault.certain, fault.span.line) == (True, line)
    assert message in fault.message
    assert module.body == ()


def test_what_only_the_parser_refuses_is_not_certain() -> None:
    (fault,) = lower("app.py", b"a\n(b): int\n").faults
    assert (fault.certain, fault.span.line) == (False, 2)


def test_an_empty_file_is_an_empty_module() -> None:
    assert lower("app.py", b"") == Module("app.py", "python", b"")


def test_the_recursion_limit_of_the_caller_is_kept() -> None:
    before = sys.getrecursionlimit()
    lower("app.py", b"f(" * 90 + b")" * 90)
    assert sys.getrecursionlimit() == before


def test_a_caller_with_little_stack_can_read_deep_files() -> None:
    modules: list[Module] = []
    source = b"f(" * 99 + b")" * 99
    before = threading.stack_size(256 * 1024)
    thread = threading.Thread(target=lambda: modules.append(lower("app.py", source)))
    thread.start()
    threading.stack_size(before)
    thread.join()
    assert modules[0].body
