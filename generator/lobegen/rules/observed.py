"""What the examples of rules did when they were run with the real SDKs on the local QStash, as Markdown.

`observed.json` beside this module is written by `make docs`; a test runs the examples again and compares.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert


class Observation(Struct, frozen=True):
    """One example, run once.

    Attributes:
        example: Its heading.
        language: Of the example.
        payload: What the run was started with; None where the example starts it.
        note: What else was arranged.
        refused: Why the application does not start; the rest is empty then.
        state: How the run ended: "success" or "failed".
        seconds: How long it took, waiting included.
        began: How often the handler began.
        work: Calls of functions that the example leaves open, with how often each was made.
        result: What the workflow returned, where the SDK says so.
        limited: How many of the run's deliveries were under flow control, where that is counted.
        handlers: How many handlers the example has.
        started: How many other runs it started; without a state, how many a request started that nobody had signed.
        messages: Path, status, and how often it was answered so, of what was sent to no workflow.
        answers: Status, what was said to be wrong, and how often, of the endpoint's answers.
    """

    example: str
    language: str
    payload: object
    note: str = ""
    refused: str = ""
    state: str = ""
    seconds: int = 0
    began: int = 0
    work: tuple[tuple[str, int], ...] = ()
    result: object = None
    handlers: int = 1
    limited: int | None = None
    started: int | None = None
    messages: tuple[tuple[str, int, int], ...] = ()
    answers: tuple[tuple[int, str, int], ...] = ()


class Observed(Struct, frozen=True):
    """All that was seen: the SDKs by language, and the observations by rule."""

    sdks: dict[str, str]
    rules: dict[str, tuple[Observation, ...]]


@cache
def observed() -> Observed:
    """What `observed.json` holds."""
    return convert(json.loads((files(__package__) / "observed.json").read_text(encoding="utf-8")), Observed)


def at_run_time(rule: str) -> str:
    """The section of a rule's page; empty when none of its examples was run."""
    held = observed()
    seen = held.rules.get(rule, ())
    if not seen:
        return ""
    sdks = " and ".join(dict.fromkeys(f"`{held.sdks[each.language]}`" for each in seen))
    note = f"; {seen[0].note}" if seen[0].note else ""
    [payload] = {json.dumps(each.payload) for each in seen}
    start = "by its own function" if payload == "null" else f"with `{payload}`"
    lines = [
        "## At run time",
        f"Each example ran once on the local QStash under {sdks}, started {start}{note}.",
        "Functions that it leaves open stand for work, and their calls are counted.",
        "",
        *(f"- {each.example}: {' '.join(_sentences(each))}" for each in seen),
    ]
    return "\n".join(lines)


def _sentences(seen: Observation) -> Iterator[str]:
    if seen.refused:
        yield f"the application does not start: `{seen.refused}`."
        return
    if seen.state:
        yield f"{'succeeds' if seen.state == 'success' else 'fails'}{_after(seen.seconds)}."
    elif seen.answers:
        yield f"a request that nobody signed starts {'a run' if seen.started else 'nothing'}."
    else:
        yield "no run starts."
    if seen.answers:
        yield f"Answers: {', '.join(_answer(*each) for each in seen.answers)}."
    if seen.messages:
        yield f"Messages: {', '.join(f'{count} × {status} from `{path}`' for path, status, count in seen.messages)}."
    if seen.limited is not None:
        yield f"Under flow control: {seen.limited} deliveries of {sum(count for *_, count in seen.answers)}."
    if seen.state and seen.started:
        yield f"It starts {seen.started} other run{'s' * (seen.started > 1)}."
    if seen.result is not None:
        yield f"Result: `{json.dumps(seen.result, ensure_ascii=False)}`."
    handler = "The handler begins" if seen.handlers == 1 else "Handlers begin"
    yield f"{handler} {_times(seen.began)}." if seen.began else "The handler never begins."
    yield f"Work: {', '.join(f'`{call}` {_times(count)}' for call, count in seen.work) or 'none'}."


def _answer(status: int, said: str, count: int) -> str:
    words = said if len(said) <= 120 else said[:119].rstrip() + "…"
    return f"{count} × {status}" + (f' "{words}"' if words else "")


def _after(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    if seconds < 1:
        return ""
    if seconds < 60:
        return f" after {seconds} s"
    return " after " + " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
