"""`match` as a switch: what a case tests, and what its pattern binds."""

import libcst as cst

from lobegen.model.source import Span
from lobegen.read.python.context import Lowering
from lobegen.read.syntax import (
    Assign,
    Attribute,
    Binary,
    Binding,
    Block,
    Case,
    Constant,
    Expression,
    Index,
    Name,
    Opaque,
    Statement,
    Switch,
)


def lower_match(to: Lowering, node: cst.Match) -> Block:
    """A value pattern is a test of the subject; any other is opaque, with the values and classes that it names."""
    subject = to.expression(node.subject)
    cases = tuple(_case(to, case, subject) for case in node.cases)
    return (Switch(to.span(node), subject, cases),)


def _case(to: Lowering, node: cst.MatchCase, subject: Expression) -> Case:
    """Names that the pattern binds are assigned at the head of the body, from their place in the subject."""
    bound: list[Statement] = []
    tests = tuple(_tests(to, node.pattern, _again(subject), bound))
    if node.guard is not None:
        tests = (Opaque(to.span(node.guard), "guard", (*tests, to.expression(node.guard))),)
    return Case(tests, (*bound, *to.block(node.body)))


def _again(subject: Expression) -> Expression:
    """The subject as an expression that may stand twice: evaluating a call again would be another call."""
    root: Expression = subject
    while isinstance(root, Attribute | Index):
        if isinstance(root, Index) and not isinstance(root.index, Constant | Name):
            break
        root = root.object
    return subject if isinstance(root, Name) else Opaque(subject.span, "subject")


def _tests(to: Lowering, pattern: cst.MatchPattern, at: Expression, bound: list[Statement]) -> list[Expression]:
    """The tests of a pattern (any of them must hold), none for one that always matches."""
    match pattern:
        case cst.MatchValue() | cst.MatchSingleton():
            return [to.expression(pattern.value)]
        case cst.MatchAs():
            _bind(to, pattern.name, at, bound)
            return [] if pattern.pattern is None else _tests(to, pattern.pattern, at, bound)
        case cst.MatchClass(patterns=(), kwds=()) if not isinstance(at, Opaque):
            return [Binary(to.span(pattern), "instanceof", at, to.expression(pattern.cls))]
        case cst.MatchOr():
            found = [_tests(to, element.pattern, at, bound) for element in pattern.patterns]
            return [test for tests in found for test in tests] if all(found) else []
        case _:
            span = to.span(pattern)
            return [Opaque(span, "pattern", tuple(_structure(to, pattern, at, bound, span)))]


def _structure(
    to: Lowering, pattern: cst.MatchPattern, at: Expression, bound: list[Statement], span: Span
) -> list[Expression]:
    parts: list[Expression] = []
    match pattern:
        case cst.MatchClass():
            parts.append(Binary(span, "instanceof", at, to.expression(pattern.cls)))
            for element in pattern.patterns:
                parts += _tests(to, element.value, Opaque(span, "subject", (at,)), bound)
            for keyword in pattern.kwds:
                parts += _tests(to, keyword.pattern, Attribute(to.span(keyword), at, keyword.key.value), bound)
        case cst.MatchMapping():
            for entry in pattern.elements:
                place = Index(to.span(entry), at, to.expression(entry.key))
                parts += [place, *_tests(to, entry.pattern, place, bound)]
            _bind(to, pattern.rest, at, bound)
        case cst.MatchSequence():
            for number, item in enumerate(pattern.patterns):
                if isinstance(item, cst.MatchStar):
                    _bind(to, item.name, Opaque(to.span(item), "slice", (at,)), bound)
                else:
                    place = Index(to.span(item), at, Constant(to.span(item), number))
                    parts += _tests(to, item.value, place, bound)
    return parts


def _bind(to: Lowering, name: cst.Name | None, at: Expression, bound: list[Statement]) -> None:
    if name is not None:
        span = to.span(name)
        bound.append(Assign(span, Binding(span, name.value), at))
