"""How the examples of rules' pages are run: with which payload, and what stands for the work that they leave open."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Setting:
    """How the examples of one rule are run.

    Attributes:
        payload: What the run is started with.
        values: What functions that an example leaves open give; `{"pages": …}` by their argument, `{"given": true}`
            that argument itself, `{"id": true}` an id made of it; `{"constant": …}` for a name that is no function.
        hours: What the hour of the day is at each beginning of the handler.
        pauses: How many milliseconds an open function takes, by its first argument.
        deploy: How many requests the code before a change answers, by language.
        limited: Whether deliveries under flow control are counted.
        forged: Whether a request that nobody signed is sent, instead of a run started.
        dying: Whether the process seems to die once, after a trigger in a step.
        third: Which path of the host stands for `https://example.com`; then `"token"` is the local one.
        entry: Which workflow of several is started, where one route serves them.
        starter: The function of the example that starts the run, by language, called with these arguments.
        note: What the page says of all this.
        leave_out: Languages whose examples are not run.
    """

    payload: object = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    hours: tuple[int, ...] = ()
    pauses: Mapping[str, int] = field(default_factory=dict)
    deploy: Mapping[str, int] = field(default_factory=dict)
    limited: bool = False
    forged: bool = False
    dying: bool = False
    third: str | None = None
    entry: str = ""
    starter: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    note: str = ""


_HERE = {"BASE": {"constant": "{host}"}, "URL": {"constant": "{host}"}}

#: rule -> how its examples are run. A rule that is not here has nothing that a single run would show, or its examples
#: race with their own deliveries, so that no two runs need be alike; likewise what is left out of unawaited-step and
#: promise-race.
SETTINGS = {
    "abort-matched-by-name": Setting(),
    "called-step-function": Setting(),
    "await-before-parallel-step": Setting(
        values={"listIds": ["ada", "bob"]},
        pauses={"ada": 1, "bob": 300},
        note="`loadUser` takes 1 ms for ada, 300 ms for bob",
    ),
    "floating-promise-in-step": Setting(leave_out=("typescript",)),
    "dropped-payload-flag": Setting(
        payload={"force": True},
        third="",
        entry="process-users",
        values={
            "PAGES": {"constant": {"key": "pages", "parallelism": 5}},
            "ITEMS": {"constant": {"key": "items", "parallelism": 5}},
            "idOf": {"id": True},
            "id_of": {"id": True},
            "filterExisting": ["ada"],
            "filter_existing": ["ada"],
        },
    ),
    "dry-run-effect": Setting(
        payload={"dryRun": True},
        third="/__works",
        values={
            "PAGINATE_URL": {"constant": "{host}/__works"},
            "idOf": {"id": True},
            "id_of": {"id": True},
            "filterExisting": ["ada"],
            "filter_existing": ["ada"],
        },
    ),
    "effect-in-finally": Setting(),
    "effect-on-abort": Setting(),
    "step-after-failed-step": Setting(),
    "nested-step": Setting(),
    "nondeterminism-outside-step": Setting(note="`#1` and `#2` are two random ids"),
    "nondeterministic-control-flow": Setting(
        hours=(8, 8, 9), note="the hour is 8 until the handler has begun twice, then 9"
    ),
    "promise-race": Setting(leave_out=("python",)),
    "repeatable-trigger": Setting(
        dying=True,
        leave_out=("python",),
        note="the process dies once, after the trigger and before the step is recorded",
    ),
    "return-before-first-step": Setting(),
    "side-effect-outside-step": Setting(),
    "stalled-pagination": Setting(
        third="",
        values={
            "listPage": {"pages": {"": {"next": "bob"}, "bob": {"next": None}}},
            "filterPending": {"given": True},
            "filter_pending": {"pages": {"": {"next": "bob"}, "bob": {"next": None}}},
        },
        note="there are two pages, the second one begins at bob, and a run id starts one run only",
    ),
    "stepless-workflow": Setting(),
    "swallowed-abort": Setting(),
    "throw-before-first-step": Setting(),
    "guard-rejects-call-result": Setting(
        payload={"userId": "ada"}, third="/__works", note="what is called answers 200"
    ),
    "incompatible-step-change": Setting(
        deploy={"typescript": 2, "python": 2}, note="the code is changed after two deliveries of a run"
    ),
    "missing-dry-run": Setting(payload={"dryRun": True}, values={"filterExisting": ["ada"]}, leave_out=("python",)),
    "mutation-in-step": Setting(payload={"userIds": ["ada", "bob"]}),
    "payload-contract-mismatch": Setting(
        starter={"typescript": "greet", "python": "start"}, arguments=("ada",), third="", values=_HERE
    ),
    "payload-mutation": Setting(payload={"userId": "ada"}),
    "removed-serve-option": Setting(limited=True),
    "revived-type-use": Setting(
        payload={"userId": "ada"},
        values={"loadUser": {"name": "Ada", "createdAt": {"date": "2026-01-01T00:00:00Z"}}},
        note="`loadUser` gives a `Date`",
    ),
    "thrown-abort": Setting(values={"crawl": "few"}, note="`crawl` gives `few`"),
    "unserializable-step-result": Setting(values={"loadIds": ["ada", "bob"]}, note="`#1` is a moment"),
    "unverified-requests": Setting(forged=True, leave_out=("python",)),
    "unawaited-step": Setting(leave_out=("typescript",)),
    "unchecked-outcome": Setting(
        values={"PRICES": {"constant": "{host}/__fails"}}, third="/__fails", note="what is called answers 500"
    ),
    "unknown-context-method": Setting(),
    "unknown-serve-argument": Setting(leave_out=("right",)),
    "unknown-result-attribute": Setting(),
    "unknown-trigger-target": Setting(
        starter={"typescript": "greet", "python": "start"}, arguments=("ada",), third="", values=_HERE
    ),
    "unnamed-step": Setting(),
    "unparsed-payload-model": Setting(payload={"item": "book"}),
    "unstable-step-name": Setting(payload={"day": "monday"}),
    "unvalidated-payload": Setting(),
    "wrong-time-unit": Setting(),
}
