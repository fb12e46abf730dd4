"""Keeps account of what is put into lists, maps and sets: promises in them are awaited with them, or lost with them."""

from msgspec.structs import replace

from lobegen.model.values import EMPTY
from lobegen.read.elaborate.joining import join, list_of
from lobegen.read.elaborate.kinds import is_container
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import External, Instance, ListShape, Value
from lobegen.read.syntax import Expression, Name

#: methods that put what they are given into a list as it is
_APPENDS = {"push", "append", "unshift"}


def put(run: Run, collection: Expression, method: str, given: tuple[Value, ...], scope: Scope) -> bool:
    """A method puts its arguments into a collection; whether it is known what becomes of promises among them."""
    flow, steps = EMPTY, tuple(step for value in given for step in value.steps)
    for value in given:
        flow = flow | value.flow
    held = join(given) if method in _APPENDS else Value()
    return keep(run, collection, replace(held, flow=flow, steps=steps), scope)


def keep(run: Run, collection: Expression, value: Value, scope: Scope) -> bool:
    """What is put into a collection stays in it: promises are awaited with it later.

    Returns:
        Whether it is known what becomes of the collection.
    """
    owner = scope.owner(collection.id) if isinstance(collection, Name) else None
    old = owner.own(collection.id) or Value() if isinstance(collection, Name) and owner is not None else Value()
    of = old.shape.of if isinstance(old.shape, Instance) else None
    made = old.shape if isinstance(of, External) and is_container(of) else None
    client = made is None and isinstance(old.shape, External | Instance)  # `redis.set(...)` puts nothing into `redis`
    if not isinstance(collection, Name) or owner is None or client or isinstance(owner, ModuleScope):
        run.mark(value, "collected")
        return False
    flow, steps = old.flow | value.flow, old.steps + value.steps
    held = join((*old.shape.items, value)) if isinstance(old.shape, ListShape) else Value()
    run.put.append((owner, collection.id, old))
    owner.declare(collection.id, replace(old, flow=flow, shape=made or list_of(held), steps=steps, raw=None))
    if old.cell is not None:
        old.cell.steps += value.steps
    return old.cell is not None
