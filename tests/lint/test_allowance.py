"""Comments that allow a finding are put where they hold."""

from pathlib import Path

import pytest
from lint_samples import UNNAMED, Lint

from lobegen.lint.allowance import allowance
from lobegen.lint.changes import applied
from lobegen.model.source import Span
from lobegen.read.document import Document


def place(document: Document, at: bytes) -> Span:
    start = document.source.index(at)
    return document.edit(start, start + len(at), "").span


def allowed(path: str, source: bytes, at: bytes) -> bytes:
    document = Document(path, source)
    fix = allowance(document, place(document, at), ["unnamed-step", "nested-step"], "it is a test")
    return applied(source, fix.edits, document.codec)


def test_it_stands_alone_before_the_line_as_far_in() -> None:
    assert allowed("a.ts", b"{\n\tx();\n}\n", b"x").splitlines()[1:3] == [
        b"\t// lobegen: allow unnamed-step, nested-step (it is a test)",
        b"\tx();",
    ]


def test_it_ends_as_the_lines_of_its_file_and_follows_a_byte_order_mark() -> None:
    changed = allowed("a.py", b"\xef\xbb\xbfx()\r\ny()\r\n", b"x")
    assert changed == b"\xef\xbb\xbf# lobegen: allow unnamed-step, nested-step (it is a test)\r\nx()\r\ny()\r\n"


@pytest.mark.parametrize(
    ("path", "source"),
    [("a.ts", b"f(`\n`, x());\n"), ("a.py", b'f("""\n""", x())\n'), ("a.py", b"y = \\\n  x()\n")],
)
def test_where_the_line_before_cannot_hold_it_it_stands_at_the_end(path: str, source: bytes) -> None:
    lines = allowed(path, source, b"x()").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(b" lobegen: allow unnamed-step, nested-step (it is a test)")


def test_in_the_middle_of_a_template_it_stands_right_before_the_place() -> None:
    comment = b"/* lobegen: allow unnamed-step, nested-step (it is a test) */"
    assert allowed("a.ts", b"f(`\n${x()}\n`);\n", b"x()") == b"f(`\n${" + comment + b" x()}\n`);\n"


def test_in_the_middle_of_a_string_of_python_there_is_no_place() -> None:
    document = Document("a.py", b'f(f"""\n{x()}\n""")\n')
    fix = allowance(document, place(document, b"x()"), ["unnamed-step"], "it is a test")
    assert (fix.edits, fix.kind) == ((), "impossible")


def test_what_it_allows_is_not_found(folder: Path, lint: Lint) -> None:
    (folder / "a.ts").write_bytes(allowed("a.ts", UNNAMED.encode(), b"context.run"))
    report = lint("a.ts")
    assert [each.finding.rule for each in report.suppressed] == ["unnamed-step"]


def test_between_elements_of_jsx_it_is_an_expression() -> None:
    changed = allowed("a.tsx", b"const a = (\n  <p>\n    {x()}\n  </p>\n);\n", b"x()")
    assert changed.splitlines()[2:4] == [
        b"    {/* lobegen: allow unnamed-step, nested-step (it is a test) */}",
        b"    {x()}",
    ]


def test_before_a_decorator_it_stands_alone() -> None:
    changed = allowed("a.py", b"@x()\ndef f():\n    pass\n", b"x()")
    assert changed.startswith(b"# lobegen: allow unnamed-step, nested-step (it is a test)\n@x()\n")


@pytest.mark.parametrize("head", [b"#!/usr/bin/env python\n", b"# one\n# vim: set fileencoding=utf-8 :\n"])
def test_what_must_be_first_stays_first(head: bytes) -> None:
    changed = allowed("a.py", head + b"x()\n", b"x()")
    assert changed.startswith(head)
