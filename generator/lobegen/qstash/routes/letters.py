"""`/v2/dlq`: the dead letter queue."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, page_size, page_start


async def listing(context: Context, request: Request) -> Response:
    """Dead letters, the newest first."""
    start, size = page_start(request), page_size(request)
    found = [
        letter for letter in reversed(context.engine.dead_letters.values()) if letter.matches(request.query_params)
    ]
    cursor = str(start + size) if start + size < len(found) else ""
    return JSONResponse({"messages": [letter.view() for letter in found[start : start + size]], "cursor": cursor})


async def one(context: Context, request: Request) -> Response:
    """A single dead letter."""
    letter = context.engine.dead_letters.get(request.path_params["letter_id"])
    if letter is None:
        raise Refused(404, f"dlqId {request.path_params['letter_id']} not found")
    return JSONResponse(letter.view())


async def delete(context: Context, request: Request) -> Response:
    """Forget dead letters, by their ids."""
    ids = request.query_params.getlist("dlqIds")
    found = [letter_id for letter_id in ids if context.engine.dead_letters.pop(letter_id, None)]
    return JSONResponse({"deleted": len(found)})
