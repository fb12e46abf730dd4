"""Delivery over HTTP."""

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lobegen.qstash.headers import lower
from lobegen.qstash.message import Answer, Outbound
from lobegen.qstash.signature import sign

if TYPE_CHECKING:
    import httpx

#: Seconds; the longest HTTP response time of the pay-as-you-go plan
RESPONSE_TIMEOUT = 7200.0
#: Seconds; shorter than the idle time-out of Node and uvicorn (5), or a reused connection may be closed under us
_KEEP_ALIVE = 2.0


class Transport:
    """An HTTP client that signs what it sends; use as an async context manager.

    Args:
        signing_key: The current key.
    """

    def __init__(self, signing_key: str) -> None:
        import httpx

        self._signing_key = signing_key
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=_KEEP_ALIVE)
        self._client = httpx.AsyncClient(limits=limits, timeout=None, trust_env=False, follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def deliver(self, request: Outbound) -> Answer:
        """Make one attempt; what goes wrong on the way is an answer with status 0."""
        import httpx

        headers = dict(request.headers)
        headers["upstash-signature"] = sign(self._signing_key, request.url, request.body)
        timeout = request.attempt.message.timeout or RESPONSE_TIMEOUT
        try:
            async with asyncio.timeout(timeout):
                response = await self._send(request, headers)
        except TimeoutError:
            return Answer(0, error=f"no answer within {timeout:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return Answer(0, error=f"{type(error).__name__}: {error}")
        answered = lower(response.headers.items())
        for name in ("content-encoding", "content-length") if "content-encoding" in answered else ():
            answered.pop(name, None)
        return Answer(response.status_code, answered, response.content)

    async def _send(self, request: Outbound, headers: dict[str, str]) -> "httpx.Response":
        """Header values may hold any text; HTTP carries bytes."""
        encoded = [(name.encode("ascii", "ignore"), value.encode("utf-8")) for name, value in headers.items()]
        content = request.body if request.body or request.method not in ("GET", "HEAD") else None
        return await self._client.request(request.method, request.url, headers=encoded, content=content)
