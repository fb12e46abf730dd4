"""What is learnt about an endpoint's request payload while its body is followed."""

from msgspec import Struct, field

from lobegen.model.project import DeclaredField, Payload, PayloadField
from lobegen.model.source import Span
from lobegen.model.values import Flow
from lobegen.patterns import compiled
from lobegen.read.syntax import TypeField, TypeRef

_PLURAL_TYPES = {"[]", "Array", "ReadonlyArray", "Set", "list", "List", "Sequence", "tuple", "set", "Iterable"}
_PLURAL_NAME = compiled(r"(ids|Ids|IDs|_ids|list|List|items|Items)$")


class _Facts(Struct):
    first: Span
    default: bool = False
    checked: bool = False
    used: bool = False
    tested: bool = False


class PayloadFacts(Struct):
    """Collects reads, checks and uses of payload fields.

    Attributes:
        validated: Whether the whole payload went through a parser, normaliser or check.
        passed_on: Whether the whole payload went into something that could not be followed.
        rests: What had been taken out where the rest of it went into something that could not be followed.
    """

    validated: bool = False
    passed_on: bool = False
    rests: set[frozenset[str]] = field(default_factory=set)
    span: Span | None = None
    fields: dict[str, _Facts] = field(default_factory=dict)

    def read(self, name: str, span: Span, *, default: bool = False) -> None:
        """A field is read."""
        facts = self.fields.setdefault(name, _Facts(span))
        facts.default = facts.default or default

    def default(self, flow: Flow) -> None:
        """Something else stands in for this field where it is missing."""
        for name in flow.fields & self.fields.keys() if len(flow.fields) == 1 else ():
            self.fields[name].default = True

    def touch(self, span: Span) -> None:
        """The payload is mentioned."""
        self.span = self.span or span

    def check(self, flow: Flow, *, tested: bool) -> None:
        """A condition, default or parser depends on these fields; `tested` when it is a condition outside steps."""
        for name in flow.fields:
            if name == "*":
                self.validated = True
            elif name in self.fields:
                self.fields[name].checked = True
                self.fields[name].tested = self.fields[name].tested or tested

    def use(self, flow: Flow) -> None:
        """Something other than a check or a log depends on these fields."""
        for name in flow.fields:
            if name in self.fields:
                self.fields[name].used = True

    def result(self, head: Span, type_name: str, declared: dict[str, TypeField] | None, *, validated: bool) -> Payload:
        """The finished description.

        Args:
            head: Where to point when the payload is never mentioned.
            type_name: Its type as written.
            declared: Fields of its type where the type was found.
            validated: Whether the options hold a schema or parser.
        """
        fields = {name: self._field(name, facts, (declared or {}).get(name)) for name, facts in self.fields.items()}
        known = {name: _declared(each) for name, each in declared.items()} if declared else None
        valid = validated or self.validated
        rest = frozenset(name for name in known or () if any(name not in out for out in self.rests))
        return Payload(self.span or head, type_name, valid, fields, not self.passed_on, declared=known, rest=rest)

    def _field(self, name: str, facts: _Facts, declared: TypeField | None) -> PayloadField:
        required = not facts.default and not (declared is not None and declared.optional)
        plural = (
            _is_plural(declared.type) if declared is not None and declared.type else bool(_PLURAL_NAME.search(name))
        )
        return PayloadField(
            name, facts.first, required, plural, facts.checked or facts.default, facts.used, facts.tested
        )


def _declared(field: TypeField) -> DeclaredField:
    types = field.type.arguments if field.type is not None and field.type.name == "|" else (field.type,)
    flag = any(each is not None and each.name in ("boolean", "bool") for each in types)
    return DeclaredField(not field.optional, flag)


def _is_plural(type_: TypeRef) -> bool:
    if type_.name == "|":
        return any(_is_plural(part) for part in type_.arguments)
    return type_.name.rsplit(".", 1)[-1] in _PLURAL_TYPES
