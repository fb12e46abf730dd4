"""Imports, annotations, classes, types and comments of Python in the neutral tree."""

import pytest
from python_trees import module_of, show, statement_of, text_of

ANNOTATIONS = [
    ("int", "TypeRef('int')"),
    ("app.Payload", "TypeRef('Payload')"),
    ("list[int]", "TypeRef('[]', arguments=(TypeRef('int'),))"),
    ("Optional[int]", "TypeRef('|', arguments=(TypeRef('int'), TypeRef('None')))"),
    ("int | None", "TypeRef('|', arguments=(TypeRef('int'), TypeRef('None')))"),
    ("Union[int, str, None]", "TypeRef('|', arguments=(TypeRef('int'), TypeRef('str'), TypeRef('None')))"),
    ("'Payload'", "TypeRef('Payload')"),
    ("'app.Payload | None'", "TypeRef('|', arguments=(TypeRef('Payload'), TypeRef('None')))"),
    ("Annotated[int, Field(gt=0)]", "TypeRef('int')"),
    ("Literal['a', 'b']", "TypeRef('Literal')"),
    (
        "dict[str, list[int]]",
        "TypeRef('dict', arguments=(TypeRef('str'), TypeRef('[]', arguments=(TypeRef('int'),))))",
    ),
    (
        "Callable[[int], str]",
        "TypeRef('Callable', arguments=(TypeRef('', arguments=(TypeRef('int'),)), TypeRef('str')))",
    ),
    ("AsyncWorkflowContext[Payload]", "TypeRef('AsyncWorkflowContext', arguments=(TypeRef('Payload'),))"),
    ("WorkflowContext['Payload']", "TypeRef('WorkflowContext', arguments=(TypeRef('Payload'),))"),
    ("'not a type!'", "TypeRef('')"),
    ("1 + 1", "TypeRef('')"),
]

IMPORTS = [
    ("import a.b", {"a": ("a", "*")}),
    ("import a.b as c, d", {"c": ("a.b", "*"), "d": ("d", "*")}),
    ("from a.b import c as d, e", {"d": ("a.b", "c"), "e": ("a.b", "e")}),
    ("from . import x", {"x": (".", "x")}),
    ("from ..p import q", {"q": ("..p", "q")}),
    ("from .a import (\n  b,\n  c,\n)", {"b": (".a", "b"), "c": (".a", "c")}),
    ("try:\n  import a\nexcept ImportError:\n  import b as a", {"a": ("a", "*")}),
    ("if TYPE_CHECKING:\n  from a import T\nelse:\n  from b import T", {"T": ("b", "T")}),
    ("def f():\n  from a import b", {"b": ("a", "b")}),
    ("class A:\n  def f(self):\n    import x", {"x": ("x", "*")}),
    ("def f():\n  import x\nimport y as x", {"x": ("y", "*")}),
    ("def f():\n  from a import b\ndef b(): pass", {}),
    ("def f():\n  from a import b\ndef g():\n  from c import b", {}),
]

FIELDS = [
    ("a: int", False),
    ("a: int = 1", True),
    ("a: int | None", True),
    ("a: Optional[int]", True),
    ("a: int = Field(...)", False),
    ("a: int = Field(gt=1)", False),
    ("a: int = Field(default=1)", True),
    ("a: list[int] = field(default_factory=list)", True),
    ("a: Annotated[int, Field(default=3)]", True),
    ("a: NotRequired[int]", True),
]


@pytest.mark.parametrize(("annotation", "expected"), ANNOTATIONS)
def test_annotation(annotation: str, expected: str) -> None:
    assert show(statement_of(f"x: {annotation}").annotation) == expected


@pytest.mark.parametrize(("source", "expected"), IMPORTS)
def test_import(source: str, expected: dict[str, tuple[str, str]]) -> None:
    imports = module_of(source).imports
    assert {local: (bound.specifier, bound.name) for local, bound in imports.items()} == expected


def test_a_star_import_gives_its_module() -> None:
    assert module_of("from .a import *\nfrom b import *").star_exports == (".a", "b")


def test_imports_for_type_checkers_are_type_only() -> None:
    imports = module_of("import typing\nif typing.TYPE_CHECKING:\n  import a\nimport b").imports
    assert {local for local, bound in imports.items() if bound.type_only} == {"a"}


def test_an_import_stands_at_its_name() -> None:
    module = module_of("from a import b as c, d\n")
    assert [text_of(module, bound) for bound in module.imports.values()] == ["b as c", "d"]


@pytest.mark.parametrize(("field", "optional"), FIELDS)
def test_field_is_optional(field: str, optional: bool) -> None:
    (found,) = module_of(f"class P(BaseModel):\n  {field}").types["P"].fields
    assert (found.name, found.optional) == ("a", optional)


def test_class_variables_are_no_fields() -> None:
    assert module_of("class P(BaseModel):\n  a: ClassVar[int] = 1\n  b = 2").types["P"].fields == ()


def test_a_typed_dict_may_be_partial() -> None:
    fields = module_of("class P(TypedDict, total=False):\n  a: int\n  b: Required[int]").types["P"].fields
    assert [field.optional for field in fields] == [True, False]


def test_a_typed_dict_may_be_a_call() -> None:
    definition = module_of("P = TypedDict('P', {'user-id': str, 'n': NotRequired[int]})").types["P"]
    assert [(field.name, field.optional) for field in definition.fields] == [("user-id", False), ("n", True)]


def test_bases_go_by_their_last_names() -> None:
    assert module_of("class G(Generic[T], app.Base[int]): pass").types["G"].extends == ("Generic", "Base")


@pytest.mark.parametrize("source", ["type X = list[int]", "X: TypeAlias = 'list[int]'"])
def test_a_type_alias(source: str) -> None:
    assert show(module_of(source).types["X"].alias) == "TypeRef('[]', arguments=(TypeRef('int'),))"


def test_members_are_static_by_decorator_or_as_class_attributes() -> None:
    source = """
        class A:
            x = 1
            y: int
            def method(self): pass
            @classmethod
            def made(cls): pass
            if DEBUG:
                @staticmethod
                def plain(): pass
            @property
            def size(self): pass
    """
    members = statement_of(source).value.members
    static = {"x": True, "y": False, "method": False, "made": True, "plain": True, "size": False}
    assert {member.name: member.static for member in members} == static


def test_comments_carry_their_text_and_whether_they_stand_alone() -> None:
    module = module_of("a = '# no'  # one\n# two\nf'''\n# no\n'''\nif a:\n    #three\n    pass\n")
    assert [(comment.text, comment.alone) for comment in module.comments] == [
        ("one", False),
        ("two", True),
        ("three", True),
    ]
    assert [text_of(module, comment) for comment in module.comments] == ["# one", "# two", "#three"]
