"""`/v2/messages`: messages on their way."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.message import Attempt, Message
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, ids_in_body, page_size
from lobegen.qstash.routes.selection import Filters, given
from lobegen.qstash.views.message import message_view

_FILTERS: Filters[Message] = Filters(
    {
        "url": lambda message: [message.destination],
        "host": lambda message: [urlsplit(message.destination).netloc, urlsplit(message.destination).hostname or ""],
        "path": lambda message: [urlsplit(message.destination).path],
        "label": lambda message: message.labels,
        "queueName": lambda message: [message.queue],
        "scheduleId": lambda message: [message.schedule],
        "flowControlKey": lambda message: [message.flow.key] if message.flow else [],
        "callerIp": lambda message: ["127.0.0.1"],
    },
    lambda message: message.created_at,
)


async def one(context: Context, request: Request) -> Response:
    """A message that is not delivered yet."""
    return JSONResponse(message_view(_attempt(context, request).message))


async def cancel_one(context: Context, request: Request) -> Response:
    """Take a message back; it may be too late for one in flight, which then has no consequences."""
    attempt = _attempt(context, request)
    if attempt.message.run_id:
        raise Refused(400, f"message {attempt.message.id} is of a workflow run: cancel {attempt.message.run_id}")
    context.engine.outbox.drop(attempt)
    context.poke()
    return JSONResponse({"cancelled": 1})


async def cancel(context: Context, request: Request) -> Response:
    """Take messages back: those named, in the query or (Python's client) in the body, or all that fit the filters."""
    named = given(request.query_params, "messageIds") or set(await ids_in_body(request, "messageIds"))
    plain = [attempt.message for attempt in context.engine.outbox.messages.values() if not attempt.message.run_id]
    if named:
        chosen = [message for message in plain if message.id in named]
    else:
        chosen = _FILTERS.select(plain, request.query_params)
        chosen = chosen[: page_size(request, default=len(chosen) or 1)]
    for message in chosen:
        context.engine.outbox.drop(context.engine.outbox.messages[message.id])
    context.poke()
    return JSONResponse({"cancelled": len(chosen)})


def _attempt(context: Context, request: Request) -> Attempt:
    message_id = request.path_params["message_id"]
    attempt = context.engine.outbox.messages.get(message_id)
    if attempt is None:
        raise Refused(404, f"message {message_id} not found")
    return attempt


ROUTES: tuple[Route, ...] = (
    ("GET", "/v2/messages/{message_id}", one),
    ("DELETE", "/v2/messages/{message_id}", cancel_one),
    ("DELETE", "/v2/messages", cancel),
)
