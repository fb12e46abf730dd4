"""Types of TypeScript in the neutral tree."""

from collections.abc import Callable

import pytest

from lobegen.read.syntax import Module

Lower = Callable[[str], Module]
Shown = Callable[[object], str]

TYPES = {
    "a.b.C": "TypeRef('C')",
    "A<B, C[]>": "TypeRef('A', arguments=[TypeRef('B'), TypeRef('[]', arguments=[TypeRef('C')])])",
    "readonly string[]": "TypeRef('[]', arguments=[TypeRef('string')])",
    "[a: A, b?: B, ...c: C]": "TypeRef('[]', arguments=[TypeRef('A'), TypeRef('B'), TypeRef('C')])",
    "| 'a' | 1 | null": "TypeRef('|', arguments=[TypeRef('\"a\"'), TypeRef('1'), TypeRef('null')])",
    "(A & B)": "TypeRef('&', arguments=[TypeRef('A'), TypeRef('B')])",
    "(a: A) => B": "TypeRef('=>', arguments=[TypeRef('B')])",
    "typeof a.b": "TypeRef('typeof', arguments=[TypeRef('b')])",
    "z.infer<typeof s>": "TypeRef('infer', arguments=[TypeRef('typeof', arguments=[TypeRef('s')])])",
    "keyof A": "TypeRef('keyof', arguments=[TypeRef('A')])",
    "A['b']": "TypeRef('[.]', arguments=[TypeRef('A'), TypeRef('\"b\"')])",
    "A extends B ? C : D": "TypeRef('|', arguments=[TypeRef('C'), TypeRef('D')])",
    "`a${B}`": "TypeRef('string')",
    "{ [K in keyof A]?: B }": "TypeRef('', fields=[TypeField('[]', TypeRef('B'), True)])",
    "import('m').A<B>": "TypeRef('A', arguments=[TypeRef('B')])",
}


@pytest.mark.parametrize(("source", "expected"), TYPES.items())
def test_a_type(source: str, expected: str, module: Lower, shown: Shown) -> None:
    lowered = module(f"type T = {source};")
    assert shown(lowered.types["T"].alias) == expected
    assert lowered.faults == ()


def test_fields_are_optional_by_mark_or_by_undefined(module: Lower) -> None:
    source = (
        "interface A { a: string; b?: string; readonly c: string | undefined; d: string | null; 'e-f': X; m(): void }"
    )
    fields = module(source).types["A"].fields
    optional = {"a": False, "b": True, "c": True, "d": False, "e-f": False, "m": False}
    assert {each.name: each.optional for each in fields} == optional


def test_an_interface_says_what_it_extends(module: Lower, shown: Shown) -> None:
    lowered = module("interface A extends Omit<B, 'c'>, D { e: string } interface A { f: string }").types["A"]
    assert lowered.extends == ("Omit", "D")
    assert [each.name for each in lowered.fields] == ["e", "f"]
    omitted = "TypeRef('Omit', arguments=[TypeRef('B'), TypeRef('\"c\"')])"
    assert shown(lowered.alias) == f"TypeRef('&', arguments=[{omitted}, TypeRef('D')])"


def test_an_intersection_has_the_fields_of_its_literals(module: Lower) -> None:
    lowered = module("type A = Partial<B> & { c: string } & D;").types["A"]
    assert ([each.name for each in lowered.fields], lowered.extends) == (["c"], ("Partial", "D"))


def test_an_index_signature_is_said(module: Lower) -> None:
    assert [each.name for each in module("type A = { b: string; [k: string]: unknown };").types["A"].fields] == [
        "b",
        "[]",
    ]


def test_types_inside_functions_and_ambient_blocks_are_known(module: Lower) -> None:
    lowered = module("function f() { interface A {} } declare global { type B = string }")
    assert set(lowered.types) == {"A", "B"}
