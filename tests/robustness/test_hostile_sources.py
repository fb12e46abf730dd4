"""Sources that kill parsers: depth, length, size, encodings; one bad file is one finding, the others are linted."""

from pathlib import Path

import pytest
from many import lint_each

from lobegen.lint import LintOptions, Report, lint_paths

PYTHON = """\
from upstash_workflow.fastapi import Serve
serve = Serve(None)
@serve.post("/a")
async def a(context):
    await context.run("", lambda: 1)
"""
TYPESCRIPT = """\
import { serve } from '@upstash/workflow/nextjs';
export const { POST } = serve<{ id?: string }>(async (context) => {
  await context.run('', () => 1);
});
"""


def nested(opening: str, closing: str, depth: int, core: str = "1") -> str:
    return opening * depth + core + closing * depth


DEEP_PYTHON = {
    "parentheses": f"x = {nested('(', ')', 5000)}",
    "brackets": f"x = {nested('[', ']', 3000)}",
    "a sum": "x = " + " + ".join(["1"] * 20_000),
    "attributes": "x = a" + ".b" * 20_000,
    "calls": "x = a" + "()" * 20_000,
    "unary": "x = " + "-" * 20_000 + "1",
    "nots": "x = " + "not " * 20_000 + "1",
    "lambdas": "x = " + "lambda: " * 5000 + "1",
    "conditions": "x = " + "1 if a else " * 5000 + "1",
    "comparisons": "x = " + " < ".join(["a"] * 20_000),
    "strings": "x = " + '"a" ' * 20_000,
    "fields": "x = " + nested('f"{', '}"', 1000),
    "comprehensions": "x = [a " + "for a in b " * 5000 + "]",
    "elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * 5000,
    "blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(99)) + " " * 99 + "pass",
    "await": "async def f():\n    return " + "await " * 5000 + "a",
    "stars": "x = a" + " ** a" * 10_000,
    "subscripts": "x = a" + "[0]" * 20_000,
    "decorators": "@a\n" * 5000 + "def f(): pass",
    "walrus": "x = " + nested("(a := ", ")", 3000),
    "patterns": "match a:\n    case " + nested("[", "]", 500) + ":\n        pass",
    "unfinished": "x = " + "(" * 5000,
    "with": "with " + ", ".join(["a"] * 5000) + ": pass",
}
DEEP_TYPESCRIPT = {
    "parentheses": f"const x = {nested('(', ')', 5000)};",
    "brackets": f"const x = {nested('[', ']', 5000)};",
    "objects": f"const x = {nested('{a: ', '}', 5000)};",
    "a sum": "const x = " + " + ".join(["1"] * 20_000) + ";",
    "attributes": "const x = a" + ".b" * 20_000 + ";",
    "calls": "const x = a" + "()" * 20_000 + ";",
    "chains": "const x = a" + ".then((b) => b)" * 5000 + ";",
    "conditions": "const x = " + "a ? b : " * 5000 + "c;",
    "nested conditions": "const x = " + nested("a ? ", " : b", 3000) + ";",
    "unary": "const x = " + "!" * 20_000 + "a;",
    "arrows": "const x = " + "() => " * 5000 + "1;",
    "templates": "const x = " + nested("`${", "}`", 2000) + ";",
    "types": f"type X = {nested('A<', '>', 3000)};",
    "a union": "type X = " + " | ".join(f"'{number}'" for number in range(20_000)) + ";",
    "blocks": nested("{", "}", 5000, ""),
    "else": "if (a) {} " + "else if (a) {} " * 5000,
    "functions": nested("function f() { ", " }", 3000, ""),
    "elements": f"const x = {nested('<div>', '</div>', 3000, 'a')};",
    "assertions": "const x = a" + "!" * 20_000 + ";",
    "casts": "const x = a" + " as any" * 10_000 + ";",
    "awaits": "async function f() { return " + "await " * 10_000 + "a; }",
    "assignments": "a = " * 10_000 + "b;",
    "patterns": f"const {nested('[', ']', 3000, 'a')} = b;",
    "unfinished": "const x = " + "(" * 20_000,
    "a switch": "switch (a) {" + "case 1: " * 10_000 + "}",
    "classes": nested("class A { static x = ", " }", 1000, "1"),
}
DEEP = {f"python-{name}": ("py", f"{PYTHON}\n{text}\n") for name, text in DEEP_PYTHON.items()}
DEEP |= {f"typescript-{name}": ("tsx", f"{TYPESCRIPT}\n{text}\n") for name, text in DEEP_TYPESCRIPT.items()}
INSIDE = {
    "py": ("a.py", PYTHON.replace("lambda: 1", "lambda: (@)")),
    "ts": ("a.ts", TYPESCRIPT.replace("=> 1", "=> @")),
}


