"""Calls of functions that decorators of the project have wrapped: `@step("load") async def load(user_id)`."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.values import Closure, Value

if TYPE_CHECKING:
    from lobegen.read.elaborate.functions import Given


def bare(closure: Closure) -> Closure:
    """A function as its innermost decorator gets it."""
    return replace(closure, function=replace(closure.function, decorators=()), owner=None)


def decorated(run: Run, closure: Closure, given: "Given") -> "tuple[Closure, Given] | None":
    """What a call of a decorated function calls, and with what; None where no decorator of the project wraps it."""
    from lobegen.read.elaborate.functions import Given, invoke

    if run.language != "python":
        return None  # TypeScript's decorators get more than the function
    made = bare(closure)
    for decorator in reversed(closure.function.decorators):
        with run.block():
            applied = forced(run.evaluate(decorator, closure.scope), run).shape
            if isinstance(applied, Closure) and not run.follows(applied):
                wrapped = invoke(run, applied, Given((Value(shape=made),)), decorator.span, "")
                made = wrapped.shape if isinstance(wrapped.shape, Closure) else made
    if made.function.span == closure.function.span:
        return None
    owner = (closure.owner,) if closure.owner is not None else ()
    return made, Given((*owner, *closure.bound, *given.positional), given.keywords, given.spread)
