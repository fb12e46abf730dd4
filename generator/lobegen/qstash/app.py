"""The endpoints that the SDKs call (facts: QStash wire protocol 1)."""

import hmac
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.errors import LobegenError
from lobegen.qstash.credentials import Credentials, KeyRing
from lobegen.qstash.engine import Engine
from lobegen.qstash.page.guard import is_private_name
from lobegen.qstash.page.routes import PageRoutes
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes import events, flow_control, keys, letters, messages, publishing, queues, runs, schedules
from lobegen.qstash.routes.context import Context, Handler, Route
from lobegen.qstash.scheduler import Scheduler

if TYPE_CHECKING:
    from fastapi import FastAPI


ROUTES: tuple[Route, ...] = (
    *publishing.ROUTES,
    *runs.ROUTES,
    *events.ROUTES,
    *letters.ROUTES,
    *flow_control.ROUTES,
    *keys.ROUTES,
    *queues.ROUTES,
    *messages.ROUTES,
    *schedules.ROUTES,
)


def create_app(
    engine: Engine, scheduler: Scheduler, ring: KeyRing, is_stopping: Callable[[], bool] = lambda: False
) -> "FastAPI":
    """The application; every request carries the token, but for the page's files and calls of webhooks."""
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    context, credentials = Context(engine, scheduler.poke, ring), ring.credentials

    async def unknown(_: Context, request: Request) -> Response:
        raise Refused(404, f"{request.method} {request.url.path} is not served by the local QStash")

    page = PageRoutes(context, scheduler, is_stopping, credentials.token if credentials.is_public else "")
    for method, path, handler in (*ROUTES, *page.table()):
        app.add_route(path, _guarded(handler, context, credentials), methods=[method])
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_route("/", page.front, methods=["GET"])
    app.add_route("/ui/{name}", page.asset, methods=["GET"])
    # whoever knows the address of a webhook may call it
    app.add_route(events.WEBHOOK, _open(events.webhook, context), methods=methods)
    app.add_route("/{path:path}", _guarded(unknown, context, credentials), methods=methods)
    return app


def _open(handler: Handler, context: Context) -> Callable[[Request], Awaitable[Response]]:
    """Call the handler and answer refusals as JSON; a fault of ours is not hidden."""

    async def opened(request: Request) -> Response:
        headers: Mapping[str, str] | None = None
        try:
            answer = await handler(context, request)
            await context.commit()
            return answer
        except Refused as refusal:
            status, message, headers = refusal.status, refusal.message, refusal.headers
        except LobegenError as error:
            # the scheduler comes upon it too, and ends the server
            context.poke()
            status, message = 500, str(error)
        except Exception as error:
            traceback.print_exc()
            status, message = 500, f"a fault of the local QStash: {type(error).__name__}: {error}"
        context.engine.observer.refused(status, message)
        return JSONResponse({"error": message}, status_code=status, headers=headers)

    return opened


def _guarded(handler: Handler, context: Context, credentials: Credentials) -> Callable[[Request], Awaitable[Response]]:
    """The same for who carries the token. One that everybody knows must come under a name that nobody can take."""
    expected, is_public = f"Bearer {credentials.token}".encode(), credentials.is_public

    async def guarded(given: Context, request: Request) -> Response:
        if is_public and not is_private_name(host := request.headers.get("host", "")):
            raise Refused(403, f"{host!r} could be anybody's name: ask localhost, or give the server a --token")
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise Refused(401, "invalid token: set QSTASH_TOKEN to the token that the local QStash printed")
        return await handler(given, request)

    return _open(guarded, context)
