"""The fault on the publishing side: messages are accepted, and the sender never hears of it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lobegen.qstash.faults.kinds import Fault, Faults
from lobegen.qstash.publishing.headers import lower

_PUBLISHING = ("/v2/batch", "/v2/publish/", "/v2/trigger/")
#: After so many answers that were withheld, the same request gets one: clients try six times
_MOST_IN_A_ROW = 2
_RUN_ID = "upstash-workflow-runid"

Peer: TypeAlias = tuple[str, int]


class UnconfirmedPublishing:
    """An ASGI application around that of the local QStash, which now and then hangs up instead of answering.

    Args:
        app: The application.
        faults: How often.
        hang_up: Closes the connection of a client.
        tell: Is told the run's id, or an empty text.
    """

    def __init__(
        self, app: ASGIApp, faults: Faults, hang_up: Callable[[Peer], None], tell: Callable[[str], None]
    ) -> None:
        self._app = app
        self._faults = faults
        self._hang_up = hang_up
        self._tell = tell
        #: how often the answer to a request was withheld, by its digest
        self._withheld: dict[bytes, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_publish = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(_PUBLISHING)
        if not is_publish or not self._faults.rates.get(Fault.UNCONFIRMED):
            await self._app(scope, receive, send)
            return
        parts: list[bytes] = []
        is_silent = False

        async def listen() -> Message:
            message = await receive()
            parts.append(message.get("body", b""))
            return message

        async def answer(message: Message) -> None:
            nonlocal is_silent
            if message["type"] == "http.response.start" and message["status"] < 300:
                is_silent = self._is_withheld(_messages(scope, b"".join(parts)))
            if not is_silent:
                await send(message)

        await self._app(scope, listen, answer)
        if is_silent:
            self._tell(_messages(scope, b"".join(parts))[0][0])
            self._hang_up(scope["client"])
            # the connection must be gone before the server sees a request without an answer
            await asyncio.sleep(0.001)

    def _is_withheld(self, messages: Sequence[tuple[str, str]]) -> bool:
        digest = blake2b(repr(messages).encode(), digest_size=16).digest()
        before = self._withheld.pop(digest, 0)
        if before >= _MOST_IN_A_ROW or not self._faults.hits(Fault.UNCONFIRMED, digest.hex(), before):
            return False
        self._withheld[digest] = before + 1
        return True


def _messages(scope: Scope, body: bytes) -> list[tuple[str, str]]:
    """Run id and body of each message: what is the same when a program runs again, which headers are not."""
    if scope["path"] != "/v2/batch":
        named = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        return [(lower(named).get(_RUN_ID, ""), body.decode("latin-1"))]
    items = json.loads(body)
    headers = [lower((str(name), str(value)) for name, value in (item.get("headers") or {}).items()) for item in items]
    found = [(own.get(_RUN_ID, ""), str(item.get("body"))) for own, item in zip(headers, items, strict=True)]
    return found or [("", "")]
