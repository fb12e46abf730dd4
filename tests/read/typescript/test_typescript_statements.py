"""Statements and patterns of TypeScript in the neutral tree."""

from collections.abc import Callable

import pytest

from lobegen.read.syntax import Module

Lower = Callable[[str], Module]
Shown = Callable[[object], str]

CASES = {
    "var a = 1, b;": "Assign(Binding('a'), Constant(1), kind='let'), Assign(Binding('b'), None, kind='let')",
    "const a: T = b;": "Assign(Binding('a'), Name('b'), kind='const', annotation=TypeRef('T'))",
    "a = b = c;": "Assign(Binding('a'), Assignment(Binding('b'), Name('c')))",
    "a ||= b;": "Assign(Binding('a'), Name('b'), operator='||=')",
    "a.b = 1;": "Assign(Place(Attribute(Name('a'), 'b')), Constant(1))",
    "a!.b[c] = 1;": "Assign(Place(Index(Attribute(Name('a'), 'b'), Name('c'))), Constant(1))",
    "a(), b();": "Evaluate(Call(Name('a'), [])), Evaluate(Call(Name('b'), []))",
    "await using a = b();": "Assign(Binding('a'), Call(Name('b'), []), kind='const')",
    "const [a, , b = 1, ...c] = d;": (
        "Assign(SequencePattern([Binding('a'), None, Binding('b', default=Constant(1)), Binding('c')], rest=3), "
        "Name('d'), kind='const')"
    ),
    "const { a, b: { c = 1 } = {}, ['d']: e, [f]: g, ...h } = i;": (
        "Assign(ObjectPattern([['a', Binding('a')], "
        "['b', ObjectPattern([['c', Binding('c', default=Constant(1))]], default=Object([]))], "
        "['d', Binding('e')], ['[f]', Binding('g')], [None, Binding('h')]]), Name('i'), kind='const')"
    ),
    "({ a, b: c.d, e = 1 } = f);": (
        "Assign(ObjectPattern([['a', Binding('a')], ['b', Place(Attribute(Name('c'), 'd'))], "
        "['e', Binding('e', default=Constant(1))]]), Name('f'))"
    ),
    "[a, b.c] = d;": "Assign(SequencePattern([Binding('a'), Place(Attribute(Name('b'), 'c'))]), Name('d'))",
    "if (a) b(); else if (c) { d() } else {}": (
        "If(Name('a'), [Evaluate(Call(Name('b'), []))], otherwise=[If(Name('c'), [Evaluate(Call(Name('d'), []))])])"
    ),
    "for (const [a] of b) c();": "For(SequencePattern([Binding('a')]), Name('b'), [Evaluate(Call(Name('c'), []))])",
    "for await (const a of b) ;": "For(Binding('a'), Name('b'), [], is_async=True)",
    "for (a.b in c) {}": "For(Place(Attribute(Name('a'), 'b')), Name('c'), [], keys=True)",
    "for (let i = 0; i < n; i++) {}": (
        "While(Binary('<', Name('i'), Name('n')), [], initial=[Assign(Binding('i'), Constant(0), kind='let')], "
        "update=[Evaluate(Unary('++', Name('i')))], counter=True)"
    ),
    "for (i = 0, j = 1; ; i += 2) {}": (
        "While(None, [], initial=[Assign(Binding('i'), Constant(0)), Assign(Binding('j'), Constant(1))], "
        "update=[Assign(Binding('i'), Constant(2), operator='+=')], counter=True)"
    ),
    "do { a() } while (b)": "While(Name('b'), [Evaluate(Call(Name('a'), []))], test_last=True)",
    "out: while (a) { continue out }": "Nested([While(Name('a'), [Jump('continue')])])",
    "try { a() } catch ({ b }) { throw b } finally { c() }": (
        "Try([Evaluate(Call(Name('a'), []))], [ExceptHandler([], ObjectPattern([['b', Binding('b')]]), "
        "[Raise(Name('b'))])], finalizer=[Evaluate(Call(Name('c'), []))])"
    ),
    "try {} catch {}": "Try([], [ExceptHandler([], None, [])])",
    "function f() { return }": "Define('f', Function('f', [], [Return(None)], False))",
    "function f(a: string): void; function f(a: any) {}": (
        "Define('f', Function('f', [Parameter(Binding('a'), annotation=TypeRef('any'))], [], False))"
    ),
    "debugger;": "Evaluate(Opaque('debugger'))",
    "'use server';": "Evaluate(Constant('use server'))",
    ";": "",
}


@pytest.mark.parametrize(("source", "expected"), CASES.items())
def test_a_statement(source: str, expected: str, module: Lower, shown: Shown) -> None:
    assert shown(module(source).body) == f"[{expected}]"


SWITCHES = {
    "case 1: case 2: a(); break; case 3: b(); default: c()": (
        "Case([Constant(1), Constant(2)], [Evaluate(Call(Name('a'), [])), Jump('break')]), "
        "Case([Constant(3)], [Evaluate(Call(Name('b'), []))], falls_through=True), "
        "Case([], [Evaluate(Call(Name('c'), []))])"
    ),
    "case 1: default: a()": "Case([Constant(1)], [], falls_through=True), Case([], [Evaluate(Call(Name('a'), []))])",
    "case 1: { if (a) return; else throw b } case 2:": (
        "Case([Constant(1)], [Nested([If(Name('a'), [Return(None)], otherwise=[Raise(Name('b'))])])]), "
        "Case([Constant(2)], [])"
    ),
}


@pytest.mark.parametrize(("cases", "expected"), SWITCHES.items())
def test_switch_keeps_shared_labels_and_fall_through(cases: str, expected: str, module: Lower, shown: Shown) -> None:
    assert shown(module(f"switch (x) {{ {cases} }}").body) == f"[Switch(Name('x'), [{expected}])]"
