"""The Python front end (LibCST): source to the neutral syntax tree, import specifiers to files, the SDK's version.

Nothing here imports LibCST before the first file is lowered.
"""

from typing import TYPE_CHECKING

from lobegen.read.python.resolver import PythonResolver
from lobegen.read.python.versions import sdk_version

if TYPE_CHECKING:
    from lobegen.read.syntax import Module

__all__ = ["PythonResolver", "lower", "needs", "sdk_version"]

_NEEDLE = b"upstash_workflow"


def needs(source: bytes) -> bool:
    """Whether a file can be part of a workflow at all: a cheap look at its bytes."""
    return _NEEDLE in source


def lower(path: str, source: bytes) -> "Module":
    """Lower one Python file to the neutral syntax tree.

    Args:
        path: As in `Span.path`.
        source: The bytes on disk, in any encoding that Python reads.

    Returns:
        The module; never an exception: what is wrong with the file is in `Module.faults`, and nothing else is there
        then. Imports, `global` and `nonlocal` leave no statement; imports inside functions are in `Module.imports`
        too unless the name means something else. `assert a` is `if not a: raise AssertionError`, `typing.cast(T, a)`
        is `a`, `-1` is a constant. In `match`, patterns other than values are `Opaque` ("pattern", "guard"), and the
        names that they bind are assigned at the head of the case's body. Deeper than 200 levels an expression or
        statement is `Opaque` "too-deep" (with an uncertain fault), and more than 100 operators in a row a "chain".
    """
    from lobegen.read.python.quick_import import import_libcst

    import_libcst()
    from lobegen.read.python.lowering import lower_module

    return lower_module(path, source)
