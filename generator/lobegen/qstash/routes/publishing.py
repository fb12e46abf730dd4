"""`/v2/publish` and `/v2/batch`."""

from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.headers import lower
from lobegen.qstash.message import Publication
from lobegen.qstash.publisher import Accepted
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, raw_rest, read_json


async def publish(context: Context, request: Request) -> Response:
    """One message; destination in the path, control headers on the request itself."""
    destination = raw_rest(request, "/v2/publish/")
    if "://" not in destination:
        destination = unquote(destination)
    if query := request.scope["query_string"].decode("latin-1"):
        destination = f"{destination}?{query}"
    body = await request.body()
    (accepted,) = context.engine.publish([Publication(destination, lower(request.headers.items()), body)])
    context.poke()
    return JSONResponse(_answer(accepted))


async def batch(context: Context, request: Request) -> Response:
    """Many messages, accepted in order, all or none."""
    items = await read_json(request)
    if not isinstance(items, list):
        raise Refused(400, "a batch is a JSON array of messages")
    accepted = context.engine.publish([_read_item(item, number) for number, item in enumerate(items)])
    context.poke()
    return JSONResponse([_answer(one) for one in accepted])


def _read_item(item: object, number: int) -> Publication:
    if not isinstance(item, dict) or not isinstance(item.get("destination"), str):
        raise Refused(400, f"message {number} of the batch has no destination")
    headers, body = item.get("headers") or {}, item.get("body")
    if not isinstance(headers, dict) or not isinstance(body, str | None):
        raise Refused(400, f"message {number} of the batch: headers must be an object and body a string")
    named = [
        (str(name), str(value[0] if isinstance(value, list) and value else value)) for name, value in headers.items()
    ]
    return Publication(item["destination"], lower(named), (body or "").encode())


def _answer(accepted: Accepted) -> dict[str, object]:
    answer: dict[str, object] = {"messageId": accepted.message_id}
    return answer | {"deduplicated": True} if accepted.deduplicated else answer
