"""Tells whether a handler asks for the abort's class of another copy of the SDK than the one that serves it."""

from lobegen.read.elaborate import surface
from lobegen.read.elaborate.run import Served
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import External
from lobegen.read.syntax import Attribute, Expression, Name


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
    copies = {
        module.modules.copy_of(module.source, each)
        for each in module.source.imports.values()
        if not each.type_only and _may_serve(External(each.specifier, each.name), served)
    }
    return copies.pop() if len(copies) == 1 else None


def _may_serve(imported: External, served: Served) -> bool:
    """Whether a name, or a namespace, is that whose function serves the handler."""
    whole = imported.path == "*" and surface.is_sdk(imported)
    known = whole or surface.served_by(imported) is not None
    return known and surface.framework_of(imported.specifier) == served.framework
