"""An endpoint that does as little as an endpoint can, so that the server is what is measured.

    python bench/qstash_endpoint.py QSTASH_ADDRESS TOKEN SIGNING_KEY

`POST /hook` is answered at once; `POST /steps` behaves as the SDK does in a run of ten steps: it publishes the next
step, or ends the run, and answers then. `GET /hold` keeps the answers of /hook back until `GET /release`; `GET /seen`
says how many deliveries came, how many signatures were wrong (every hundredth is checked), and when the last one came.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import Callable
from typing import cast

STEPS = 10
ANSWER = b"HTTP/1.1 200 OK\r\nupstash-workflow-sdk-version: 1\r\ncontent-length: 2\r\n\r\nok"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SIGNATURE = re.compile(rb"\r\nupstash-signature: *(\S+)", re.IGNORECASE)
RUN = re.compile(rb"\r\nupstash-workflow-runid: *(\S+)", re.IGNORECASE)
LOOK_EVERY = 100


class Connection(asyncio.Protocol):
    """A connection on which one message follows another, either way."""

    def __init__(self, receive: Callable[["Connection", bytes, bytes], None]) -> None:
        self.receive = receive
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self.write = cast(asyncio.Transport, transport).write

    def data_received(self, data: bytes) -> None:
        """Hand on a message that is complete: its head and its body."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        length = LENGTH.search(head)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) >= size:
            body = bytes(self._buffer[end + 4 : size])
            del self._buffer[:size]
            self.receive(self, head, body)


class Endpoint:
    """What all connections share: the counts, and the connections to the local QStash."""

    def __init__(self, address: str, token: str, key: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._control = f"Host: {address}\r\nAuthorization: Bearer {token}\r\n".encode()
        self._key = key.encode()
        self._count = self._wrong = 0
        self._last = 0.0
        self._held: list[Connection] | None = None
        self._idle: list[Connection] = []
        self._work: set[asyncio.Task[None]] = set()
        self.url = ""

    def receive(self, connection: Connection, head: bytes, body: bytes) -> None:
        """A delivery, or a word of the benchmark's."""
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            connection.write(self._obey(path))
            return
        self._count += 1
        self._last = time.monotonic()
        if self._count % LOOK_EVERY == 0:
            self._wrong += not self._is_signed(head, body)
        if path == b"/steps":
            work = asyncio.get_running_loop().create_task(self._go_on(connection, head, body))
            self._work.add(work)
            work.add_done_callback(self._work.discard)
        elif self._held is None:
            connection.write(ANSWER)
        else:
            self._held.append(connection)

    def _obey(self, path: bytes) -> bytes:
        if path == b"/hold":
            self._held = []
        elif path == b"/release":
            for connection in self._held or ():
                connection.write(ANSWER)
            self._held = None
        text = f"{self._count} {self._wrong} {self._last!r}"
        return f"HTTP/1.1 200 OK\r\ncontent-length: {len(text)}\r\n\r\n{text}".encode()

    def _is_signed(self, head: bytes, body: bytes) -> bool:
        found = SIGNATURE.search(head)
        if found is None:
            return False
        signed, _, mark = found[1].rpartition(b".")
        claims = json.loads(base64.urlsafe_b64decode(signed.split(b".")[1] + b"=="))
        return (
            base64.urlsafe_b64decode(mark + b"==") == hmac.digest(self._key, signed, "sha256")
            and base64.urlsafe_b64decode(claims["body"]) == hashlib.sha256(body).digest()
        )

    async def _go_on(self, connection: Connection, head: bytes, body: bytes) -> None:
        """Publish the next step of the run, or end it; answer the delivery then."""
        found = RUN.search(head)
        assert found is not None
        done = body.count(b'"messageId"')
        if done > STEPS:
            request = b"DELETE /v2/workflows/runs/%b?cancel=false HTTP/1.1\r\n" % found[1]
            content = b'{"success":true}'
        else:
            request, content = b"POST /v2/batch HTTP/1.1\r\n", self._step(found[1].decode(), done)
        await self._ask(request + self._control + b"Content-Length: %d\r\n\r\n" % len(content) + content)
        connection.write(ANSWER)

    def _step(self, run: str, number: int) -> bytes:
        headers = {
            "upstash-workflow-init": "false",
            "upstash-workflow-runid": run,
            "upstash-workflow-url": self.url,
            "upstash-feature-set": "LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig",
            "upstash-forward-upstash-workflow-sdk-version": "1",
            "upstash-method": "POST",
            "content-type": "application/json",
        }
        step = {"stepId": number, "stepName": f"step-{number}", "stepType": "Run", "out": "{}", "concurrent": 1}
        return json.dumps([{"destination": self.url, "headers": headers, "body": json.dumps(step)}]).encode()

    async def _ask(self, request: bytes) -> None:
        """One request to the local QStash, on a connection that is kept."""
        answered = asyncio.get_running_loop().create_future()

        def take(connection: Connection, head: bytes, _: bytes) -> None:
            self._idle.append(connection)
            if b" 200 " not in head:
                raise SystemExit(head.decode())
            answered.set_result(None)

        if self._idle:
            connection = self._idle.pop()
            connection.receive = take
        else:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(lambda: Connection(take), self._host, self._port)
        connection.write(request)
        await answered


async def main(address: str, token: str, key: str) -> None:
    """Serve until the process is ended."""
    endpoint = Endpoint(address, token, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(endpoint.receive), "127.0.0.1", 0, backlog=1024)
    listening = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    endpoint.url = f"http://{listening}/steps"
    print(listening, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
