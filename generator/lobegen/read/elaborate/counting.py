"""Counts where the code gives numbers: how often a loop runs, and whether an argument limits what comes back."""

import re
from functools import lru_cache

from lobegen.patterns import compiled
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Constant
from lobegen.read.syntax import Attribute, Binary, Call, Evaluate, Expression, Function, Name, Unary, While
from lobegen.read.written import nodes

#: what an argument is called that limits how much comes back
_LIMIT = compiled(r"limit|size|take|page|batch|chunk|max|first|top|per_|\b[1-9]\d{0,3}\b", re.IGNORECASE)

#: characters of an argument that are searched for it
_LOOKED_AT = 200


def measures_collection(node: Expression) -> bool:
    """Whether an expression asks how long a collection is: `items.length`, `len(items)`."""
    return any(
        (isinstance(part, Attribute) and part.name in ("length", "size"))
        or (isinstance(part, Call) and isinstance(part.callee, Name) and part.callee.id == "len")
        for part in nodes(node)
    )


def range_size(run: Run, call: Expression, scope: Scope) -> int | None:
    """The number of rounds of `range(…)` of literals."""
    numbers = [_number(run, argument.value, scope) for argument in call.arguments] if isinstance(call, Call) else []
    if not numbers or any(each is None for each in numbers):
        return None
    try:
        return len(range(*(int(each) for each in numbers if each is not None)))
    except (ValueError, TypeError, OverflowError):
        return None


def counted(run: Run, node: While, scope: Scope) -> int | None:
    """The number of rounds of `for (let i = 0; i < 10; i++)`: first and last value are literals, it counts by one."""
    test = node.test
    if not (node.counter and isinstance(test, Binary) and isinstance(test.left, Name) and test.operator in ("<", "<=")):
        return None
    update = node.update[0].value if len(node.update) == 1 and isinstance(node.update[0], Evaluate) else None
    if not (isinstance(update, Unary) and update.operator == "++"):
        return None
    first, last = _number(run, test.left, scope), _number(run, test.right, scope)
    if first is None or last is None:
        return None
    return max(0, int(last - first) + (test.operator == "<="))


def _number(run: Run, node: Expression, scope: Scope) -> float | None:
    with run.block():
        shape = run.evaluate(node, scope).shape
    return shape.value if isinstance(shape, Constant) and isinstance(shape.value, int | float) else None


def names_limit(node: Call, scope: Scope) -> bool:
    """Whether an argument says how many there may be: `take: 50`, `PAGE_SIZE`, `limit=100`."""
    source = scope.module.source.source
    for argument in node.arguments:
        if isinstance(argument.value, Function):
            continue
        span = argument.value.span
        text = source[span.start : min(span.end, span.start + 4 * _LOOKED_AT)].decode("utf-8", "replace")
        if _says_limit(text[:_LOOKED_AT]) or (argument.keyword and _says_limit(argument.keyword)):
            return True
    return False


@lru_cache(maxsize=4096)
def _says_limit(text: str) -> bool:
    """Whether a text names a limit; the same calls are met again and again."""
    return _LIMIT.search(text) is not None
