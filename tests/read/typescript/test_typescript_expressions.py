"""Expressions of TypeScript in the neutral tree."""

from collections.abc import Callable

import pytest

from lobegen.read.syntax import Evaluate, Module

Lower = Callable[[str], Module]
Shown = Callable[[object], str]

CASES = {
    "undefined": "Constant(None)",
    "0x1F": "Constant(31)",
    "10_000": "Constant(10000)",
    "10_000n": "Opaque('bigint')",
    "1.5e3": "Constant(1500)",
    "-1": "Constant(-1)",
    r"'a\n\u{1F600}\ud83d\ude00\x41'": "Constant('a\\n😀😀A')",
    "`plain`": "Constant('plain')",
    "`a${b}-${c}`": "Template(['a', Name('b'), '-', Name('c')])",
    "/a[/]b/g": "Opaque('regex')",
    "this.#x": "Attribute(Name('this'), '#x')",
    "a?.b?.[c]?.()": "Call(Index(Attribute(Name('a'), 'b'), Name('c')), [])",
    "a['b'][0]": "Index(Attribute(Name('a'), 'b'), Constant(0))",
    "new Foo<Bar>(1)": "Call(Name('Foo'), [Argument(Constant(1))], new=True, types=[TypeRef('Bar')])",
    "new Foo": "Call(Name('Foo'), [], new=True)",
    "import('./x')": "Call(Name('import'), [Argument(Constant('./x'))])",
    "f(...xs)": "Call(Name('f'), [Argument(Name('xs'), spread=True)])",
    "f`a${b}`": "Opaque('tagged-template', parts=[Name('f'), Template(['a', Name('b')])])",
    "sql<Array<\nX>>`a`": "Opaque('tagged-template', parts=[Name('sql'), Constant('a')])",
    "((a as B)!)": "Name('a')",
    "({ a: 1 } satisfies X as const)": "Object([Entry('a', Constant(1))])",
    "x as A.B.C": "Name('x')",
    "a ? b : c": "Conditional(Name('a'), Name('b'), Name('c'))",
    "a === b && !c": "Binary('and', Binary('==', Name('a'), Name('b')), Unary('not', Name('c')))",
    "a ?? b": "Binary('??', Name('a'), Name('b'))",
    "#x in y": "Binary('in', Name('#x'), Name('y'))",
    "a instanceof B": "Binary('instanceof', Name('a'), Name('B'))",
    "void f()": "Unary('void', Call(Name('f'), []))",
    "i++": "Unary('++', Name('i'))",
    "[1, , ...x]": "Sequence([Constant(1), Constant(None), Spread(Name('x'))])",
    "[a, b]": "Sequence([Name('a'), Name('b')])",
    "f((a, b))": "Call(Name('f'), [Argument(Opaque('sequence', parts=[Name('a'), Name('b')]))])",
    "f(a = 1)": "Call(Name('f'), [Argument(Assignment(Binding('a'), Constant(1)))])",
    "f(a += 1)": "Call(Name('f'), [Argument(Assignment(Binding('a'), Constant(1), operator='+='))])",
    "import.meta.url": "Attribute(Opaque('meta-property'), 'url')",
    "x => x": "Function('', [Parameter(Binding('x'))], [Return(Name('x'))], False)",
    "async (x) => await x": "Function('', [Parameter(Binding('x'))], [Return(Await(Name('x')))], True)",
    "(class extends X { a = f() })": "Opaque('class', parts=[Name('X'), Call(Name('f'), [])])",
}


@pytest.mark.parametrize(("source", "expected"), CASES.items())
def test_an_expression(source: str, expected: str, module: Lower, shown: Shown) -> None:
    (statement,) = module(source).body
    assert isinstance(statement, Evaluate)
    assert shown(statement.value) == expected


