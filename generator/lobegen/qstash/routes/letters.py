"""`/v2/dlq` and `/v2/workflows/dlq`: the dead letter queue."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.message import Headers
from lobegen.qstash.publishing.headers import lower
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, ids_in_body, page_size
from lobegen.qstash.routes.selection import Filters
from lobegen.qstash.runs.dead_letters import DeadLetter

_FILTERS: Filters[DeadLetter] = Filters(
    {
        "messageId": lambda letter: [letter.attempt.message.id],
        "url": lambda letter: [letter.attempt.message.destination],
        "responseStatus": lambda letter: [str(letter.answer.status)],
        "label": lambda letter: letter.labels,
        "queueName": lambda letter: [letter.attempt.message.queue],
        "scheduleId": lambda letter: [letter.attempt.message.schedule],
        "callerIp": lambda letter: ["127.0.0.1"],
        "flowControlKey": lambda letter: [flow.key] if (flow := letter.attempt.message.flow) else [],
        "source": lambda letter: ["workflow" if letter.run else "qstash"],
        "workflowRunId": lambda letter: [letter.run.id] if letter.run else [],
        "workflowUrl": lambda letter: [letter.run.url] if letter.run else [],
        "workflowCreatedAt": lambda letter: [str(letter.run.created_at)] if letter.run else [],
        "failureFunctionState": lambda letter: [str(letter.run.failure_function)] if letter.run else [],
    },
    lambda letter: letter.created_at,
)
#: what may be said anew of a run; a retried message takes every control header
_OVERRIDES = (
    "upstash-retries",
    "upstash-delay",
    "upstash-retry-delay",
    "upstash-flow-control-key",
    "upstash-flow-control-value",
    "upstash-label",
    "upstash-failure-callback",
)


async def listing(context: Context, request: Request) -> Response:
    """Dead letters, the newest first."""
    page, cursor = _page(context, request)
    return JSONResponse({"messages": [letter.view() for letter in page], "cursor": cursor})


async def one(context: Context, request: Request) -> Response:
    """A single dead letter."""
    return JSONResponse(_named(context, request).view())


async def delete_one(context: Context, request: Request) -> Response:
    """Forget a dead letter."""
    del context.engine.dead_letters[_named(context, request).id]
    return JSONResponse({})


async def delete(context: Context, request: Request) -> Response:
    """Forget dead letters: those named (Python's client does it in the body), or those that fit the filters."""
    ids = _ids(request) or await ids_in_body(request, "dlqIds")
    page, cursor = ([], "") if ids else _page(context, request)
    found = [each for each in (ids or [letter.id for letter in page]) if context.engine.dead_letters.pop(each, None)]
    return JSONResponse({"deleted": len(found)} | ({"cursor": cursor} if cursor else {}))


async def resume(context: Context, request: Request) -> Response:
    """Let runs go on from where they failed."""
    return _revive(
        context, request, lambda letter, overrides, run_id: context.engine.recovery.resume(letter, overrides, run_id).id
    )


async def restart(context: Context, request: Request) -> Response:
    """Let runs begin anew."""
    return _revive(
        context,
        request,
        lambda letter, overrides, run_id: context.engine.recovery.restart(letter, overrides, run_id).run_id,
    )


async def retry(context: Context, request: Request) -> Response:
    """Send plain messages again; every control header of the request wins over the message's."""
    given = {name: value for name, value in lower(request.headers.items()).items() if name.startswith("upstash-")}
    letters, cursor = _chosen(context, request, "qstash")
    answers = [{"messageId": context.engine.recovery.retry(letter, given).message_id} for letter in letters]
    context.poke()
    if "letter_id" in request.path_params:
        return JSONResponse(answers[0], status_code=201)
    return JSONResponse({"responses": answers} | ({"cursor": cursor} if cursor else {}), status_code=201)


async def call_back(context: Context, request: Request) -> Response:
    """Call the failure function of a run once more."""
    run = context.engine.recovery.call_back(_named(context, request))
    context.poke()
    return JSONResponse({"workflowRunId": run.id, "workflowCreatedAt": run.created_at})


async def cancel_callback(context: Context, request: Request) -> Response:
    """Give up calling a failure function."""
    context.engine.recovery.cancel_callback(_named(context, request))
    context.poke()
    return JSONResponse({})


def _revive(context: Context, request: Request, act: Callable[[DeadLetter, Headers, str], str]) -> Response:
    headers = lower(request.headers.items())
    overrides = {name: headers[name] for name in _OVERRIDES if name in headers}
    run_id = headers.get("upstash-workflow-runid", "")
    letters, cursor = _chosen(context, request, "workflow")
    if run_id and len(letters) > 1:
        raise Refused(400, "Upstash-Workflow-RunId can be given for a single dlqId only")
    if run_id and not run_id.startswith("wfr_"):
        run_id = f"wfr_{run_id}"
    ids = [act(letter, overrides, run_id) for letter in letters]
    context.poke()
    created = {each: context.engine.runs[each].created_at for each in ids}
    runs = [{"workflowRunId": each, "workflowCreatedAt": moment} for each, moment in created.items()]
    if "letter_id" in request.path_params:
        return JSONResponse(runs[0])
    return JSONResponse({"workflowRuns": runs} | ({"cursor": cursor} if cursor else {}))


def _chosen(context: Context, request: Request, source: str) -> tuple[list[DeadLetter], str]:
    """What a bulk action is about, and where the next one goes on; ids win over filters."""
    if "letter_id" in request.path_params:
        return [_named(context, request)], ""
    if ids := _ids(request):
        return [_letter(context, each) for each in ids], ""
    page, cursor = _page(context, request, source)
    return page, cursor


def _page(context: Context, request: Request, source: str = "") -> tuple[list[DeadLetter], str]:
    """The letters after the cursor, which is the id of the last one seen and may be gone by now."""
    size, after = page_size(request), request.query_params.get("cursor", "")
    source = source or ("workflow" if request.url.path.startswith("/v2/workflows/") else "")
    newest = reversed(context.engine.dead_letters.values())
    seen = _order(after) if after else None
    found = [
        letter
        for letter in _FILTERS.select(newest, request.query_params)
        if (seen is None or _order(letter.id) < seen) and source in ("", "workflow" if letter.run else "qstash")
    ]
    return found[:size], found[size - 1].id if len(found) > size else ""


def _order(letter_id: str) -> tuple[int, int]:
    moment, _, number = letter_id.partition("-")
    if not (moment.isdecimal() and number.isdecimal()):
        raise Refused(400, f"cursor {letter_id!r} does not come from this server")
    return int(moment), int(number)


def _named(context: Context, request: Request) -> DeadLetter:
    return _letter(context, request.path_params["letter_id"])


def _letter(context: Context, letter_id: str) -> DeadLetter:
    letter = context.engine.dead_letters.get(letter_id)
    if letter is None:
        raise Refused(404, f"dlqId {letter_id} not found")
    return letter


def _ids(request: Request) -> list[str]:
    texts = request.query_params.getlist("dlqIds")
    return list(dict.fromkeys(part for text in texts for part in text.split(",") if part))


ROUTES: tuple[Route, ...] = (
    ("GET", "/v2/dlq", listing),
    ("DELETE", "/v2/dlq", delete),
    ("GET", "/v2/dlq/{letter_id}", one),
    ("DELETE", "/v2/dlq/{letter_id}", delete_one),
    ("POST", "/v2/dlq/retry", retry),
    ("POST", "/v2/dlq/retry/{letter_id}", retry),
    ("GET", "/v2/workflows/dlq", listing),
    ("DELETE", "/v2/workflows/dlq", delete),
    ("POST", "/v2/workflows/dlq/resume", resume),
    ("POST", "/v2/workflows/dlq/resume/{letter_id}", resume),
    ("POST", "/v2/workflows/dlq/restart", restart),
    ("POST", "/v2/workflows/dlq/restart/{letter_id}", restart),
    ("POST", "/v2/workflows/dlq/callback/{letter_id}", call_back),
    ("DELETE", "/v2/workflows/dlq/callback/{letter_id}", cancel_callback),
    ("GET", "/v2/workflows/dlq/{letter_id}", one),
    ("DELETE", "/v2/workflows/dlq/{letter_id}", delete_one),
)
