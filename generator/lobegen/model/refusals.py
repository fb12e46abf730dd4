"""Where a handler refuses a request whose payload is another one: that of a call's answer."""

import re
from collections.abc import Iterator

from lobegen.model.actions import Demand, Step
from lobegen.model.body import Block, Call, If, Raise, Return, Test
from lobegen.model.exits import Exit, early_returns, exits_before_first_step
from lobegen.model.source import Language
from lobegen.model.truth import Truth, truth
from lobegen.model.values import Origin
from lobegen.model.walk import steps
from lobegen.patterns import compiled

Refusal = Return | Raise | Call | Demand | If

#: what the answer of a call brings as the body of the request
_ANSWER = frozenset(
    """
    status header body retried maxRetries sourceMessageId topicName endpointName url method sourceHeader sourceBody
    notBefore createdAt scheduleId callerIP queueName
    """.split()  # noqa: SIM905
)
#: among what a value went through: a schema that takes any object, since all of its fields may be missing
LENIENT = "a schema that needs no field"
_CONTAINED = compiled(r"^[\"']\w+[\"']\s+(not\s+)?in\s")
_ABSENT = compiled(r"(===?|\bis)\s*(undefined|null|None|\"undefined\"|'undefined')\)*$")
_PRESENT = compiled(r"(!==?|\bis\s+not)\s*(undefined|null|None|\"undefined\"|'undefined')\)*$")
_OTHER = compiled(r"(!==?)\s*(true|True|[\"'\d])")
_EQUAL = compiled(r"(===?|\bis)\s*(true|false|True|False|[\"'\d])")
_LACKS = compiled(r"(empty|missing|invalid|blank|\bnil|null|none|undefined|lacks|without|absent)\w*\(", re.IGNORECASE)
_COMPARES = compiled(r"[<>]|[!=]=")


def calls(block: Block) -> Iterator[Step]:
    """The steps whose answer comes as a request of its own."""
    return (step for step in steps(block) if step.method in ("call", "api"))


def refusals(block: Block, language: Language) -> Iterator[Refusal]:
    """The ways out before the first step that the answer of a call takes as well, since it has none of the fields.

    A `WorkflowNonRetryableError` of TypeScript is no refusal: the SDK takes it for a handler that reached its steps.
    """
    for leave in exits_before_first_step(block):
        if _turned_away(leave, language):
            yield leave.node
    for skipping in early_returns(block):
        if isinstance(skipping, If) and refuses(skipping.test) == ("no" if any(steps(skipping.then)) else "yes"):
            yield skipping


def _turned_away(leave: Exit, language: Language) -> bool:
    """Whether the answer of a call surely takes this way out: by the conditions on it, or what was caught before it."""
    node = leave.node
    if isinstance(node, Raise) and node.non_retryable and language == "typescript":
        return False
    if isinstance(node, Call) and not node.rejects:
        return False
    if leave.caught and not any(_turned_away(each, language) for each in leave.caught):
        return False
    told = bool(leave.tests or leave.caught) or isinstance(node, Call | Demand)
    return told and all(refuses(test) == "yes" for test in leave.tests)


def refuses(test: Test) -> Truth:
    """How a condition turns out where the payload has none of the fields; "open" when it is about something else."""
    return truth(test, _of_absent)


def _of_absent(test: Test) -> Truth:
    if test.kind != "other":
        return "open"
    fields = test.flow.fields - {"*"}
    unsure = test.flow.origins - {Origin.PAYLOAD, Origin.PARAMETER}
    if Origin.PAYLOAD not in test.flow.origins or unsure or fields & _ANSWER:
        return "open"
    source = test.source.strip()
    if contained := _CONTAINED.search(source):
        return "yes" if contained[1] else "no"
    if LENIENT in test.flow.through:
        return "open"
    if not fields:  # the payload as a whole is there
        return "no" if any("parse" in name.lower() or "valid" in name.lower() for name in test.flow.through) else "open"
    for pattern, answer in _ANSWERS:
        if pattern.search(source):
            return answer
    return "open" if _COMPARES.search(source) else "no"


_ANSWERS: tuple[tuple[re.Pattern[str], Truth], ...] = (
    (_ABSENT, "yes"),
    (_PRESENT, "no"),
    (_OTHER, "yes"),
    (_EQUAL, "no"),
    (_LACKS, "yes"),
)
