"""`/v2/queues`: queues, one by one delivered."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.planning.queues import Queue, check_name
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, read_json


async def upsert(context: Context, request: Request) -> Response:
    """Make or change a queue."""
    asked = await read_json(request)
    if not isinstance(asked, dict):
        raise Refused(400, "the body must be a JSON object")
    name, parallelism = check_name(str(asked.get("queueName", "")), "queueName"), asked.get("parallelism", 1)
    if not isinstance(parallelism, int) or isinstance(parallelism, bool) or parallelism < 1:
        raise Refused(400, f"parallelism must be a whole number from 1, not {parallelism!r}")
    is_paused = asked.get("paused")
    return _changed(context, name, parallelism, is_paused if isinstance(is_paused, bool) else None)


async def listing(context: Context, _: Request) -> Response:
    """All queues."""
    return JSONResponse([_view(context, queue) for queue in context.engine.outbox.queues.all.values()])


async def one(context: Context, request: Request) -> Response:
    """A single queue."""
    name = _name(request)
    queue = context.engine.outbox.queues.all.get(name)
    if queue is None:
        raise Refused(404, f"queue {name} not found")
    return JSONResponse(_view(context, queue))


async def delete(context: Context, request: Request) -> Response:
    """Forget a queue, and the messages that wait in it."""
    context.engine.outbox.close_queue(_name(request))
    return JSONResponse({})


async def pause(context: Context, request: Request) -> Response:
    """Hold what is in the queue, and what comes."""
    return _changed(context, _name(request), None, True)


async def resume(context: Context, request: Request) -> Response:
    """Deliver again, the oldest first."""
    return _changed(context, _name(request), None, False)


def _changed(context: Context, name: str, parallelism: int | None, is_paused: bool | None) -> Response:
    outbox = context.engine.outbox
    outbox.queues.upsert(name, context.engine.clock.now(), parallelism, is_paused)
    outbox.call_up(name)
    context.poke()
    return JSONResponse({})


def _name(request: Request) -> str:
    return check_name(request.path_params["name"], "the queue's name")


def _view(context: Context, queue: Queue) -> dict[str, object]:
    return {
        "name": queue.name,
        "parallelism": queue.parallelism,
        "paused": queue.is_paused,
        "createdAt": queue.created_at,
        "updatedAt": queue.updated_at,
        "lag": context.engine.outbox.queues.lag(queue.name),
    }


ROUTES: tuple[Route, ...] = (
    ("POST", "/v2/queues", upsert),
    ("POST", "/v2/queues/", upsert),
    ("GET", "/v2/queues", listing),
    ("GET", "/v2/queues/{name}", one),
    ("DELETE", "/v2/queues/{name}", delete),
    ("POST", "/v2/queues/{name}/pause", pause),
    ("POST", "/v2/queues/{name}/resume", resume),
)
