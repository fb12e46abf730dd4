"""`/v2/wait`, `/v2/notify` and `/v2/waiters`."""

import base64
import json
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.publishing.headers import canonical
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, raw_rest, read_json
from lobegen.qstash.runs.run import successor

#: Where `context.createWebhook` says that others may call (facts: QStash wire protocol 5.3)
WEBHOOK = "/v2/workflows/hooks/{user_id}/{run_id}/{event_id:path}"


async def wait(context: Context, request: Request) -> Response:
    """A run waits for an event."""
    asked = await read_json(request)
    if not isinstance(asked, dict):
        raise Refused(400, "the body must be a JSON object")
    context.engine.wait(unquote(raw_rest(request, "/v2/wait/")), asked)
    context.poke()
    return JSONResponse({}, status_code=201)


async def notify(context: Context, request: Request) -> Response:
    """Tell an event: to all who wait, or to one run, which may wait later (look-back)."""
    rest = raw_rest(request, "/v2/notify/")
    first, _, second = rest.partition("/")
    run_id, event_id = (first, second) if second and first in context.engine.runs else ("", rest)
    told = context.engine.notify(unquote(event_id), await request.body(), run_id)
    context.poke()
    runs = context.engine.runs
    answer = [
        {
            "waiter": waiter.view(),
            "messageId": accepted.message_id,
            "error": "",
            "workflowRunId": waiter.run_id,
            "workflowCreatedAt": runs[waiter.run_id].created_at,
        }
        for waiter, accepted in told
    ]
    return JSONResponse(answer, status_code=201)


async def waiters(context: Context, request: Request) -> Response:
    """Who waits for an event."""
    found = context.engine.waiting_room.of_event(unquote(raw_rest(request, "/v2/waiters/")))
    return JSONResponse([waiter.view() for waiter in found])


async def webhook(context: Context, request: Request) -> Response:
    """Somebody calls a run's webhook: the call itself is the event."""
    run_id, event_id = request.path_params["run_id"], request.path_params["event_id"]
    run = successor(context.engine.runs, run_id)
    if run is None or not run.is_open:
        raise Refused(404, f"workflow run {run_id} not found")
    call = {
        "method": request.method,
        "header": canonical(dict(request.headers.items())),
        "body": base64.b64encode(await request.body()).decode(),
        "proto": request.url.scheme,
        "host": request.headers.get("host", ""),
        "url": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }
    context.engine.notify(event_id, json.dumps(call).encode(), run.id)
    context.poke()
    return JSONResponse({})


ROUTES: tuple[Route, ...] = (
    ("POST", "/v2/wait/{event_id:path}", wait),
    ("POST", "/v2/notify/{event_id:path}", notify),
    ("GET", "/v2/waiters/{event_id:path}", waiters),
)
