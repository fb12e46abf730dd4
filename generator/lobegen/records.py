"""Frozen records with slots: what `dataclass(frozen=True, slots=True)` makes, in a sixth of the time.

A run of the linter defines some 150 of them before it reads its first file, and the standard library compiles six
functions for each: a third of the start-up. Here one is compiled, the constructor; the rest is shared.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

_Class = TypeVar("_Class", bound=type)
#: what the standard library notes on a field that is neither a class variable nor for the constructor only
_PLAIN = vars(dataclasses)["_FIELD"]


@overload
def record(cls: _Class) -> _Class: ...
@overload
def record(*, eq: bool = True) -> Callable[[_Class], _Class]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: _Class | None = None, *, eq: bool = True) -> _Class | Callable[[_Class], _Class]:
    """Make a class a frozen record with slots; `dataclasses.replace`, `fields` and `match` work with it.

    Args:
        eq: Whether records with equal fields are equal (and hash alike); else each is equal to itself only.
    """
    return (lambda each: _made(each, eq)) if cls is None else _made(cls, eq)


def _made(cls: _Class, eq: bool) -> _Class:
    namespace = dict(cls.__dict__)
    fields = _inherited(cls)
    own = [name for name, kind in namespace.get("__annotations__", {}).items() if not str(kind).count("ClassVar")]
    slots = tuple(name for name in own if name not in fields)
    for name in own:
        fields[name] = _field(name, cls.__annotations__[name], namespace.pop(name, MISSING))
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    namespace |= {
        "__slots__": slots,
        "__match_args__": tuple(fields),
        "__dataclass_fields__": fields,
        "__init__": _constructor(fields, "__post_init__" in namespace),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
        "__qualname__": cls.__qualname__,
    }
    namespace.setdefault("__repr__", _shown)
    if eq:
        namespace |= _equality(tuple(fields))
    made: _Class = type(cls)(cls.__name__, cls.__bases__, namespace)
    return made


def _inherited(cls: type) -> dict[str, Field[Any]]:
    fields: dict[str, Field[Any]] = {}
    for base in cls.__mro__[-1:0:-1]:
        fields |= getattr(base, "__dataclass_fields__", {})
    return fields


def _field(name: str, kind: Any, default: Any) -> "Field[Any]":  # noqa: ANN401
    made: Field[Any] = default if isinstance(default, Field) else field(default=default)
    made.name = name
    made.type = kind
    made._field_type = _PLAIN  # type: ignore[attr-defined]
    return made


def _constructor(fields: "dict[str, Field[Any]]", post_init: bool) -> Callable[..., None]:
    given: dict[str, object] = {"_set": object.__setattr__}
    parameters, lines = [], []
    for name, each in fields.items():
        value = name
        if each.default is not MISSING:
            given[f"_{name}"] = each.default
        elif each.default_factory is not MISSING:
            given[f"_{name}"] = each.default_factory
            value = f"_{name}() if {name} is _{name} else {name}"
        parameters.append(f"{name}=_{name}" if f"_{name}" in given else name)
        lines.append(f"    _set(self, {name!r}, {value})")
    if post_init:
        lines.append("    self.__post_init__()")
    made: dict[str, Callable[..., None]] = {}
    exec(f"def __init__(self, {', '.join(parameters)}):\n" + ("\n".join(lines) or "    pass"), given, made)
    return made["__init__"]


def _equality(names: tuple[str, ...]) -> dict[str, object]:
    values: Callable[[object], object] = attrgetter(*names) if names else lambda record: ()

    def __eq__(self: object, other: object) -> bool:
        if self is other:
            return True
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _shown(self: Any) -> str:  # noqa: ANN401
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__match_args__)})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:  # noqa: ANN401
    return [getattr(self, name) for name in self.__match_args__]


def _set_state(self: Any, state: list[object]) -> None:  # noqa: ANN401
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)
