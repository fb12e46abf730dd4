"""Bad, unusual and hostile source: nothing raises, and what is said of it is right."""

from pathlib import Path

import pytest

from lobegen.read.syntax import Assign, Define, Opaque
from lobegen.read.typescript import lower

SURELY_WRONG = {
    "function f() {\n  g(\n}\n": (3, "`}` does not close the `(` before it"),
    "const a = [1, 2;\nb();": (1, "this `[` is never closed"),
    "if (a) {\n  b()\n": (1, "this `{` is never closed"),
    "a())\n": (1, "this `)` closes nothing"),
    "const a = 'b;\nc()": (1, "this text has no closing quote"),
    "const a = `b ${c;\nd()": (1, "this `${` is never closed"),
    "const a = `b;\nd()": (1, "this template has no closing backquote"),
    "a() /* b": (1, "this comment has no end"),
    "const a = ;": (1, "an expression is missing after `=`"),
    "f(async () => )": (1, "an expression is missing after `=>`"),
    "function f() { context. }": (1, "an expression is missing after `.`"),
    "a()\n<<<<<<< HEAD\nb()\n=======\nc()\n>>>>>>> other\n": (2, "a merge conflict is not resolved"),
}


@pytest.mark.parametrize(("source", "expected"), SURELY_WRONG.items())
def test_what_is_surely_wrong_is_said_once_with_its_place(source: str, expected: tuple[int, str]) -> None:
    faults = lower("x.ts", source.encode()).faults
    assert [(fault.span.line, fault.message, fault.certain) for fault in faults] == [(*expected, True)]


VALID = [
    "export type * from './x';",
    "export type * as a from './x';",
    "interface F<in T, out U, in out V> { a: T }",
    "import defer * as ns from 'x';",
    "const m = await load<typeof import('x')>();",
    "type A = import('x').B<C>;",
    "const a = b / c / d, e = (f) / g / /[/'\"`]/.h;",
    "const a = `}${`{${b}`}`, c = /[}\\/]/g, d = '\\'', e = \"'\\\n\";",
    "#!/usr/bin/env node\nconst a = 1;",
    "const a = `\n<<<<<<< HEAD\n=======\n>>>>>>> b\n`;",
    "enum A { B } namespace C.D { export const e = 1 } abstract class F { abstract g(): void; override h = 1 }",
    "label: for (;;) { break label }",
    "let a = <T,>(b: T) => b;",
]


@pytest.mark.parametrize("source", VALID)
def test_valid_code_has_no_fault(source: str) -> None:
    assert lower("x.ts", source.encode()).faults == ()


def test_an_ampersand_in_jsx_is_no_fault() -> None:
    source = b'const a = <a href="b?c=1&d=2">e & f;{g} h && i</a>'
    lowered = lower("x.tsx", source)
    assert lowered.faults == ()
    assert len(lowered.body) == 1


UNSURE = ["const a = <p>{b</p>", "const a = @@ 1;", "a b c", "f(a) / b / g(]"]


@pytest.mark.parametrize("source", UNSURE)
def test_what_may_be_the_grammars_fault_is_not_certain(source: str) -> None:
    faults = lower("x.tsx", source.encode()).faults
    assert faults
    assert not any(fault.certain for fault in faults)


def test_the_rest_of_a_broken_file_is_lowered() -> None:
    source = b"import { a } from 'm';\nconst b = @@;\nexport function c() { return a }\nconst d = 1;"
    lowered = lower("x.ts", source)
    assert set(lowered.imports) == {"a"}
    assert [each.name for each in lowered.body if isinstance(each, Define)] == ["c"]
    assert "c" in lowered.exports
    assert lowered.faults


KILLERS = {
    "parentheses": b"x = " + b"(" * 5000 + b"1" + b")" * 5000,
    "arrays": b"x = " + b"[" * 5000 + b"]" * 5000,
    "objects": b"x = " + b"{a:" * 5000 + b"1" + b"}" * 5000,
    "calls in calls": b"x = " + b"f(" * 5000 + b")" * 5000,
    "functions": b"x = " + b"()=>" * 5000 + b"1",
    "blocks": b"{" * 5000 + b"}" * 5000,
    "else if": b"if (a) b();" + b" else if (a) b();" * 3000,
    "conditionals": b"x = " + b"a ? b : " * 3000 + b"c",
    "a chain of calls": b"x" + b".f()" * 5000,
    "a chain of awaits": b"x = " + b"await " * 3000 + b"y",
    "not": b"x = " + b"!" * 5000 + b"y",
    "templates": b"x = " + b"`${" * 2000 + b"1" + b"}`" * 2000,
    "patterns": b"const " + b"[" * 3000 + b"a" + b"]" * 3000 + b" = b",
    "array types": b"type A = B" + b"[]" * 5000,
    "type arguments": b"type A = " + b"A<" * 3000 + b"B" + b">" * 3000,
    "object types": b"type A = " + b"{a:" * 3000 + b"B" + b"}" * 3000,
    "assignments": b"a = " * 3000 + b"b",
    "non-null marks in sums": b"x = " + b"a && b!.c !== d + " * 300 + b"e",
    "leaking calls": b"x = " + b"await f<T>(" * 1000 + b")" * 1000,
    "jsx": b"x = " + b"<a>" * 2000 + b"</a>" * 2000,
    "open brackets": b"(" * 20000,
    "classes": b"x = " + b"class { a = " * 1000 + b"1" + b"}" * 1000,
    "one long line": "const é = f('é');/* é */".encode() * 8000,
    "markup": b"`" + b"<td>a</td>" * 30000 + b"`;f<T>`a`;",
    "zero bytes": b"\x00" * 5000,
    "random bytes": bytes(range(256)) * 40,
    "nothing": b"",
}


@pytest.mark.parametrize("name", KILLERS)
@pytest.mark.parametrize("path", ["x.ts", "x.tsx"])
def test_no_source_kills(name: str, path: str) -> None:
    lowered = lower(path, KILLERS[name] + b"\nconst last = 1;")
    assert lowered.source.startswith(KILLERS[name])


def test_what_is_nested_too_deeply_is_said_once_and_the_rest_is_read() -> None:
    lowered = lower("x.ts", KILLERS["arrays"] + b"\nconst last = f();" + KILLERS["objects"])
    assert [(fault.certain, "deep" in fault.message) for fault in lowered.faults] == [(False, True)]
    assert any(isinstance(each, Assign) and each.kind == "const" for each in lowered.body)


def test_parentheses_cost_no_depth() -> None:
    lowered = lower("x.ts", KILLERS["parentheses"])
    assert lowered.faults == ()


def test_a_sum_of_thousands_of_terms_keeps_them_all() -> None:
    (statement,) = lower("x.ts", b"x = " + b" + ".join(b"a%d" % n for n in range(20_000))).body
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Opaque)
    assert len(statement.value.parts) == 20_000


def test_every_file_of_the_installed_sdk_is_lowered_without_fault() -> None:
    packages = Path(__file__).parents[2] / "node" / "node_modules" / "@upstash"
    files = sorted(packages.rglob("*.d.ts"))[:40] + sorted(packages.rglob("*.mjs"))[:5]
    if not files:
        pytest.skip("tests/node is not installed")
    assert [str(path) for path in files if lower(str(path), path.read_bytes()).faults] == []
