"""`/v2/wait`, `/v2/notify` and `/v2/waiters`."""

from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, raw_rest, read_json


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
