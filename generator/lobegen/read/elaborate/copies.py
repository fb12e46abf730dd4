"""Tells whether a handler asks for the abort's class of another copy of the SDK than the one that serves it."""

from lobegen.read.elaborate import surface
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import External
from lobegen.read.syntax import Attribute, Expression, Name


def another_copy(asked: Expression, scope: Scope, server: Scope) -> bool:
    """Whether the class surely is another one than that of what is thrown.

    Args:
        asked: The class, as written on the right of `instanceof`, in `scope`.
        server: The scope of the call that serves the handler.
    """
    root = asked.object if isinstance(asked, Attribute) else asked
    module = scope.module
    imported = module.source.imports.get(root.id) if isinstance(root, Name) else None
    if imported is None or not surface.is_sdk(External(imported.specifier, imported.name)):
        return False
    own, thrown = module.modules.copy_of(module.source, imported), _serving(server.module)
    return own is not None and thrown is not None and own != thrown


def _serving(module: ModuleScope) -> str | None:
    """The copy of the SDK whose `serve` a module imports; None where it imports several."""
    copies = {
        module.modules.copy_of(module.source, each)
        for each in module.source.imports.values()
        if not each.type_only and surface.served_by(External(each.specifier, each.name)) is not None
    }
    return copies.pop() if len(copies) == 1 else None
