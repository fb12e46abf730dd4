"""A small HTTP/1.1 client that keeps connections: all a delivery needs, and no more per request than it must cost."""

import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import h11

#: Seconds; shorter than the idle time-out of Node and uvicorn (5), or a kept connection may be closed under us
_IDLE = 2.0
#: Seconds
_CONNECT = 10.0
_READ = 65_536
_LARGEST_HEAD = 1_048_576
_SAFE_IN_TARGET = "%/:?#[]@!$&'()*+,;=~-._"

Origin = tuple[str, str, int]


class NoAnswerError(Exception):
    """The server could not be reached, or what it sent is no HTTP."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, complete; header names in lower case, repeated ones joined by commas."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0
    protocol: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
    )

    @property
    def is_usable(self) -> bool:
        fresh = time.monotonic() - self.idle_since < _IDLE
        return fresh and not self.reader.at_eof() and not self.writer.is_closing()

    async def exchange(self, request: h11.Request, body: bytes) -> Response:
        head = self.protocol.send(request) or b""
        content = self.protocol.send(h11.Data(data=body)) or b"" if body else b""
        self.writer.write(head + content + (self.protocol.send(h11.EndOfMessage()) or b""))
        await self.writer.drain()
        status, headers, parts = 0, dict[str, str](), list[bytes]()
        while True:
            event = self.protocol.next_event()
            if event is h11.NEED_DATA:
                self.protocol.receive_data(await self.reader.read(_READ))
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = _joined(event.headers)
            elif isinstance(event, h11.Data):
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return Response(status, headers, b"".join(parts))
            elif not isinstance(event, h11.InformationalResponse):
                raise NoAnswerError("the server closed the connection without an answer")


class HttpClient:
    """Keeps connections by origin. For one event loop."""

    def __init__(self) -> None:
        self._idle: defaultdict[Origin, list[_Connection]] = defaultdict(list)

    async def request(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Response:
        """One request; no redirect is followed, nothing is decompressed, none is sent twice.

        Args:
            method: Such as `POST`.
            url: `http` or `https`; the path is sent as written.
            headers: Without `host` and `content-length`.
            body: Byte for byte.

        Raises:
            NoAnswerError: With the reason in a few words.
        """
        try:
            origin, request = _prepare(method, url, headers, body)
            connection = self._kept(origin) or await _connect(origin)
        except (OSError, ValueError, h11.LocalProtocolError) as error:
            raise NoAnswerError(_reason(error)) from None
        is_kept = False
        try:
            response = await connection.exchange(request, body)
            is_kept = self._keep(origin, connection)
        except (OSError, h11.ProtocolError) as error:
            raise NoAnswerError(_reason(error)) from None
        finally:
            if not is_kept:
                connection.writer.close()
        return response

    def close(self) -> None:
        """Close the connections that are kept."""
        for connections in self._idle.values():
            for connection in connections:
                connection.writer.close()
        self._idle.clear()

    def _kept(self, origin: Origin) -> _Connection | None:
        """The connection used last, so that those too many grow old."""
        connections = self._idle[origin]
        while connections:
            connection = connections.pop()
            if connection.is_usable:
                return connection
            connection.writer.close()
        return None

    def _keep(self, origin: Origin, connection: _Connection) -> bool:
        protocol = connection.protocol
        if protocol.our_state is not h11.DONE or protocol.their_state is not h11.DONE:
            return False
        protocol.start_next_cycle()
        connection.idle_since = time.monotonic()
        self._idle[origin].append(connection)
        return True


async def _connect(origin: Origin) -> _Connection:
    scheme, host, port = origin
    context = ssl.create_default_context() if scheme == "https" else None
    try:
        async with asyncio.timeout(_CONNECT):
            streams = await asyncio.open_connection(host, port, ssl=context, limit=_READ)
    except TimeoutError:
        raise NoAnswerError(f"no connection within {_CONNECT:g} seconds") from None
    return _Connection(*streams)


def _joined(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in ((name.decode("ascii"), value.decode("latin-1")) for name, value in lines):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _prepare(method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[Origin, h11.Request]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    target = quote(parts.path or "/", safe=_SAFE_IN_TARGET)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE_IN_TARGET)
    lines = [("host", parts.netloc.rpartition("@")[2]), *headers.items()]
    if body or method not in ("GET", "HEAD"):
        lines.append(("content-length", str(len(body))))
    encoded = [(name.encode("ascii", "ignore"), value.encode()) for name, value in lines]
    default = 443 if parts.scheme == "https" else 80
    return (parts.scheme, host, port or default), h11.Request(method=method, target=target, headers=encoded)


def _reason(error: Exception) -> str:
    # a name with several addresses fails with one OSError that lists them all
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return "connection refused: is the application running?"
    return f"{type(error).__name__}: {error}".rstrip(": ")
