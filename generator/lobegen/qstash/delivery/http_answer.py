"""Reads an HTTP/1.1 answer while it arrives (RFC 9112): delivery is the hot path, and h11 took a third of it."""

import re
from collections.abc import Generator
from dataclasses import dataclass

_LARGEST_HEAD = 1_048_576
_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) (\d{3})(?: [^\r\n]*)?")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
_END_OF_HEAD, _END_OF_LINE, _FOLD = re.compile(rb"\r?\n\r?\n"), re.compile(rb"\r?\n"), re.compile(rb"\r?\n[ \t]+")

#: A step of reading: it is resumed when there are more bytes, or with an exception at their end.
Reading = Generator[None, None, bytes]


class MalformedAnswerError(Exception):
    """What came is no HTTP, or ended too early."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, complete; header names in lower case, repeated ones joined by commas."""

    status: int
    headers: dict[str, str]
    body: bytes


class AnswerReader:
    """The answer to one request.

    Args:
        method: Of the request; the answer to `HEAD` has no body.
    """

    def __init__(self, method: str) -> None:
        self._has_body = method != "HEAD"
        self._buffer = bytearray()
        self._is_closed = self._is_last = False
        self._reading = self._read()
        next(self._reading)

    @property
    def is_last(self) -> bool:
        """Whether no other request may follow on this connection."""
        return self._is_last or bool(self._buffer)

    def feed(self, data: bytes) -> Response | None:
        """Take bytes as they came; the answer as soon as it is complete.

        Raises:
            MalformedAnswerError: They are no HTTP.
        """
        self._buffer += data
        return self._go_on()

    def close(self) -> Response | None:
        """The connection was closed: the answer, if that was its end.

        Raises:
            MalformedAnswerError: It was not.
        """
        self._is_closed = self._is_last = True
        return self._go_on()

    def _go_on(self) -> Response | None:
        try:
            next(self._reading)
        except StopIteration as done:
            response: Response = done.value
            return response
        return None

    def _read(self) -> Generator[None, None, Response]:
        yield
        status = 100
        while 100 <= status < 200:
            head = yield from self._until(_END_OF_HEAD)
            status, headers = self._head(head)
        if not self._has_body or status in (204, 304):
            return Response(status, headers, b"")
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise MalformedAnswerError(f"transfer encoding {headers['transfer-encoding']!r} is not known")
            return Response(status, headers, (yield from self._chunks()))
        if "content-length" in headers:
            return Response(status, headers, (yield from self._exactly(_length(headers["content-length"]))))
        self._is_last = True
        while not self._is_closed:
            yield
        return Response(status, headers, self._take(len(self._buffer)))

    def _head(self, head: bytes) -> tuple[int, dict[str, str]]:
        first, *lines = _END_OF_LINE.split(_FOLD.sub(b" ", head))
        found = _STATUS_LINE.fullmatch(first)
        if found is None:
            raise MalformedAnswerError("the answer is no HTTP")
        headers: dict[str, str] = {}
        for line in lines:
            field, colon, content = line.partition(b":")
            if not colon or not _TOKEN.fullmatch(field):
                raise MalformedAnswerError("a header of the answer cannot be read")
            name, value = field.decode("ascii").lower(), content.strip(b" \t").decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self._is_last = found[1] == b"0" or "close" in headers.get("connection", "").lower()
        return int(found[2]), headers

    def _chunks(self) -> Reading:
        parts: list[bytes] = []
        while True:
            found = _CHUNK_SIZE.fullmatch((yield from self._until(_END_OF_LINE)))
            if found is None:
                raise MalformedAnswerError("a chunk of the answer has no size")
            if not (size := int(found[1], 16)):
                break
            parts.append((yield from self._exactly(size)))
            if (yield from self._until(_END_OF_LINE)):
                raise MalformedAnswerError("a chunk of the answer is longer than it says")
        while (yield from self._until(_END_OF_LINE)):
            pass  # a trailer
        return b"".join(parts)

    def _until(self, mark: re.Pattern[bytes]) -> Reading:
        """The bytes before a mark, which is taken too."""
        while (found := mark.search(self._buffer)) is None:
            if len(self._buffer) > _LARGEST_HEAD:
                raise MalformedAnswerError("the head of the answer is too long")
            yield from self._more()
        before = self._take(found.start())
        del self._buffer[: found.end() - found.start()]
        return before

    def _exactly(self, size: int) -> Reading:
        while len(self._buffer) < size:
            yield from self._more()
        return self._take(size)

    def _more(self) -> Generator[None, None, None]:
        if self._is_closed:
            what = "before the end of its answer" if self._buffer else "without an answer"
            raise MalformedAnswerError(f"the server closed the connection {what}")
        yield

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _length(text: str) -> int:
    """The value of `Content-Length`; the same one may be repeated."""
    sizes = {part.strip() for part in text.split(",")}
    size = sizes.pop()
    if sizes or not (size.isascii() and size.isdigit()) or len(size) > 15:
        raise MalformedAnswerError(f"content length {text!r} is no number")
    return int(size)
