"""The Python workflows that vectors.json speaks of, as a FastAPI application."""

import asyncio
import contextlib
import dataclasses
import datetime
import decimal
import enum
import json
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from upstash_workflow import AsyncWorkflowContext, WorkflowAbort
from upstash_workflow.fastapi import Serve

from qstash import AsyncQStash

if TYPE_CHECKING:
    from fastapi import FastAPI

Context = AsyncWorkflowContext[Any]
Route = Callable[[Context], Awaitable[None]]

#: what the workflows of this process did, by name; tests take and clear it
EFFECTS: list[str] = []
#: name -> route function and options of `serve.post`
WORKFLOWS: dict[str, tuple[Route, dict[str, Any]]] = {}
note = EFFECTS.append
#: deliveries by run id
DELIVERIES: Counter[str] = Counter()
#: steps that nobody waits for; kept, or they would not run
TASKS: list[asyncio.Task[object]] = []
#: whether the step `two` of `mendable` works
WEATHER = {"fair": True}


class NonRetryableError(Exception):
    """What the application's middleware answers with 489."""


@dataclasses.dataclass
class Point:
    """JSON cannot hold it."""

    x: int = 1


class Colour(enum.Enum):
    """JSON cannot hold it."""

    RED = "red"


UNSERIALIZABLE: dict[str, object] = {
    "date": datetime.datetime(2020, 1, 1),
    "set": {1},
    "bytes": b"x",
    "dc": Point(),
    "decimal": decimal.Decimal("1.5"),
    "uuid": uuid.UUID(int=1),
    "enum": Colour.RED,
    "cls": object(),
    "gen": (number for number in [1]),
}
SERIALIZABLE: dict[str, object] = {
    "none": None,
    "tuple": (1, 2),
    "intkeys": {1: "a"},
    "nan": float("nan"),
    "inf": float("inf"),
    "strnum": "123",
    "strjson": '{"a":1}',
    "emptystr": "",
    "bool": True,
    "unicode": "“x”",
    "float": 1.0,
}


def create_app(environment: dict[str, str]) -> "FastAPI":
    """An application with all workflows.

    Args:
        environment: The QSTASH_* variables; without the signing keys, deliveries are not verified.
    """
    from fastapi import FastAPI

    app = FastAPI()
    serve = Serve(app)
    client = AsyncQStash(environment["QSTASH_TOKEN"], base_url=environment["QSTASH_URL"])
    for name, (route, options) in WORKFLOWS.items():
        own = {option: value for option, value in options.items() if option != "flow_control"}
        messenger = client
        if "flow_control" in options:
            messenger = AsyncQStash(environment["QSTASH_TOKEN"], base_url=environment["QSTASH_URL"])
            messenger.http = FlowControlHttp(messenger.http, *options["flow_control"])
        serve.post(f"/{name}", qstash_client=messenger, env=environment, **own)(route)
    app.add_route("/third", third_party, methods=["GET", "POST"])
    app.middleware("http")(non_retryable)
    return app


async def third_party(request: Request) -> JSONResponse:
    return JSONResponse({"method": request.method}, status_code=int(request.query_params.get("status", 200)))


