"""Texts put together from parts: templates, sums, formatted texts."""

from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Hole, Text
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.ordering import changing
from lobegen.read.elaborate.run import source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Constant, External, Value, Words


def text_parts(value: Value, span: Span, scope: Scope) -> list[str | Hole]:
    """A value as parts of a text: its own parts where it is a text, else one hole."""
    value = forced(value)
    if isinstance(value.shape, Words) and value.shape.text.kind == "text":
        return list(value.shape.text.parts)
    if isinstance(value.shape, Constant) and value.shape.value is not None and not value.flow.variables:
        return [str(value.shape.value)]
    order = changing(span) if value.unordered else EMPTY
    return [Hole(span, source_of(scope, span), value.flow | order)]


def is_text(value: Value) -> bool:
    """Whether a value surely is a text of which nothing is known: a variable of the environment."""
    return isinstance(value.shape, External) and surface.is_environment(value.shape)


def joined(parts: list[str | Hole]) -> tuple[str | Hole, ...]:
    """Parts with adjacent literals joined and empty ones left out."""
    result: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(last := result[-1], str):
            result[-1] = last + part
        elif part != "":
            result.append(part)
    return tuple(result)


def formatted(words: Words, mark: str, flow: Flow, span: Span, scope: Scope) -> Value:
    """A text whose `mark`s values are put in for (`"…%s" % x`, `"…{}".format(x)`): how it begins, and one hole."""
    begin = words.text.parts[0] if words.text.parts and isinstance(words.text.parts[0], str) else ""
    parts = joined([begin.split(mark)[0], Hole(span, source_of(scope, span), flow)])
    return Value(flow, Words(Text(span, "text", parts)))
