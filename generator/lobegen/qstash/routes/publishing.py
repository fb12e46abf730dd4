"""`/v2/publish`, `/v2/batch` and `/v2/trigger`."""

from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.delivery.first_answer import BY_REST
from lobegen.qstash.message import Publication
from lobegen.qstash.ports import random_id
from lobegen.qstash.publishing.headers import lower
from lobegen.qstash.publishing.publisher import Accepted
from lobegen.qstash.publishing.triggering import trigger_headers
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, raw_rest, read_json


async def publish(context: Context, request: Request) -> Response:
    """One message; destination in the path, control headers on the request itself."""
    (accepted,) = context.engine.publish([await read_request(request, "/v2/publish/")])
    context.poke()
    return JSONResponse(_answer(accepted), status_code=202 if accepted.deduplicated else 200)


async def enqueue(context: Context, request: Request) -> Response:
    """One message into a queue: the queue's name stands before the destination."""
    queue = raw_rest(request, "/v2/enqueue/").partition("/")[0]
    asked = await read_request(request, f"/v2/enqueue/{queue}/")
    headers = {**asked.headers, "upstash-queue-name": unquote(queue)}
    (accepted,) = context.engine.publish([Publication(asked.destination, headers, asked.body)])
    context.poke()
    return JSONResponse(_answer(accepted), status_code=202 if accepted.deduplicated else 200)


async def trigger(context: Context, request: Request) -> Response:
    """Start a run without an SDK: the same, with the workflow's headers added here."""
    asked = await read_request(request, "/v2/trigger/")
    (accepted,) = context.engine.publish([_as_trigger(asked)])
    context.poke()
    return JSONResponse(_started(context, accepted))


async def trigger_many(context: Context, request: Request) -> Response:
    """Start several runs without an SDK."""
    items = _as_list(await read_json(request))
    accepted = context.engine.publish([_as_trigger(_read_item(item, number)) for number, item in enumerate(items)])
    context.poke()
    return JSONResponse([_started(context, one) for one in accepted], status_code=201)


async def batch(context: Context, request: Request) -> Response:
    """Many messages, accepted in order, all or none."""
    items = _as_list(await read_json(request))
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
        (str(name), str(value[0] if isinstance(value, list) and value else value))
        for name, value in headers.items()
        if value is not None
    ]
    if isinstance(queue := item.get("queue"), str):
        named.append(("Upstash-Queue-Name", queue))
    return Publication(item["destination"], lower(named), (body or "").encode("utf-8", "replace"))


def _answer(accepted: Accepted) -> dict[str, object]:
    return {"messageId": accepted.message_id} | _mark(accepted)


def _mark(accepted: Accepted) -> dict[str, object]:
    return {"deduplicated": True} if accepted.deduplicated else {}


def _as_list(items: object) -> list[object]:
    if not isinstance(items, list):
        raise Refused(400, "a batch is a JSON array of messages")
    return items


async def read_request(request: Request, prefix: str) -> Publication:
    """A message whose destination stands in the path, and whose headers are the request's own."""
    destination = raw_rest(request, prefix)
    if "://" not in destination:
        destination = unquote(destination)
    if query := request.scope["query_string"].decode("latin-1"):
        destination = f"{destination}?{query}"
    return Publication(destination, lower(request.headers.items()), await request.body())


def _as_trigger(asked: Publication) -> Publication:
    """A message that starts a run, as an SDK's client would have sent it (facts: QStash wire protocol 1, 2.7)."""
    headers = dict(asked.headers)
    run_id = headers.get("upstash-workflow-runid") or random_id("wfr")
    headers |= trigger_headers(asked.destination, run_id if run_id.startswith("wfr_") else f"wfr_{run_id}")
    headers[BY_REST] = "true"
    if "upstash-workflow-unknown-sdk" in headers:
        headers["upstash-forward-upstash-workflow-unknown-sdk"] = headers["upstash-workflow-unknown-sdk"]
    return Publication(asked.destination, headers, asked.body)


def _started(context: Context, accepted: Accepted) -> dict[str, object]:
    created = context.engine.began(accepted.run_id)
    return {"workflowRunId": accepted.run_id, "workflowCreatedAt": created} | _mark(accepted)


ROUTES: tuple[Route, ...] = (
    ("POST", "/v2/publish/{destination:path}", publish),
    ("POST", "/v2/enqueue/{destination:path}", enqueue),
    ("POST", "/v2/batch", batch),
    ("POST", "/v2/trigger/{destination:path}", trigger),
    ("POST", "/v2/batch/trigger", trigger_many),
)