async def non_retryable(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """The SDK answers 500 with the name of the exception; QStash ends the run on 489 and a header."""
    DELIVERIES[request.headers.get("upstash-workflow-runid", "")] += 1
    response = await call_next(request)
    if response.status_code != 500 or not hasattr(response, "body_iterator"):
        return response
    body = json.loads(b"".join([chunk async for chunk in response.body_iterator]))
    headers = {"Upstash-Workflow-Sdk-Version": "1"}
    if body.get("error") == "NonRetryableError":
        return JSONResponse(body, 489, headers | {"Upstash-NonRetryable-Error": "true"})
    return JSONResponse(body, 500, headers)


def workflow(name: str, **options: object) -> Callable[[Route], Route]:
    def register(route: Route) -> Route:
        WORKFLOWS[name] = (route, options)
        return route

    return register


async def step(context: Context, name: str, value: object = None) -> object:
    async def work() -> object:
        note(f"step:{name}")
        return name if value is None else value

    return await context.run(name, work)


def lose(context: Context) -> None:
    """A step that nobody awaits, less Python's warning."""
    forgotten = step(context, "lost")
    assert isinstance(forgotten, Coroutine)
    forgotten.close()


async def third(context: Context, status: int = 200, retries: int = 0) -> object:
    url = urljoin(context.url, f"/third?status={status}")
    return await context.call("call third", url=url, method="POST", body={"a": 1}, retries=retries)


async def boom(context: Context) -> None:
    async def work() -> None:
        note("step:boom")
        raise ValueError("boom")

    await context.run("boom", work)


async def failed(context: Context, status: int, response: str, headers: dict[str, str]) -> None:
    note("failure_function")


def item(context: Context) -> object:
    payload = context.request_payload
    return payload.get("itemId") if isinstance(payload, dict) else None


def checking_parser(text: str) -> object:
    note("parser")
    payload = json.loads(text)
    if not payload.get("itemId"):
        raise ValueError("Missing itemId")
    return payload


@workflow("basic")
async def basic(context: Context) -> None:
    await step(context, "one")
    await step(context, "two")
    await step(context, "three")


@workflow("mendable")
async def mendable(context: Context) -> None:
    async def two() -> str:
        note("step:two")
        if not WEATHER["fair"]:
            raise ValueError("foul weather")
        return "two"

    await step(context, "one", {"n": 1})
    await context.run("two", two)
    await step(context, "three")


@workflow("kitchen")
async def kitchen(context: Context) -> None:
    await step(context, "one", {"a": 1})
    await context.sleep("nap", 2)
    await context.sleep("nap str", "1s")
    await context.sleep_until("until", time.time() + 1)
    await third(context, retries=1)
    note("call-result")
    await step(context, "two")


@workflow("headers")
async def headers(context: Context) -> None:
    note("headers")
    await step(context, "one")
    await step(context, "two")


async def return_early(context: Context) -> None:
    note("route")
    if not item(context):
        return
    await step(context, "work")


workflow("returnEarly", retries=0)(return_early)
workflow("returnEarlyFF", retries=0, failure_function=failed)(return_early)


@workflow("throwEarly", retries=1)
async def throw_early(context: Context) -> None:
    note("route")
    if not item(context):
        raise ValueError("Missing itemId")
    await step(context, "work")


@workflow("throwAfterStep", retries=1)
async def throw_after_step(context: Context) -> None:
    if not await step(context, "validate", bool(item(context))):
        raise ValueError("Missing itemId")
    await step(context, "work")


@workflow("returnAfterStep", retries=1)
async def return_after_step(context: Context) -> None:
    if not await step(context, "validate", bool(item(context))):
        return
    await step(context, "work")


@workflow("cancelEarly", retries=0)
async def cancel_early(context: Context) -> None:
    if not item(context):
        await context.cancel()  # type: ignore[attr-defined]
        return
    await step(context, "work")


@workflow("cancelAfterStep", retries=0)
async def cancel_after_step(context: Context) -> None:
    await step(context, "one")
    await context.cancel()  # type: ignore[attr-defined]


@workflow("nosteps", retries=0)
async def no_steps(context: Context) -> None:
    return


@workflow("emptyName", retries=0)
async def empty_name(context: Context) -> None:
    await context.run("", lambda: 1)


@workflow("tryCatch", retries=0)
async def try_catch(context: Context) -> None:
    note("route")
    try:
        await step(context, "work")
    except Exception:
        note("caught")


@workflow("tryRethrow", retries=0)
async def try_rethrow(context: Context) -> None:
    note("route")
    try:
        await step(context, "one")
        await step(context, "two")
    except WorkflowAbort:
        raise
    except Exception:
        note("caught")


@workflow("tryCatchSecond", retries=0)
async def try_catch_second(context: Context) -> None:
    note("route")
    await step(context, "one")
    try:
        await step(context, "two")
        await step(context, "three")
    except Exception:
        note("caught")


@workflow("bareExcept", retries=0)
async def bare_except(context: Context) -> None:
    await step(context, "zero")
    try:
        await step(context, "one")
    except:  # noqa: E722
        note("caught")
    await step(context, "two")


@workflow("suppress", retries=0)
async def suppressed(context: Context) -> None:
    await step(context, "zero")
    with contextlib.suppress(Exception):
        await step(context, "one")
    await step(context, "two")


@workflow("gather", retries=0)
async def gathered(context: Context) -> None:
    note("route")
    await asyncio.gather(step(context, "a"), step(context, "b"))
    note("r")


@workflow("gatherAfter", retries=0)
async def gathered_later(context: Context) -> None:
    await step(context, "zero")
    await asyncio.gather(step(context, "a"), step(context, "b"))
    note("r")


@workflow("gatherExc", retries=0)
async def gathered_with_errors(context: Context) -> None:
    await step(context, "zero")
    await asyncio.gather(step(context, "a"), step(context, "b"), return_exceptions=True)
    note("r")


@workflow("asCompleted", retries=0)
async def as_completed(context: Context) -> None:
    await step(context, "zero")
    for each in asyncio.as_completed([step(context, "a"), step(context, "b")]):
        await each
        note("r")


@workflow("notAwaited", retries=0)
async def not_awaited(context: Context) -> None:
    lose(context)
    await step(context, "two")


@workflow("notAwaitedEnd", retries=0)
async def not_awaited_at_the_end(context: Context) -> None:
    await step(context, "one")
    lose(context)


@workflow("createTask", retries=0)
async def task_of_a_step(context: Context) -> None:
    await step(context, "one")
    TASKS.append(asyncio.create_task(step(context, "lost")))


@workflow("randomBranch", retries=0)
async def random_branch(context: Context) -> None:
    await step(context, "odd" if DELIVERIES[context.workflow_run_id] % 2 else "even")
    await step(context, "end")


@workflow("tryValueError", retries=0)
async def try_value_error(context: Context) -> None:
    try:
        await step(context, "one")
        await step(context, "two")
    except ValueError:
        note("caught")


@workflow("tryFinally", retries=0)
async def try_finally(context: Context) -> None:
    try:
        await step(context, "one")
        await step(context, "two")
    finally:
        note("finally")


@workflow("dupSeq", retries=0)
async def same_name(context: Context) -> None:
    for value in (1, 2, 3):

        async def work(value: int = value) -> int:
            note("step:same")
            return value

        await context.run("same", work)
    note("out")


@workflow("taskgroup", retries=0)
async def task_group(context: Context) -> None:
    await step(context, "zero")
    async with asyncio.TaskGroup() as group:
        group.create_task(step(context, "a"))
        group.create_task(step(context, "b"))


@workflow("nested", retries=0)
async def nested(context: Context) -> None:
    async def outer() -> object:
        note("step:outer")
        return await step(context, "inner", 1)

    await context.run("outer", outer)


@workflow("syncStepFn", retries=0)
async def sync_step(context: Context) -> None:
    await context.run("one", lambda: 5)
    note("r")


@workflow("sideEffects", retries=0)
async def side_effects(context: Context) -> None:
    note("outside-top")
    await step(context, "one")
    note("outside-mid")
    await step(context, "two")
    note("outside-end")


@workflow("dateName", retries=0)
async def date_name(context: Context) -> None:
    for _ in (1, 2):
        await step(context, f"step-{time.time()}")


@workflow("ser_ok", retries=0)
async def serializable(context: Context) -> None:
    for name, value in SERIALIZABLE.items():

        async def give(value: object = value) -> object:
            return value

        await context.run(name, give)
    note("values")


def returning(value: object) -> Route:
    async def route(context: Context) -> None:
        async def give() -> object:
            return value

        await context.run("s", give)

    return route


for name, value in UNSERIALIZABLE.items():
    workflow(f"ser_{name}", retries=0)(returning(value))


@workflow("payload", retries=0)
async def payload(context: Context) -> None:
    note("payload")
    await step(context, "work")


@workflow("parserThrows", retries=1, initial_payload_parser=checking_parser)
async def parser_throws(context: Context) -> None:
    await step(context, "work")


@workflow("parserCall", retries=0, initial_payload_parser=checking_parser)
async def parser_call(context: Context) -> None:
    await third(context)
    note("after-call")


@workflow("validateThenCall", retries=0)
async def validate_then_call(context: Context) -> None:
    note("route")
    if not item(context):
        return
    await third(context)
    note("after-call")


@workflow("validateThenCallStep", retries=0)
async def validate_in_step(context: Context) -> None:
    async def read() -> object:
        return context.request_payload

    checked = await context.run("payload", read)
    note("route")
    if not checked.get("itemId"):
        return
    await third(context)
    note("after-call")


@workflow("callFail", retries=0)
async def call_fails(context: Context) -> None:
    await third(context, status=500, retries=1)
    note("call")


@workflow("nonRetryEarly", retries=3, failure_function=failed)
async def non_retry_early(context: Context) -> None:
    if not item(context):
        raise NonRetryableError("Missing itemId")
    await step(context, "work")


@workflow("nonRetryAfterStep", retries=3, failure_function=failed)
async def non_retry_after_step(context: Context) -> None:
    async def read() -> object:
        return context.request_payload

    checked = await context.run("payload", read)
    if not checked.get("itemId"):
        raise NonRetryableError("Missing itemId")
    await step(context, "work")


@workflow("nonRetryThenCall", retries=3)
async def non_retry_then_call(context: Context) -> None:
    if not item(context):
        raise NonRetryableError("Missing itemId")
    await third(context)


@workflow("retr", retries=1)
async def retried(context: Context) -> None:
    await step(context, "one")
    await boom(context)


@workflow("retrFF", retries=0, failure_function=failed)
async def failing_with_function(context: Context) -> None:
    await step(context, "one")
    await boom(context)


@workflow("boomFirstFF", retries=0, failure_function=failed)
async def failing_first(context: Context) -> None:
    await boom(context)


# not in vectors.json


@workflow("slowSteps", retries=0)
async def slow_steps(context: Context) -> None:
    for number in range(3):

        async def work(number: int = number) -> None:
            note(f"begin:{item(context)}{number}")
            await asyncio.sleep(0.02)
            note(f"end:{item(context)}{number}")

        await context.run(f"step {number}", work)


class FlowControlHttp:
    """Adds flow control to every message that the SDK publishes (facts: QStash wire protocol 4.4)."""

    def __init__(self, inner: Any, key: str, value: str) -> None:  # noqa: ANN401
        self._inner = inner
        self._flow = {"Flow-Control-Key": key, "Flow-Control-Value": value}

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def request(self, *, path: str, headers: Any = None, body: Any = None, **rest: Any) -> object:  # noqa: ANN401
        if path == "/v2/batch":
            items = json.loads(body)
            for one in items:
                is_call = "toCallback" in one["headers"].values()
                prefix = "Upstash-Callback-" if is_call else "Upstash-"
                one["headers"] |= {prefix + name: value for name, value in self._flow.items()}
            body = json.dumps(items)
        elif path.startswith("/v2/publish/"):
            headers = {**headers, **{f"Upstash-{name}": value for name, value in self._flow.items()}}
        return await self._inner.request(path=path, headers=headers, body=body, **rest)


@workflow("flowClient", retries=0, flow_control=("client.key", "parallelism=2, rate=5, period=1s"))
async def flow_client(context: Context) -> None:
    await step(context, "one")
    await third(context)
    await context.sleep("nap", 1)
