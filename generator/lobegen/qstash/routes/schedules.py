"""`/v2/schedules`: messages that are sent again and again."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.message import Headers
from lobegen.qstash.planning.flow_control import parse_flow_control
from lobegen.qstash.planning.retry import DEFAULT_RETRIES
from lobegen.qstash.planning.schedules import Schedule
from lobegen.qstash.publishing.durations import parse_duration
from lobegen.qstash.publishing.headers import canonical, forwarded
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route
from lobegen.qstash.routes.publishing import read_request
from lobegen.qstash.views.message import flow_view, labels_view, text_or_base64


async def create(context: Context, request: Request) -> Response:
    """Make or change a schedule; destination in the path, `Upstash-Cron` among the headers."""
    schedule = context.engine.schedules.create(await read_request(request, "/v2/schedules/"))
    context.poke()
    return JSONResponse({"scheduleId": schedule.id})


async def listing(context: Context, _: Request) -> Response:
    """All schedules."""
    return JSONResponse([_view(context, schedule) for schedule in context.engine.schedules.all.values()])


async def one(context: Context, request: Request) -> Response:
    """A single schedule."""
    return JSONResponse(_view(context, _named(context, request)))


async def delete(context: Context, request: Request) -> Response:
    """Forget a schedule."""
    context.engine.schedules.delete(_named(context, request))
    return JSONResponse({})


async def pause(context: Context, request: Request) -> Response:
    """Let its times pass."""
    context.engine.schedules.pause(_named(context, request))
    return JSONResponse({})


async def resume(context: Context, request: Request) -> Response:
    """Let it fire again."""
    context.engine.schedules.resume(_named(context, request))
    context.poke()
    return JSONResponse({})


async def fire(context: Context, request: Request) -> Response:
    """Send its message now; this is the local QStash's own, QStash has no such endpoint."""
    accepted = context.engine.schedules.fire(_named(context, request))
    context.poke()
    return JSONResponse({"messageId": accepted.message_id if accepted else ""})


def _named(context: Context, request: Request) -> Schedule:
    schedule_id = request.path_params["schedule_id"]
    schedule = context.engine.schedules.all.get(schedule_id)
    if schedule is None:
        raise Refused(404, f"schedule {schedule_id} not found")
    return schedule


def _view(context: Context, schedule: Schedule) -> dict[str, object]:
    """A schedule as the REST API shows it: moments in milliseconds, lengths of time in seconds."""
    headers = schedule.headers
    own = {"content-type": headers["content-type"]} if "content-type" in headers else {}
    view: dict[str, object] = {
        "scheduleId": schedule.id,
        "cron": schedule.cron,
        "createdAt": schedule.created_at,
        "destination": schedule.destination,
        "method": headers.get("upstash-method", "POST").upper(),
        "header": canonical(own | forwarded(headers)),
        "retries": int(headers.get("upstash-retries") or DEFAULT_RETRIES),
        "callerIP": "127.0.0.1",
        "isPaused": schedule.is_paused,
        "nextScheduleTime": schedule.next_at,
    }
    labels = [label for label in headers.get("upstash-label", "").split(",") if label]
    view |= text_or_base64("body", schedule.body) | labels_view(labels) | _optional(headers) | _last(context, schedule)
    if key := headers.get("upstash-flow-control-key"):
        view |= flow_view(parse_flow_control(key, headers.get("upstash-flow-control-value", "")))
    return view


def _optional(headers: Headers) -> dict[str, object]:
    texts = {
        "callback": headers.get("upstash-callback"),
        "failureCallback": headers.get("upstash-failure-callback"),
        "queueName": headers.get("upstash-queue-name"),
        "retryDelayExpression": headers.get("upstash-retry-delay"),
    }
    times = {name: headers.get(f"upstash-{name}") for name in ("delay", "timeout")}
    seconds: dict[str, object] = {name: parse_duration(text) // 1000 for name, text in times.items() if text}
    return seconds | {name: text for name, text in texts.items() if text}


def _last(context: Context, schedule: Schedule) -> dict[str, object]:
    """When it fired last, and what became of the message."""
    if not schedule.fired_at:
        return {}
    view: dict[str, object] = {"lastScheduleTime": schedule.fired_at}
    if schedule.message_id:
        letters = context.engine.dead_letters.values()
        is_lost = any(letter.attempt.message.id == schedule.message_id for letter in letters)
        is_open = schedule.message_id in context.engine.outbox.messages
        state = "IN_PROGRESS" if is_open else "FAIL" if is_lost else "SUCCESS"
        view["lastScheduleStates"] = {schedule.message_id: state}
    return view


ROUTES: tuple[Route, ...] = (
    ("GET", "/v2/schedules", listing),
    ("GET", "/v2/schedules/{schedule_id}", one),
    ("DELETE", "/v2/schedules/{schedule_id}", delete),
    ("POST", "/v2/schedules/{schedule_id}/pause", pause),
    ("PATCH", "/v2/schedules/{schedule_id}/pause", pause),
    ("POST", "/v2/schedules/{schedule_id}/resume", resume),
    ("PATCH", "/v2/schedules/{schedule_id}/resume", resume),
    ("POST", "/v2/schedules/{schedule_id}/fire", fire),
    ("POST", "/v2/schedules/{destination:path}", create),
)
