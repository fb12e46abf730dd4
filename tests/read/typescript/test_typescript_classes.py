"""Classes, enums and namespaces of TypeScript in the neutral tree."""

from collections.abc import Callable

from lobegen.read.syntax import Class, Define, Module

Lower = Callable[[str], Module]
Shown = Callable[[object], str]


def class_of(lowered: Module) -> Class:
    """The class that is the first statement."""
    statement = lowered.body[0]
    assert isinstance(statement, Define)
    assert isinstance(statement.value, Class)
    return statement.value


def test_members_tell_static_fields_methods_accessors_and_blocks(module: Lower, shown: Shown) -> None:
    members = "static s: T = 1; #p; async m() {} get g() {} set g(v) {} static { f() } ['k'] = 2; declare d?: U"
    assert [shown(member) for member in class_of(module(f"class A {{ {members} }}")).members] == [
        "Member('s', Constant(1), True, annotation=TypeRef('T'))",
        "Member('#p', None, False)",
        "Member('m', Function('m', [], [], True), False)",
        "Member('g', Opaque('getter', parts=[Function('g', [], [], False)]), False)",
        "Member('g', Opaque('setter', parts=[Function('g', [Parameter(Binding('v'))], [], False)]), False)",
        "Member('', Opaque('static-block', parts=[Function('', [], [Evaluate(Call(Name('f'), []))], False)]), True)",
        "Member('k', Constant(2), False)",
        "Member('d', None, False, annotation=TypeRef('U'))",
    ]


def test_bases_and_decorators(module: Lower, shown: Shown) -> None:
    lowered = class_of(module("@a() export class A<T> extends b(C)<T> implements D { @e f() {} }"))
    assert shown(lowered.bases) == "[Call(Name('b'), [Argument(Name('C'))])]"
    assert shown(lowered.decorators) == "[Call(Name('a'), [])]"
    assert shown(lowered.members) == "[Member('f', Function('f', [], [], False, decorators=[Name('e')]), False)]"


def test_parameter_properties_are_members(module: Lower, shown: Shown) -> None:
    members = class_of(module("class A { constructor(private readonly a: B, c: D) {} }")).members
    assert [member.name for member in members] == ["constructor", "a"]
    assert shown(members[1].annotation) == "TypeRef('B')"


def test_annotated_fields_make_a_class_a_type(module: Lower) -> None:
    fields = (
        module("class A { a: string; b?: string; 'c-d'?: string; static e: string; f = 1; g: X = 1 }").types["A"].fields
    )
    assert {each.name: each.optional for each in fields} == {"a": False, "b": True, "c-d": True, "g": True}


def test_a_class_expression_takes_the_name_it_is_bound_to(module: Lower) -> None:
    lowered = class_of(module("const A = class Inner extends Error {};"))
    assert lowered.name == "A"


def test_enum_members_are_constants(module: Lower, shown: Shown) -> None:
    lowered = class_of(module("export const enum E { A, B = 'x', C = 4, D, 'e-f' = `t`, G = A << 1, H }"))
    assert all(member.static for member in lowered.members)
    assert {member.name: shown(member.value) for member in lowered.members} == {
        "A": "Constant(0)",
        "B": "Constant('x')",
        "C": "Constant(4)",
        "D": "Constant(5)",
        "e-f": "Constant('t')",
        "G": "Binary('<<', Name('A'), Constant(1))",
        "H": "Opaque('enum-member')",
    }


def test_a_namespace_is_a_class_of_what_it_exports(module: Lower, shown: Shown) -> None:
    lowered = module("namespace N { export const a = 1; export function f() {} const hidden = 2 }")
    assert [(member.name, member.static) for member in class_of(lowered).members] == [("a", True), ("f", True)]
    assert shown(lowered.body[1]) == "Nested([Assign(Binding('hidden'), Constant(2), kind='const')])"
