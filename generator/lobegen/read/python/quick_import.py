"""Imports LibCST in half the time: the constructors of its node classes are compiled when they are first called.

LibCST defines about 170 frozen data classes, and `dataclasses` compiles three methods of each at every start: more than
half of what the import costs, though a file needs a third of the classes. Meanwhile the decorator is replaced, for
LibCST's node classes only; they end up with the same fields, constructor arguments, immutability and (own) equality.
"""

import dataclasses
import sys
from collections.abc import Callable
from typing import Any, NoReturn

_OWN = frozenset({"__repr__", "__eq__", "__hash__"})  # what node classes define themselves


def import_libcst() -> None:
    """Import LibCST if nobody has; if its classes are not what they were, as anybody would."""
    if "libcst" in sys.modules:
        return
    ordinary = dataclasses.dataclass
    nodes: list[type] = []

    def dataclass(cls: type | None = None, /, **options: object) -> object:
        if cls is None:
            return lambda given: dataclass(given, **options)
        if not _is_node(cls) or options != {"frozen": True}:
            return ordinary(cls, **options)  # type: ignore[call-overload]
        nodes.append(cls)
        return _node(ordinary(init=False, repr=False, eq=False)(cls))

    dataclasses.dataclass = dataclass  # type: ignore[assignment]
    try:
        import libcst  # noqa: F401
    finally:
        dataclasses.dataclass = ordinary
    for node in nodes:  # not before: a frozen class cannot be the base of one that is not yet
        for name in ("init", "repr", "eq", "frozen"):
            setattr(node.__dataclass_params__, name, True)  # type: ignore[attr-defined]


def _is_node(cls: type) -> bool:
    own = cls.__dict__.keys()
    return cls.__module__.startswith("libcst.") and own >= _OWN and "__init__" not in own


def _node(cls: type) -> type:
    def __init__(self: object, *given: object, **named: object) -> None:
        # LibCST makes each class anew with slots: the one that is in use is among the bases of the node's
        owner = next(each for each in type(self).__mro__ if each.__dict__.get("__init__") is __init__)
        owner.__init__ = _constructor(owner)  # type: ignore[misc]
        owner.__init__(self, *given, **named)  # type: ignore[misc]

    cls.__init__ = __init__  # type: ignore[misc]
    cls.__setattr__ = _refuse_to_set  # type: ignore[assignment]
    cls.__delattr__ = _refuse_to_delete  # type: ignore[assignment]
    return cls


def _constructor(cls: type) -> Callable[..., None]:
    """What `dataclasses` would have made: every field set, defaults made anew, `__post_init__` called."""
    names: dict[str, Any] = {"set_": object.__setattr__, "missing": dataclasses.MISSING}
    parameters, body = ["self"], []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"make_{name}"] = field.default_factory
            parameters += [f"{name}=missing"] if field.init else []
            value = f"make_{name}() if {name} is missing else {name}" if field.init else f"make_{name}()"
        elif not field.init:
            continue  # the class has the value
        elif field.default is not dataclasses.MISSING:
            names[f"default_{name}"] = field.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        body.append(f" set_(self, {name!r}, {value})")
    body += [" self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(body) or " pass"), names)
    constructor: Callable[..., None] = names["__init__"]
    constructor.__qualname__ = f"{cls.__qualname__}.__init__"
    return constructor


def _refuse_to_set(node: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(node: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
