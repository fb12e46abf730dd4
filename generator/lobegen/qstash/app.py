"""The endpoints that the SDKs call (facts: QStash wire protocol 1)."""

import hmac
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from lobegen.errors import LobegenError
from lobegen.qstash.credentials import KeyRing
from lobegen.qstash.engine import Engine
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes import events, flow_control, keys, letters, publishing, runs
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
)


def create_app(engine: Engine, scheduler: Scheduler, ring: KeyRing) -> "FastAPI":
    """The application; every request carries the token except `GET /`."""
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    context, token = Context(engine, scheduler.poke, ring), ring.credentials.token

    async def unknown(_: Context, request: Request) -> Response:
        raise Refused(404, f"{request.method} {request.url.path} is not served by the local QStash")

    async def hello(_: Request) -> Response:
        return PlainTextResponse("The local QStash of lobegen is running.\n")

    for method, path, handler in ROUTES:
        app.add_route(path, _guarded(handler, context, token), methods=[method])
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_route("/", hello, methods=["GET"])
    # whoever knows the address of a webhook may call it
    app.add_route(events.WEBHOOK, _open(events.webhook, context), methods=methods)
    app.add_route("/{path:path}", _guarded(unknown, context, token), methods=methods)
    return app


def _open(handler: Handler, context: Context) -> Callable[[Request], Awaitable[Response]]:
    """Call the handler and answer refusals as JSON; a fault of ours is not hidden."""

    async def opened(request: Request) -> Response:
        try:
            answer = await handler(context, request)
            await context.commit()
            return answer
        except Refused as refusal:
            status, message = refusal.status, refusal.message
        except LobegenError as error:
            # the scheduler comes upon it too, and ends the server
            context.poke()
            status, message = 500, str(error)
        except Exception as error:
            traceback.print_exc()
            status, message = 500, f"a fault of the local QStash: {type(error).__name__}: {error}"
        context.engine.observer.refused(status, message)
        return JSONResponse({"error": message}, status_code=status)

    return opened


def _guarded(handler: Handler, context: Context, token: str) -> Callable[[Request], Awaitable[Response]]:
    """The same for who carries the token."""
    expected = f"Bearer {token}".encode()

    async def guarded(given: Context, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise Refused(401, "invalid token: set QSTASH_TOKEN to the token that the local QStash printed")
        return await handler(given, request)

    return _open(guarded, context)
