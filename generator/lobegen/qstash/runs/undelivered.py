"""Which messages of a failed run have to be sent again when it is resumed."""

from collections.abc import Iterable

from lobegen.qstash.message import FROM_CALLBACK, STEP, TO_CALLBACK, Message
from lobegen.qstash.runs.run import Run, read_step


def undelivered(run: Run, runs: Iterable[Run]) -> list[Message]:
    """What the end of the run took back, less what had its effect already.

    A message may be in delivery when another one fails the run: its step was published, its answer counts no more. To
    send it again would run that step twice.

    Args:
        run: A run that failed.
        runs: All runs, among them those that it invoked.
    """
    begun = _begun_elsewhere(run, runs)
    return [message for message in run.dropped if not _has_followed(message, run, begun)]


def _begun_elsewhere(run: Run, runs: Iterable[Run]) -> set[int]:
    """The steps that are begun without an entry of their own: waits, calls and invocations."""
    return {
        *(_number(waiter.step.get("stepId")) for waiter in run.waiters),
        *(_number(message.called) for message in run.dropped),
        *(_number(note.called) for note in run.deliveries),
        *(_number(child.parent.step.get("stepId")) for child in runs if child.parent and child.parent.run_id == run.id),
    }


def _has_followed(message: Message, run: Run, begun: set[int]) -> bool:
    if message.call_type == TO_CALLBACK:
        return False
    planned, done = _steps(run, 0, message.position + 1)[0], _steps(run, message.position + 1, len(run.entries))
    if message.call_type == FROM_CALLBACK:
        return _number(message.called) in done[1]
    own = read_step(run.entries[message.position]) if message.position else None
    target, number = (_number(own.get(name)) for name in ("targetStep", "stepId")) if own else (0, 0)
    if target:
        return target in done[1] | begun
    return any(each > number for each in (done[0] | done[1] | begun) - planned)


def _steps(run: Run, begin: int, end: int) -> tuple[set[int], set[int]]:
    """The steps that entries in a part of the list plan, and those whose results they are."""
    planned, results = set[int](), set[int]()
    for entry in run.entries[max(begin, 1) : end]:
        step = read_step(entry) if entry.call_type == STEP else None
        if step is None:
            continue
        target = _number(step.get("targetStep"))
        (planned if target else results).add(target or _number(step.get("stepId")))
    return planned, results


def _number(value: object) -> int:
    """A step's number as an SDK wrote it; 0 for none."""
    text = str(value)
    return int(text) if text.isdecimal() else 0
