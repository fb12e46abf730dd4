"""Spans: what they cut from the bytes of the file, and where they say it is."""

import pytest
from msgspec import Struct

from lobegen.model.source import Span
from lobegen.read.syntax import Assign, Module
from lobegen.read.typescript import lower


def spans(node: object) -> list[Span]:
    """Every span in a tree."""
    if isinstance(node, Span):
        return [node]
    if isinstance(node, tuple):
        return [span for item in node for span in spans(item)]
    if not isinstance(node, Struct):
        return []
    return [span for name in node.__struct_fields__ for span in spans(getattr(node, name))]


def value_of(source: bytes) -> tuple[Module, Span]:
    """A module and the span of the value of its last declaration."""
    lowered = lower("file.ts", source)
    statement = lowered.body[-1]
    assert isinstance(statement, Assign)
    assert statement.value is not None
    return lowered, statement.value.span


ENCODINGS = {
    "ascii": b"let a\nconst b = f(1);",
    "accents": "let a = 'é'; const b = f(1);".encode(),
    "astral": "let a = '😀𝒳'; const b = f(1);".encode(),
    "bom": b"\xef\xbb\xbfconst b = f(1);",
    "bom and accents": b"\xef\xbb\xbf" + "/* é */ const b = f(1);".encode(),
    "windows": "let a = 'é';\r\n\r\n  const b = f(1);\r\n".encode(),
    "not utf-8": b"let a = '\xe9';\nconst b = f(1);",
    "second line": "// 😀\n/* 😀 */ const b = f(1);".encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_span_cuts_what_it_is_of(name: str) -> None:
    source = ENCODINGS[name]
    _, span = value_of(source)
    assert source[span.start : span.end] == b"f(1)"


@pytest.mark.parametrize("name", [name for name in ENCODINGS if name != "not utf-8"])
def test_lines_and_columns_count_characters(name: str) -> None:
    source = ENCODINGS[name]
    _, span = value_of(source)
    text = source.decode("utf-8-sig")
    line = text.split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == "f(1)"
    assert span.line == span.end_line == text[: text.index("f(1)")].count("\n") + 1


def test_a_span_over_several_lines_ends_on_the_last() -> None:
    _, span = value_of("const b = f(\n  'é',\n);".encode())
    assert (span.line, span.column, span.end_line, span.end_column) == (1, 11, 3, 2)


def test_every_span_lies_inside_the_file_and_carries_its_path() -> None:
    source = b"import a from 'b'; export const { c } = a<D>((e) => ({ f: [`g${e}`] }), ...h) // i\ntype J = { k: L[] }"
    lowered = lower("x/y.ts", source)
    found = spans((lowered.body, tuple(lowered.imports.values()), tuple(lowered.types.values()), lowered.comments))
    assert len(found) > 15
    assert all(span.path == "x/y.ts" and 0 <= span.start < span.end <= len(source) for span in found)


CUTS = {
    "const x = (a as B);": "a",
    "const x = await f<T>(1).b;": "await f<T>(1).b",
    "const x = await f() as T;": "await f()",
    "const x = `a${b}`;": "`a${b}`",
    "const x = async (a) => { b() };": "async (a) => { b() }",
}


@pytest.mark.parametrize(("source", "expected"), CUTS.items())
def test_wrappers_are_outside_the_span(source: str, expected: str) -> None:
    _, span = value_of(source.encode())
    assert source[span.start : span.end] == expected


def test_comments_have_their_text_and_whether_they_stand_alone() -> None:
    source = b"  // lobegen: allow x (y)\r\na() // b\n/* c\n d */\ne /* f */\n"
    found = [(comment.text, comment.alone) for comment in lower("x.ts", source).comments]
    assert found == [("lobegen: allow x (y)", True), ("b", False), ("c\n d", True), ("f", False)]


def test_a_comment_in_jsx_may_stand_alone_in_its_braces() -> None:
    source = b"const a = <p>\n  {/* lobegen: allow x */}\n  {b /* c */}\n</p>"
    assert [(comment.text, comment.alone) for comment in lower("x.tsx", source).comments] == [
        ("lobegen: allow x", True),
        ("c", False),
    ]


def test_a_comment_marker_in_a_text_is_no_comment() -> None:
    assert lower("x.ts", b"const a = '// no', b = `/* no */`").comments == ()
