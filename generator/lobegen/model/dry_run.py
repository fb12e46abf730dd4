"""What a body still does when its payload asks for a dry run."""

import re

from lobegen.model.actions import Call, ContextCall, Trigger
from lobegen.model.body import Block, Expansion, If, Jump, Loop, Node, Parallel, Raise, Return, Step, Test, Try
from lobegen.model.project import Endpoint
from lobegen.model.truth import Truth, known, leaves
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import walk
from lobegen.patterns import compiled

FLAG = compiled(r"dry_?run", re.IGNORECASE)
#: the flag as a condition writes it: `dryRun`, `payload.dry_run`, `payload.get("dry_run", False)`, `body["dryRun"]`
_WRITTEN = r"(?:[\w.?()\s]*[.?\s(\[])?[\"']?(?:is_?)?dry_?run[\"']?(?:,\s*(?:False|None))?[\])]*"
_ASKED = compiled(rf"{_WRITTEN}(?:\s*={{2,3}}\s*true|\s+is\s+True|\s*==\s*True)?", re.IGNORECASE)
_DENIED = compiled(
    rf"{_WRITTEN}\s*(?:={{2,3}}\s*false|!={{1,2}}\s*true|is\s+False|is\s+not\s+True|==\s*False)", re.IGNORECASE
)
_GIVEN = frozenset({Origin.PAYLOAD, Origin.STEP})


def decides_on_dry_run(endpoint: Endpoint) -> bool:
    """Whether some condition of the endpoint asks for the flag."""
    tests = (node.test for node in walk(endpoint.body, callbacks=True) if isinstance(node, If))
    return any(_asked(leaf) != "open" for test in tests for leaf in leaves(test))


def done_in_dry_run(block: Block) -> list[Call | Trigger]:
    """The triggers and effects that a dry run reaches; a branch that asks something else may go either way."""
    found: list[Call | Trigger] = []
    _goes_on(block, found)
    return found


def _goes_on(block: Block, found: list[Call | Trigger]) -> bool:
    """Whether a dry run may come past a block; what it does there is added."""
    return all(_passes(node, found) for node in block)


def _passes(node: Node, found: list[Call | Trigger]) -> bool:
    match node:
        case Trigger() | Call():
            found.append(node)
        case Return() | Raise() | Jump():
            return False
        case ContextCall():
            return not node.end
        case If():
            holds = known(node.test, _asked)
            sides = [(node.then, True), (node.otherwise, False)]
            ways = [_goes_on(side, found) for side, taken in sides if holds is None or holds is taken]
            return any(ways)
        case Step():
            _goes_on(node.callback or (), found)
        case Loop():
            _goes_on(node.body, found)
            _goes_on(node.otherwise, found)
        case Expansion():
            _goes_on(node.body, found)
        case Parallel():
            for branch in node.branches:
                _goes_on(branch, found)
        case Try():
            return _guarded(node, found)
    return True


def _guarded(node: Try, found: list[Call | Trigger]) -> bool:
    through = _goes_on(node.body, found) and _goes_on(node.otherwise, found)
    caught = [_goes_on(handler.body, found) for handler in node.handlers]
    final = _goes_on(node.finalizer, found)
    return final and (through or any(caught))


def _asked(test: Test) -> Truth:
    """What a plain condition comes to in a dry run, "open" when it does not ask for one."""
    if test.kind != "other" or not asks_only(test.flow):
        return "open"
    source = test.source.strip()
    if _DENIED.fullmatch(source):
        return "no"
    return "yes" if _ASKED.fullmatch(source) else "open"


def asks_only(flow: Flow) -> bool:
    """Whether a value is the flag of the payload and nothing else."""
    fields = flow.fields - {"*"}
    return bool(fields) and all(FLAG.search(name) for name in fields) and flow.origins <= _GIVEN


def hands_flag_on(trigger: Trigger) -> bool:
    """Whether the run that is triggered is told that this is a dry run, or what it is told is not known."""
    if any(FLAG.search(name) for name in trigger.payload_fields):
        return True
    if trigger.sent.hands_on:
        return not any(FLAG.search(name) for name in trigger.sent.left_out)
    return not trigger.sent.listed
