"""Tells whether a handler asks for the abort's class of another copy of the SDK than the one that serves it."""

from collections.abc import Iterator

from msgspec.structs import replace

from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.run import Served
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import External
from lobegen.read.syntax import Attribute, Expression, Import, Name

_NAME = compiled(rb"[\w$]+")


def another_copy(asked: Expression, scope: Scope, served: Served) -> bool:
    """Whether the class surely is another one than that of what is thrown.

    Args:
        asked: The class, as written on the right of `instanceof`, in `scope`.
        served: The call that serves the handler.
    """
    root = asked.object if isinstance(asked, Attribute) else asked
    module = scope.module
    imported = module.source.imports.get(root.id) if isinstance(root, Name) else None
    if imported is None or not surface.is_sdk(External(imported.specifier, imported.name)):
        return False
    own, thrown = module.modules.copy_of(module.source, imported), _serving(served)
    return own is not None and thrown is not None and own != thrown


def _serving(served: Served) -> str | None:
    """The copy of the SDK whose `serve` is called; None where the module imports several."""
    module = served.scope.module
    called = _called(served)
    imported = [each for each in module.source.imports.values() if not each.type_only]
    copies = {
        copy
        for each in imported
        if each.local == called or surface.is_sdk(External(each.specifier, each.name))
        for copy in _copies(module, each, served)
    }
    return copies.pop() if len(copies) == 1 else None


def _called(served: Served) -> str:
    """The name with which the call begins that serves."""
    name = _NAME.match(served.scope.module.source.source, served.span.start)
    return name[0].decode() if name is not None else ""


def _copies(module: ModuleScope, imported: Import, served: Served, most: int = 3) -> Iterator[str | None]:
    """The copies that an import may serve from, also where files of the project hand `serve` on."""
    if _may_serve(External(imported.specifier, imported.name), served):
        yield module.modules.copy_of(module.source, imported)
        return
    passing = module.modules.resolve(module.source, imported.specifier) if most else None
    if passing is None:
        return
    handed = [each.specifier for each in passing.source.exports.values() if each.name == imported.name]
    for specifier in filter(None, [*handed, *passing.source.star_exports]):
        yield from _copies(passing, replace(imported, specifier=specifier), served, most - 1)


def _may_serve(imported: External, served: Served) -> bool:
    """Whether a name, or a namespace, is that whose function serves the handler."""
    whole = imported.path == "*" and surface.is_sdk(imported)
    known = whole or surface.served_by(imported) is not None
    return known and surface.framework_of(imported.specifier) == served.framework
