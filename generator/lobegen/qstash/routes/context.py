"""What every handler is given."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from lobegen.qstash.credentials import KeyRing
from lobegen.qstash.engine import Engine
from lobegen.qstash.refusal import Refused


@dataclass(frozen=True, slots=True)
class Context:
    """The engine, how to wake the scheduler after a change, and the credentials."""

    engine: Engine
    poke: Callable[[], None]
    keys: KeyRing

    async def commit(self) -> None:
        """Keep what was done, before the answer says so.

        Raises:
            LobegenError: The store cannot be written.
        """
        if self.engine.store.has_changes:
            # after a turn of the loop: requests that came together, and the deliveries they cause, share a commit
            await asyncio.sleep(0)
            self.engine.commit()


Handler: TypeAlias = Callable[[Context, Request], Awaitable[Response]]
#: method, path, handler
Route: TypeAlias = tuple[str, str, Handler]


async def read_json(request: Request) -> object:
    """The body as JSON.

    Raises:
        Refused: 400 when it is none.
    """
    try:
        parsed: object = json.loads(await request.body())
    except ValueError as error:
        raise Refused(400, f"the body is no JSON: {error}") from None
    return parsed


async def ids_in_body(request: Request, name: str) -> list[str]:
    """The ids that Python's client sends in the body of a `DELETE`; none when there is no body.

    Raises:
        Refused: 400 when the body holds something else.
    """
    if not await request.body():
        return []
    asked = await read_json(request)
    ids = asked.get(name) if isinstance(asked, dict) else None
    if not isinstance(ids, list):
        raise Refused(400, f"the body must be a JSON object with {name}")
    return [str(each) for each in ids]


def raw_rest(request: Request, prefix: str) -> str:
    """The path behind `prefix`, byte for byte: `//` stays, nothing is unescaped."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0].removeprefix(prefix)


def page_size(request: Request, default: int = 100) -> int:
    """The `count` of a listing.

    Raises:
        Refused: 400 when it is no number from 1.
    """
    text = request.query_params.get("count", str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, f"count must be a whole number from 1, not {text!r}")
    return int(text)


def page_start(request: Request) -> int:
    """The `cursor` of a listing: how many elements came before."""
    text = request.query_params.get("cursor") or "0"
    if not text.isdecimal():
        raise Refused(400, f"cursor {text!r} does not come from this server")
    return int(text)
