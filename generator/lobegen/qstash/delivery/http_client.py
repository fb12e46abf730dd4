"""A small HTTP/1.1 client that keeps connections: all a delivery needs, and no more per request than it must cost."""

import asyncio
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import cast
from urllib.parse import quote, urlsplit

from lobegen.qstash.delivery.http_answer import AnswerReader, MalformedAnswerError, Response

#: Seconds; shorter than the idle time-out of Node and uvicorn (5), or a kept connection may be closed under us
_IDLE = 2.0
#: Seconds
_CONNECT = 10.0
_SAFE_IN_TARGET = "%/:?#[]@!$&'()*+,;=~-._"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Origin = tuple[str, str, int]


class NoAnswerError(Exception):
    """The server could not be reached, or what it sent is no HTTP."""


class _Connection(asyncio.Protocol):
    """One exchange after another."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.idle_since = 0.0
        #: whether anything came of the answer that is waited for
        self.has_answered = False
        self._reader = AnswerReader("")
        self._answer: asyncio.Future[Response] | None = None

    @property
    def is_usable(self) -> bool:
        return time.monotonic() - self.idle_since < _IDLE and not self.transport.is_closing()

    @property
    def is_finished(self) -> bool:
        """Whether no other exchange may follow."""
        return self._reader.is_last or self.transport.is_closing()

    async def exchange(self, method: str, request: bytes) -> Response:
        self._reader = AnswerReader(method)
        self.has_answered = False
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is no subclass
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            # nobody has asked for this
            self.transport.close()
        else:
            self.has_answered = True
            self._settle(self._answer, data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is None or self._answer.done():
            return
        if error is not None:
            self._answer.set_exception(error)
        else:
            self._settle(self._answer, None)

    def _settle(self, answer: asyncio.Future[Response], data: bytes | None) -> None:
        try:
            response = self._reader.close() if data is None else self._reader.feed(data)
        except MalformedAnswerError as error:
            answer.set_exception(error)
        else:
            if response is not None:
                answer.set_result(response)


class HttpClient:
    """Keeps connections by origin. For one event loop."""

    def __init__(self) -> None:
        self._idle: defaultdict[Origin, list[_Connection]] = defaultdict(list)

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """One request; no redirect is followed, nothing is decompressed.

        It is sent twice only when a kept connection is closed before the first byte of an answer: servers close idle
        connections at any time, and a busy one does so with a request unread (Node does after 5 seconds).

        Args:
            method: Such as `POST`.
            url: `http` or `https`; the path is sent as written.
            headers: Without `host` and `content-length`.
            body: Byte for byte.

        Raises:
            NoAnswerError: With the reason in a few words.
        """
        try:
            origin, host, target = _address(url)
            content = _head(method, target, host, headers, body) + body
            connection = self._kept(origin)
            if connection is not None:
                try:
                    return await self._exchange(origin, connection, method, content)
                except (OSError, MalformedAnswerError):
                    if connection.has_answered:
                        raise
            return await self._exchange(origin, await _connect(origin), method, content)
        except (OSError, ValueError, MalformedAnswerError) as error:
            raise NoAnswerError(_reason(error)) from None

    def close(self) -> None:
        """Close the connections that are kept."""
        for connections in self._idle.values():
            for connection in connections:
                connection.transport.close()
        self._idle.clear()

    async def _exchange(self, origin: Origin, connection: _Connection, method: str, content: bytes) -> Response:
        is_kept = False
        try:
            response = await connection.exchange(method, content)
            is_kept = self._keep(origin, connection)
        finally:
            if not is_kept:
                connection.transport.close()
        return response

    def _kept(self, origin: Origin) -> _Connection | None:
        """The connection used last, so that those too many grow old."""
        connections = self._idle[origin]
        while connections:
            connection = connections.pop()
            if connection.is_usable:
                return connection
            connection.transport.close()
        return None

    def _keep(self, origin: Origin, connection: _Connection) -> bool:
        if connection.is_finished:
            return False
        connection.idle_since = time.monotonic()
        self._idle[origin].append(connection)
        return True


async def _connect(origin: Origin) -> _Connection:
    scheme, host, port = origin
    context = ssl.create_default_context() if scheme == "https" else None
    try:
        async with asyncio.timeout(_CONNECT):
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Connection, host, port, ssl=context)
    except TimeoutError:
        raise NoAnswerError(f"no connection within {_CONNECT:g} seconds") from None
    return connection


@lru_cache(maxsize=1024)
def _address(url: str) -> tuple[Origin, str, str]:
    """Where to connect, the value of `Host`, and the target of the request line."""
    parts = urlsplit(url)
    target = quote(parts.path or "/", safe=_SAFE_IN_TARGET)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE_IN_TARGET)
    default = 443 if parts.scheme == "https" else 80
    return (parts.scheme, parts.hostname or "", parts.port or default), parts.netloc.rpartition("@")[2], target


def _head(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}"]
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            raise ValueError(f"the header {name!r} cannot be sent")
        lines.append(f"{name}: {value.strip()}")
    if body or method not in ("GET", "HEAD"):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode()


def _reason(error: Exception) -> str:
    # a name with several addresses fails with one OSError that lists them all
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return "connection refused: is the application running?"
    if isinstance(error, MalformedAnswerError):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")