def test_depth_and_length_neither_kill_nor_confuse(tmp_path: Path) -> None:
    paths = []
    for number, (ending, text) in enumerate(DEEP.values()):
        paths.append(tmp_path / f"f{number}.{ending}")
        paths[-1].write_text(text)
    linted = list(lint_each(paths))
    problems = {name: each.problems for name, each in zip(DEEP, linted, strict=True) if each.problems}
    assert problems == {}
    assert {name: each.seconds for name, each in zip(DEEP, linted, strict=True) if each.seconds > 20} == {}


def test_depth_and_length_inside_of_the_workflow(tmp_path: Path) -> None:
    paths = []
    for number, (name, text) in enumerate([*DEEP_PYTHON.items(), *DEEP_TYPESCRIPT.items()]):
        if number < len(DEEP_PYTHON):
            body = "".join(f"    {line}\n" for line in text.splitlines())
            source, ending = PYTHON + body, "py"
        else:
            source, ending = TYPESCRIPT.replace("await context", f"{text}\n  await context"), "tsx"
        paths.append(tmp_path / f"{name.replace(' ', '_')}{number}.{ending}")
        paths[-1].write_text(source)
    assert {each.path.name: each.problems for each in lint_each(paths) if each.problems} == {}


def lint(folder: Path) -> Report:
    return lint_paths([folder], root=folder, options=LintOptions())


@pytest.mark.parametrize("name", ["a.py", "a.ts"])
def test_a_file_that_cannot_be_read_is_one_finding_and_the_others_are_linted(tmp_path: Path, name: str) -> None:
    source = PYTHON if name == "a.py" else TYPESCRIPT
    (tmp_path / f"good{name}").write_text(source)
    (tmp_path / name).write_text(source.replace("1", "((("))
    found = [(Path(each.span.path).name, each.rule) for each in lint(tmp_path).findings]
    assert [rule for file, rule in found if file == name] == ["syntax-error"]
    assert (f"good{name}", "unnamed-step") in found


BIG = {
    "big.ts": (TYPESCRIPT, "export const v{} = {{ name: 'abc', list: [1, 2, 3], call: (a) => a.trim() }};\n"),
    "line.js": (TYPESCRIPT.replace("<{ id?: string }>", ""), "import('a{}');"),
    "big.py": (PYTHON, "v{} = [1, 2, 'abc', call(a)]\n"),
}


@pytest.mark.parametrize("name", BIG)
@pytest.mark.parametrize("size", [30_000, 5_000_000])
def test_large_files_are_read_or_named(tmp_path: Path, name: str, size: int) -> None:
    source, line = BIG[name]
    (tmp_path / name).write_text(source + "".join(line.format(n) for n in range(size // len(line))))
    (tmp_path / f"good{name}").write_text(source)
    found = {(each.span.path, each.rule) for each in lint(tmp_path).findings if each.rule != "missing-flow-control"}
    expected = "unnamed-step" if size < 1_000_000 else "unresolved-code"
    assert {(Path(path).name, rule) for path, rule in found} == {(name, expected), (f"good{name}", "unnamed-step")}


@pytest.mark.parametrize(
    "change",
    [
        lambda source: b"\xef\xbb\xbf" + source,
        lambda source: source.replace(b"\n", b"\r\n"),
        lambda source: source + b"\n// \xff\xfe\xc3" if b"import {" in source else source + b"\n# \xff\xfe\xc3",
        lambda source: source + b"\x00",
        lambda source: source + b"\x1a",
    ],
    ids=["byte order mark", "CRLF", "no UTF-8", "a zero byte", "an end of file"],
)
@pytest.mark.parametrize("name", ["a.py", "a.ts"])
def test_encodings_cost_at_most_one_finding(tmp_path: Path, name: str, change: object) -> None:
    source = (PYTHON if name == "a.py" else TYPESCRIPT).encode()
    (tmp_path / name).write_bytes(change(source))  # type: ignore[operator]
    report = lint(tmp_path)
    assert not report.failures
    rules = [each.rule for each in report.findings if each.rule != "missing-flow-control"]
    assert rules in (["unnamed-step"], ["syntax-error"], ["unnamed-step", "unresolved-code"])
