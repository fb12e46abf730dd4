"""Names in force: scopes of functions and blocks, and the lazily read top level of a module."""

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING

from lobegen.model.values import Flow, Origin
from lobegen.read.elaborate.members import CLASS, FUNCTION
from lobegen.read.elaborate.values import ClassShape, Closure, External, Imported, ModuleShape, Value
from lobegen.read.syntax import (
    Assign,
    Block,
    Class,
    Define,
    Function,
    If,
    Module,
    Statement,
    Try,
    With,
)
from lobegen.read.written import bound_names, written_names

if TYPE_CHECKING:
    from lobegen.read.modules import Modules


class Scope:
    """A scope: its own names, then its parent's.

    Attributes:
        function: How many functions it is inside of.
        outer: Names that its function declares `global` or `nonlocal`; None when it is no function's scope.
        step: The number of the step in whose function it was made; 0 outside of steps.
        module: The module it is in.
    """

    module: "ModuleScope"

    def __init__(self, parent: "Scope | None", *, function: bool = False, outer: tuple[str, ...] = ()) -> None:
        self.parent = parent
        self.outer = frozenset(outer) if function else None
        self.names: dict[str, Value] = {}
        self.function: int = (parent.function if parent else 0) + (1 if function else 0)
        self.step: int = parent.step if parent else 0
        if parent is not None:
            self.module = parent.module

    def find(self, name: str) -> Value | None:
        """The value of a name, None when no scope knows it."""
        scope: Scope = self
        while scope.parent is not None:
            value = scope.names.get(name)
            if value is not None:
                return value
            scope = scope.parent
        return scope.own(name)

    def own(self, name: str) -> Value | None:
        """The value of a name of this very scope."""
        return self.names.get(name)

    def owner(self, name: str) -> "Scope | None":
        """The scope that a name belongs to."""
        scope: Scope | None = self
        while scope is not None and scope.own(name) is None:
            scope = scope.parent
        return scope

    def declare(self, name: str, value: Value) -> None:
        """Bind a new name here."""
        self.names[name] = value


class ModuleScope(Scope):
    """The top level of a module: names are looked up in its statements and imports when first asked for."""

    def __init__(self, source: Module, modules: "Modules", evaluate: Callable[["ModuleScope", Assign], None]) -> None:
        super().__init__(None)
        self.module = self
        self.source = source
        self.modules = modules
        self._evaluate = evaluate
        self._definitions: dict[str, list[Statement]] = {}
        self._variables: set[str] = set()
        self._asked: set[str] = set()
        self._written: frozenset[str] | None = None
        for statement in _top_level(source.body):
            for name in _defines(statement):
                self._definitions.setdefault(name, []).append(statement)
                if isinstance(statement, Assign) and statement.kind != "const":
                    self._variables.add(name)

    def own(self, name: str) -> Value | None:
        """The value of a top-level name, read now if it was not yet."""
        value = self.names.get(name)
        if value is not None or name in self._asked:
            return value
        self._asked.add(name)
        if name in self._definitions:
            for statement in self._definitions[name]:
                self._define(name, statement)
        elif name in self.source.imports:
            self.names[name] = self._imported(name)
        elif self.source.language == "python" and not hasattr(builtins, name):
            found = self._passed_on(name, frozenset({self.source.path}))
            if found is not None:
                self.names[name] = found
        return self.names.get(name)

    def _define(self, name: str, statement: Statement) -> None:
        match statement:
            case Define(value=Function() as function):
                kind = "" if function.decorators else FUNCTION
                self.names[name] = Value(shape=Closure(function, self), kind=kind)
            case Define(value=Class() as definition):
                self.names[name] = Value(shape=ClassShape(definition, self), kind=CLASS)
            case Assign():
                self._evaluate(self, statement)

    def declare(self, name: str, value: Value) -> None:
        """Bind a top-level name; a variable that functions write is state kept outside the handler."""
        if name in self._variables and name in self.written:
            value = Value(value.flow | Flow(frozenset({Origin.STATE})))
        super().declare(name, value)

    @property
    def written(self) -> frozenset[str]:
        """Top-level names that some function of the module writes."""
        if self._written is None:
            self._written = written_names(self.source.body, declared=self.source.language == "python")
        return self._written

    def _imported(self, name: str) -> Value:
        imported = self.source.imports[name]
        if self.modules.found(self.source, imported.specifier, imported.name):
            return Value(shape=Imported(self, imported.specifier, imported.name))
        return Value(shape=External(imported.specifier, imported.name))

    def import_now(self, specifier: str, name: str) -> Value:
        """The value that this module imports under a name of another module of the project."""
        member = self.modules.member(self.source, specifier, name)
        if member is not None:
            return Value(shape=ModuleShape(member))
        target = self.modules.resolve(self.source, specifier)
        if target is None:
            return Value(shape=External(specifier, name))
        if name == "*":
            return Value(shape=ModuleShape(target))
        return target.exported(name) or Value(shape=External(specifier, name))

    def exported(self, name: str, seen: frozenset[str] = frozenset()) -> Value | None:
        """The value that this module exports under a name, through re-exports."""
        if self.source.path in seen:
            return None
        seen = seen | {self.source.path}
        export = self.source.exports.get(name)
        if export is not None:
            if export.specifier is None:
                return self.find(export.local)
            target = self.modules.resolve(self.source, export.specifier)
            if target is None:
                return Value(shape=External(export.specifier, export.local))
            return Value(shape=ModuleShape(target)) if export.local == "*" else target.exported(export.local, seen)
        if self.source.language == "python" or name == "default":
            found = self.own(name)
            if found is not None:
                return found
        return self._passed_on(name, seen)

    def _passed_on(self, name: str, seen: frozenset[str]) -> Value | None:
        """What `export *` passes on under a name; Python's `import *` also makes it a name of this module."""
        for specifier in self.source.star_exports:
            target = self.modules.resolve(self.source, specifier, mentioning=name)
            if target is None:
                if self.modules.is_sdk(specifier):
                    return Value(shape=External(specifier, name))
            elif (found := target.exported(name, seen)) is not None:
                return found
        return None


def _top_level(block: Block) -> list[Statement]:
    """Statements that run at import, also under `if`, `try` and `with`."""
    found: list[Statement] = []
    for statement in block:
        match statement:
            case If():
                found += _top_level(statement.then) + _top_level(statement.otherwise)
            case Try():
                found += _top_level(statement.body)
                for handler in statement.handlers:
                    found += _top_level(handler.body)
            case With():
                found += _top_level(statement.body)
            case _:
                found.append(statement)
    return found


def _defines(statement: Statement) -> list[str]:
    match statement:
        case Define():
            return [statement.name]
        case Assign():
            return bound_names(statement.target)
        case _:
            return []
