"""`/v2/keys`: the signing keys."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.routes.context import Context, Route


async def signing_keys(context: Context, _: Request) -> Response:
    """The current and the next key."""
    credentials = context.keys.credentials
    return JSONResponse({"current": credentials.current_signing_key, "next": credentials.next_signing_key})


async def roll(context: Context, request: Request) -> Response:
    """Sign with what was the next key from here on."""
    context.keys.roll()
    return await signing_keys(context, request)


ROUTES: tuple[Route, ...] = (("GET", "/v2/keys", signing_keys), ("POST", "/v2/keys/rotate", roll))