# What tree-sitter-typescript 0.23 hangs on to the wrong operand; expected is what the TypeScript compiler reads.
REGROUPED = {
    "await context.run<T>('a', f)": "await context.run('a', f)",
    "await load<T>().b": "await load().b",
    "await load<T>()!.b!": "await load().b",
    "!load<T>(1)": "!load(1)",
    "a + b - load<T>(1).c": "a + b - load(1).c",
    "await (await load<T>()).json<U>()": "await (await load()).json()",
    "await (a || b)<T>(c)": "await (a || b)(c)",
    "(await x)<T>()": "(await x)()",
    "a + 1 === b && c!.d(e) !== 0": "a + 1 === b && c.d(e) !== 0",
    "a || b! && c": "a || b && c",
    "a - b! * c!.d + e": "a - b * c.d + e",
    "a ** b! ** c!": "a ** b ** c",
    "a && (b || c!).d !== 0": "a && (b || c).d !== 0",
    "await x<typeof import('m')>('m')": "await x('m')",
}


@pytest.mark.parametrize(("typed", "plain"), REGROUPED.items())
def test_type_arguments_and_non_null_marks_do_not_change_the_grouping(
    typed: str, plain: str, module: Lower, shown: Shown
) -> None:
    import re

    without_types = re.sub(r", types=\[TypeRef\((?:'\w'|\"typeof import\('m'\)\")\)\]", "", shown(module(typed).body))
    assert without_types == shown(module(plain).body)


def test_type_arguments_of_calls_are_kept(module: Lower, shown: Shown) -> None:
    body = shown(module("await serve<Payload, { a: string }>(f)").body)
    assert "types=[TypeRef('Payload'), TypeRef('', fields=[TypeField('a', TypeRef('string'), False)])]" in body


def test_object_literals_keep_every_kind_of_entry(module: Lower, shown: Shown) -> None:
    source = "x = { a, 'b-c': 1, 2: 3, [k]: 4, ['l']: 5, async m() {}, get n() { return 1 }, ...rest }"
    assert shown(module(source).body) == (
        "[Assign(Binding('x'), Object([Entry('a', Name('a')), Entry('b-c', Constant(1)), Entry('2', Constant(3)), "
        "Entry(Name('k'), Constant(4)), Entry('l', Constant(5)), Entry('m', Function('m', [], [], True)), "
        "Entry('n', Opaque('getter', parts=[Function('n', [], [Return(Constant(1))], False)])), "
        "Entry(None, Name('rest'))]))]"
    )


def test_jsx_keeps_the_expressions_in_it(shown: Shown) -> None:
    from lobegen.read.typescript import lower

    source = b"const x = <A {...p} b='c' d={e}>it's {f()} {/* no */} <B.C g={1}/></A>"
    assert shown(lower("x.tsx", source).body) == (
        "[Assign(Binding('x'), Opaque('jsx', parts=[Name('p'), Constant('c'), Name('e'), Call(Name('f'), []), "
        "Opaque('jsx', parts=[Constant(1)])]), kind='const')]"
    )


def test_functions_keep_parameters_modifiers_and_return_type(module: Lower, shown: Shown) -> None:
    source = (
        "f(async function* g(this: X, a?: string, { b = 1, c: [d] }: Y = {}, ...e: Z[]): Promise<void> { yield a })"
    )
    assert shown(module(source).body) == (
        "[Evaluate(Call(Name('f'), [Argument(Function('g', [Parameter(Binding('a'), annotation=TypeRef('string')), "
        "Parameter(ObjectPattern([['b', Binding('b', default=Constant(1))], ['c', SequencePattern([Binding('d')])]]), "
        "default=Object([]), annotation=TypeRef('Y')), "
        "Parameter(Binding('e'), annotation=TypeRef('[]', arguments=[TypeRef('Z')]), kind='rest')], "
        "[Evaluate(Opaque('yield', parts=[Name('a')]))], True, is_generator=True, "
        "returns=TypeRef('Promise', arguments=[TypeRef('void')])))]))]"
    )
