"""Texts that get something before or after them, however they are written: their value is as it should be."""

import ast
import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from lobegen.lint.changes import applied
from lobegen.model.fixes import AddRound, Change, PrefixText
from lobegen.model.source import Span
from lobegen.read.document import Document
from lobegen.read.modules import lowered
from lobegen.read.python.editing import PythonEditor
from lobegen.read.syntax import Assign, Constant, Name, Template
from lobegen.read.typescript.editing import TypescriptEditor

#: what escapes and ends texts, and what is wide
SPECIAL = st.text(st.sampled_from("\\'\"`${}#/\n\rab:é日\U0001f469"), max_size=12)
PREFIXES = st.text(st.sampled_from("\\'\"`${}ab:-é"), min_size=1, max_size=6)
OF_PYTHON: tuple[Callable[[str], str], ...] = (
    repr,
    ascii,
    lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: "'''" + text.encode("unicode_escape").decode().replace("'", "\\'") + "'''",
    lambda text: "f" + repr(text.replace("{", "{{").replace("}", "}}")),
    lambda text: f"{text[:2]!r} {json.dumps(text[2:], ensure_ascii=False)}",
    lambda text: f"{text[:2]!r}\n        f{text[2:].replace('{', '{{').replace('}', '}}')!r}  # more",
)
OF_TYPESCRIPT: tuple[Callable[[str], str], ...] = (
    json.dumps,
    lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: "'" + json.dumps(text)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'",
    lambda text: "`" + json.dumps(text)[1:-1].replace("`", "\\`").replace("$", "\\$") + "`",
)


def edited(head: str, literal: str, tail: str, path: str, change: Callable[[Span], Change]) -> str:
    """The literal in a source, after a change at its place."""
    source = f"{head}{literal}{tail}"
    document = Document(path, source.encode())
    start = len(head.encode())
    span = document.edit(start, start + len(literal.encode()), "").span
    if path.endswith(".py"):
        edits = PythonEditor(document).edits(change(span))
    else:
        edits = TypescriptEditor(document, lambda _: None, lambda *_: None).edits(change(span))  # type: ignore[arg-type,return-value]
    return applied(document.source, edits, "utf-8").decode()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SPECIAL, PREFIXES, st.sampled_from(OF_PYTHON))
def test_a_text_of_python_begins_with_the_prefix(text: str, prefix: str, write: Callable[[str], str]) -> None:
    source = edited("# é\nx = (", write(text), "\n)\n", "a.py", lambda span: PrefixText(span, prefix))
    assert eval(source.removeprefix("# é\nx = ")) == prefix + text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SPECIAL, st.sampled_from(OF_PYTHON))
def test_a_text_of_python_ends_in_the_item(text: str, write: Callable[[str], str]) -> None:
    head = "for id in ids:\n    x = ("
    loop = Span("a.py", 1, 1, 2, 1, 0, 10_000)
    source = edited(head, write(text), "\n    )\n", "a.py", lambda span: AddRound(span, loop))
    value = ast.parse(source).body[0].body[0].value  # type: ignore[attr-defined]
    assert eval(compile(ast.Expression(value), "a.py", "eval"), {"id": 7}) == f"{text}:7"


def value_in(source: str) -> object:
    """The value of the last assignment, in the neutral syntax: its parts where it has holes."""
    module = lowered("a.ts", source.encode())
    assert module.faults == (), source
    (statement,) = (each for each in module.body if isinstance(each, Assign))
    value = statement.value
    return value.value if isinstance(value, Constant) else value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SPECIAL, PREFIXES, st.sampled_from(OF_TYPESCRIPT))
def test_a_text_of_typescript_begins_with_the_prefix(text: str, prefix: str, write: Callable[[str], str]) -> None:
    source = edited("// é\nconst x = ", write(text), ";\n", "a.ts", lambda span: PrefixText(span, prefix))
    assert value_in(source) == prefix + text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SPECIAL, st.sampled_from(OF_TYPESCRIPT))
def test_a_text_of_typescript_ends_in_the_item(text: str, write: Callable[[str], str]) -> None:
    head = "for (const id of ids) f("
    source = edited(head, write(text), ");", "a.ts", lambda span: AddRound(span, replaced(span, head)))
    value = value_in("const x = " + source.removeprefix(head).removesuffix(");"))
    assert isinstance(value, Template)
    assert "".join(part for part in value.parts if isinstance(part, str)) == f"{text}:"
    assert isinstance(value.parts[-1], Name)
    assert value.parts[-1].id == "id"


def replaced(span: Span, head: str) -> Span:
    """The loop around a text that begins behind a head, and ends two characters after it."""
    return Span(span.path, 1, 1, span.end_line, span.end_column + 2, 0, span.end + 2)
