"""Evaluates `await`: what becomes of steps, and what else is waited for."""

import re

from msgspec.structs import replace

from lobegen.model.body import Await as AwaitNode
from lobegen.model.source import Span
from lobegen.model.values import Flow, Origin
from lobegen.patterns import compiled
from lobegen.read.elaborate.expressions import dotted
from lobegen.read.elaborate.run import Run, evaluates
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Value
from lobegen.read.elaborate.waits import started_before
from lobegen.read.syntax import Await, Name

#: functions whose result is the same for the same argument
_PURE = compiled(
    r"^(json|text|formData|arrayBuffer|blob|parse|decode|encode|decrypt|encrypt|hash|digest|sha\d+|md5|hex|base64|slug|"
    r"sign|verify|compare|compress|decompress|gzip|gunzip|import|sleep|delay|resolve|params|headers|cookies)",
    re.IGNORECASE,
)
#: functions that give a connection or configuration, which is the same at every invocation
_STABLE = compiled(
    r"(config|settings|environment|env|secrets?|client|connection|database|db|pool|engine|session|logger|tracer|"
    r"dictionary|translations?|i18n|locale|executor)$|^(connect|get_?db|init|create$)",
    re.IGNORECASE,
)


@evaluates(Await)
def _await(run: Run, node: Await, scope: Scope) -> Value:
    before = len(run.out)
    value = run.evaluate(node.value, scope)
    if isinstance(node.value, Name):
        run.outcomes.awaited(value)
    run.mark(value, "awaited")
    if not run.in_step and node.value is not run.handed:
        _wait(run, node.span, value, before)
    flow = value.flow
    name = dotted(node.value).rsplit(".", 1)[-1].removesuffix("()")
    if _STABLE.search(name):
        flow = replace(flow, origins=flow.origins - {Origin.AWAIT})
    elif value.foreign and not value.steps and not run.in_step and not _PURE.match(name):
        flow = flow | Flow(frozenset({Origin.AWAIT}), causes=(node.span,))
    return replace(value, flow=flow, steps=(), foreign=False, pending=False)


def _wait(run: Run, span: Span, value: Value, before: int) -> None:
    """Note a wait for something other than the steps that were just made or joined."""
    stored = started_before(value.steps, tuple(run.out[before:]))
    if stored or not value.steps:
        run.emit(AwaitNode(span, stored))
