"""`/v2/flowControl` and `/v2/globalParallelism`: what flow-control keys do, and what was said for them by hand."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.planning.flow_control import Gate, Override, check_key
from lobegen.qstash.publishing.durations import WEEK
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route


async def listing(context: Context, _: Request) -> Response:
    """All keys that are in use, paused or pinned; one that is out of use for long is forgotten."""
    return JSONResponse([_view(context, key) for key in context.engine.outbox.dispatcher.gates])


async def one(context: Context, request: Request) -> Response:
    """A single key."""
    key = _key(request)
    if key not in context.engine.outbox.dispatcher.gates:
        raise Refused(404, f"flow control key {key} not found")
    return JSONResponse(_view(context, key))


async def pause(context: Context, request: Request) -> Response:
    """Hold the deliveries of a key; what is in flight goes on."""
    return _override(context, request, replace(_gate(context, request).override, is_paused=True))


async def resume(context: Context, request: Request) -> Response:
    """Deliver again."""
    return _override(context, request, replace(_gate(context, request).override, is_paused=False))


async def pin(context: Context, request: Request) -> Response:
    """Let limits hold whatever messages ask for; the window of the rate begins anew."""
    parallelism, rate, period = (_number(request, name) for name in ("parallelism", "rate", "period"))
    if parallelism is None and rate is None:
        raise Refused(400, "pin needs at least one of parallelism and rate")
    override = _gate(context, request).override
    if parallelism is not None:
        override = replace(override, parallelism=parallelism)
    if rate is not None:
        override = replace(override, rate=rate, period=(period or 1) * 1000)
    if override.period > WEEK:
        raise Refused(400, "period must be at most a week")
    answer = _override(context, request, override)
    context.engine.outbox.dispatcher.reset_rate(_key(request), context.engine.clock.now())
    return answer


async def unpin(context: Context, request: Request) -> Response:
    """Let messages say again what holds."""
    override = _gate(context, request).override
    if request.query_params.get("parallelism", "").lower() == "true":
        override = replace(override, parallelism=None)
    if request.query_params.get("rate", "").lower() == "true":
        override = replace(override, rate=None, period=Override().period)
    return _override(context, request, override)


async def reset_rate(context: Context, request: Request) -> Response:
    """Begin a new window of the rate now."""
    context.engine.outbox.dispatcher.reset_rate(_key(request), context.engine.clock.now())
    context.poke()
    return JSONResponse({})


async def global_parallelism(context: Context, _: Request) -> Response:
    """Deliveries in flight over all keys, and how many there may be."""
    outbox = context.engine.outbox
    return JSONResponse({"parallelismMax": outbox.dispatcher.limit, "parallelismCount": outbox.in_flight})


def _override(context: Context, request: Request, override: Override) -> Response:
    context.engine.outbox.dispatcher.override(_key(request), override, context.engine.clock.now())
    context.poke()
    return JSONResponse({})


def _gate(context: Context, request: Request) -> Gate:
    return context.engine.outbox.dispatcher.gates.get(_key(request), Gate())


def _key(request: Request) -> str:
    try:
        return check_key(str(request.path_params["key"]))
    except ValueError as error:
        raise Refused(400, str(error)) from None


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if text and (not text.isdecimal() or int(text) < 1):
        raise Refused(400, f"{name} must be a whole number from 1, not {text!r}")
    return int(text) if text else None


def _view(context: Context, key: str) -> dict[str, object]:
    """A key as the REST API shows it: times in seconds, 0 for what is not limited."""
    gate, now = context.engine.outbox.dispatcher.gates[key], context.engine.clock.now()
    limits, is_running = gate.limits(), now < gate.window.end
    return {
        "flowControlKey": key,
        "waitListSize": gate.waiting,
        "parallelismMax": limits.parallelism or 0,
        "parallelismCount": gate.running,
        "rateMax": limits.rate or 0,
        "rateCount": gate.window.used if is_running and limits.rate else 0,
        "ratePeriod": limits.period // 1000 if limits.rate else 0,
        "ratePeriodStart": (gate.window.end - limits.period) // 1000 if is_running and limits.rate else 0,
        "isPaused": gate.override.is_paused,
        "isPinnedParallelism": gate.override.parallelism is not None,
        "isPinnedRate": gate.override.rate is not None,
    }


ROUTES: tuple[Route, ...] = (
    ("GET", "/v2/flowControl", listing),
    ("GET", "/v2/flowControl/{key}", one),
    ("POST", "/v2/flowControl/{key}/pause", pause),
    ("POST", "/v2/flowControl/{key}/resume", resume),
    ("POST", "/v2/flowControl/{key}/pin", pin),
    ("POST", "/v2/flowControl/{key}/unpin", unpin),
    ("POST", "/v2/flowControl/{key}/resetRate", reset_rate),
    ("GET", "/v2/globalParallelism", global_parallelism),
)
