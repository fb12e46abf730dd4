"""Functions of libraries that keep the errors of what they are given, or try again: an abort does not get through."""

from msgspec.structs import replace

from lobegen.model.body import Handler, Try
from lobegen.model.walk import has_step
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.values import External, Value
from lobegen.read.elaborate.waits import taken_up
from lobegen.read.syntax import Call

_KEEPERS = {
    "await-to-js": {"default", "to"},
    "neverthrow": {"fromPromise", "ResultAsync.fromPromise"},
    "p-settle": {"default"},
    "p-reflect": {"default"},
    "@open-draft/until": {"until"},
    "p-retry": {"default"},
    "async-retry": {"default"},
    "@lifeomic/attempt": {"retry"},
    "exponential-backoff": {"backOff"},
    "ts-retry-promise": {"retry"},
    "es-toolkit": {"attemptAsync", "retry"},
    "radash": {"retry"},
}


def keeps_errors(function: External) -> bool:
    """Whether a function gives an error as a result, or runs a function again after one."""
    return function.path in _KEEPERS.get(function.specifier, ())


def kept(run: Run, value: Value, given: Given, node: Call, before: int) -> Value:
    """What such a function gives; the steps that it was given, or whose function it runs, are guarded by it.

    Args:
        before: How long the block was before the arguments were evaluated.
    """
    steps = tuple(dict.fromkeys(step for each in (*given.values, value) for step in each.steps))
    body = taken_up(steps, tuple(run.out[before:]), node.span)
    if run.in_step or not (steps or has_step(body)):
        return value
    run.out[before:] = []
    run.emit(Try(node.span, "call", body, (Handler(node.span, True, ()),)))
    return replace(value, steps=steps, foreign=False)
