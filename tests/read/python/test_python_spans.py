"""Spans: lines and columns in characters, offsets in the bytes on disk, whatever the encoding and the newlines are."""

import pytest
from python_trees import module_of, walk

from lobegen.read.python import lower
from lobegen.read.syntax import Call, Name, Template

TEXT = "# é: größe\ndef f(größe):\n    return run(f'é{größe}ß',  # é\n        call(größe, 'ä' 'ö'))\n"

ENCODINGS = [
    ("utf-8", b""),
    ("utf-8", b"\xef\xbb\xbf"),
    ("latin-1", b"# coding: latin-1\n"),
    ("cp1252", b"# -*- coding: cp1252 -*-\n"),
    ("iso-8859-15", b"#!/usr/bin/env python\n# vim: set fileencoding=iso-8859-15 :\n"),
    ("mac-roman", b"# coding=mac-roman\n"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(("codec", "head"), ENCODINGS, ids=lambda value: value if isinstance(value, str) else "")
def test_bytes_cut_by_a_span_are_the_node(codec: str, head: bytes, newline: str) -> None:
    source = head.replace(b"\n", newline.encode()) + TEXT.replace("\n", newline).encode(codec)
    found = {
        _cut(source, node, codec) for node in walk(module_of(source).body) if isinstance(node, Call | Name | Template)
    }
    expected = {"größe", "run", "call", "call(größe, 'ä' 'ö')", "f'é{größe}ß'"}
    assert found - {TEXT[TEXT.index("run") : -1].replace("\n", newline)} == expected


def _cut(source: bytes, node: Call | Name | Template, codec: str) -> str:
    return source[node.span.start : node.span.end].decode(codec)


@pytest.mark.parametrize("codec", ["shift_jis", "euc-jp", "gb18030", "big5", "utf-8"])
def test_characters_of_several_bytes(codec: str) -> None:
    source = f"# coding: {codec}\nx = '文字'; f('文字')\n".encode(codec)
    (call,) = (node for node in walk(module_of(source).body) if isinstance(node, Call))
    assert _cut(source, call, codec) == "f('文字')"
    assert (call.span.line, call.span.column, call.span.end_column) == (2, 11, 18)


def test_columns_count_characters_not_bytes_or_surrogates() -> None:
    (call,) = (node for node in walk(module_of("'🙂'; f()".encode()).body) if isinstance(node, Call))
    assert (call.span.column, call.span.end_column, call.span.start) == (6, 9, 8)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_lines_end_where_python_ends_them(newline: str) -> None:
    source = newline.join(["a", "'''\x0b\x1c\u2028", "'''", "\fdef f():", "\tb()", ""]).encode()
    (call,) = (node for node in walk(module_of(source).body) if isinstance(node, Call))
    assert (call.span.line, call.span.column) == (5, 2)


def test_a_byte_order_mark_counts_in_bytes_not_in_columns() -> None:
    (name,) = (node for node in walk(module_of(b"\xef\xbb\xbfa\n").body) if isinstance(node, Name))
    assert (name.span.column, name.span.start, name.span.end) == (1, 3, 4)


def test_white_space_that_libcst_loses_moves_nothing() -> None:
    module = module_of(b"try:\n    a()\nexcept E :\n    b()\n")
    calls = [node.span for node in walk(module.body) if isinstance(node, Call)]
    assert sorted(module.source[span.start : span.end] for span in calls) == [b"a()", b"b()"]


def test_a_span_across_lines_has_both_ends() -> None:
    (call,) = (node for node in walk(module_of("x = f(\n  1,\n)\n").body) if isinstance(node, Call))
    assert (call.span.line, call.span.column, call.span.end_line, call.span.end_column) == (1, 5, 3, 2)


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (b"a = 1\nb = \xff\n", 2, "the bytes of this line are not utf-8"),
        (b"a = 1\n\x00\n", 2, "null byte"),
        (b"# coding: no-such-codec\n", 1, "unknown encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "encoding problem"),
        ("x = 1".encode("utf-16"), 1, "null byte"),
        (b"# coding: ascii\n\na = '\xe9'\n", 3, "the bytes of this line are not ascii"),
    ],
)
def test_undecodable_files_are_faults(source: bytes, line: int, message: str) -> None:
    (fault,) = lower("app.py", source).faults
    assert fault.span.line == line == source.count(b"\n", 0, fault.span.start) + 1
    assert message in fault.message
    assert fault.certain


def test_a_codec_that_is_no_text_encoding_is_no_certain_fault() -> None:
    (fault,) = lower("app.py", b"# coding: rot13\n").faults
    assert not fault.certain
