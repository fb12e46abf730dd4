"""What a class keeps in an attribute that begins as None: a client that is made when it is first asked for."""

from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import ClassShape, External, Instance, Value
from lobegen.read.syntax import Assign, Attribute, Call, Constant, Expression, Function, Member, Name, Place
from lobegen.read.written import nodes


def begins_empty(member: Member) -> bool:
    """Whether a class attribute is None at first."""
    return isinstance(member.value, Constant) and member.value.value is None


def made_later(run: Run, owner: ClassShape, name: str) -> Value | None:
    """The foreign client or resource that a method of the class puts there: `cls._client = AsyncQStash(...)`."""
    this = {"cls", "self", owner.definition.name}
    for member in owner.definition.members:
        for written in _written(member.value, this, name) if isinstance(member.value, Function) else ():
            scope = Scope(owner.module)
            scope.declare("cls", Value(shape=owner))
            with run.block():
                made = run.evaluate(written, scope)
            if isinstance(made.shape, Instance | External):
                return made
    return None


def _written(method: Function, this: set[str], name: str) -> list[Expression]:
    """The calls whose result a method writes to an attribute of its class."""
    return [
        node.value
        for node in nodes(method.body)
        if isinstance(node, Assign) and isinstance(node.value, Call) and isinstance(node.target, Place)
        if isinstance(place := node.target.target, Attribute) and place.name == name
        if isinstance(place.object, Name) and place.object.id in this
        if not any(isinstance(each, Attribute) and each.name == name for each in nodes(node.value))
    ]
