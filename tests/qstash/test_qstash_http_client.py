"""The client that delivers: what it understands, what it keeps, and what it reports when nothing comes."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from lobegen.qstash.delivery.http_answer import Response
from lobegen.qstash.delivery.http_client import HttpClient, NoAnswerError


class Wire:
    """A server that sends raw bytes: one answer per request, several per connection."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with peer:
                self._talk(peer)

    def _talk(self, peer: socket.socket) -> None:
        while self.answers:
            received = b""
            while b"\r\n\r\n" not in received:
                chunk = peer.recv(65536)
                if not chunk:
                    return
                received += chunk
            self.requests.append(received)
            answer = self.answers.pop(0)
            peer.sendall(answer)
            if b"close" in answer or not answer:
                return

    def close(self) -> None:
        self._listener.close()


@contextmanager
def wire(*answers: bytes) -> Iterator[Wire]:
    server = Wire(list(answers))
    try:
        yield server
    finally:
        server.close()


def ask(url: str, times: int = 1, header: str = "ü") -> list[Response]:
    """Make requests one after the other with one client."""

    async def work() -> list[Response]:
        client = HttpClient()
        try:
            return [await client.request("POST", url, {"x-a": header}, b"body") for _ in range(times)]
        finally:
            client.close()

    return asyncio.run(work())


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nok"


def test_an_answer_is_read() -> None:
    with wire(PLAIN) as server:
        (response,) = ask(f"{server.url}/a//b?c=%20d")
    assert response == Response(200, {"content-length": "2", "x-a": "1, 2"}, b"ok")
    assert server.requests[0].startswith(b"POST /a//b?c=%20d HTTP/1.1\r\n")
    assert "x-a: ü\r\n".encode() in server.requests[0]


def test_connections_are_kept() -> None:
    with wire(PLAIN, PLAIN, PLAIN) as server:
        ask(server.url, times=3)
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_that_is_to_be_closed_is_not() -> None:
    closing = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    with wire(closing, closing) as server:
        ask(server.url, times=2)
    assert server.connections == 2


def test_a_kept_connection_that_is_closed_unread_costs_nothing() -> None:
    with wire(PLAIN, b"", PLAIN) as server:
        assert [response.status for response in ask(server.url, times=2)] == [200, 200]
    assert server.connections == 2


def test_a_request_whose_answer_has_begun_is_not_sent_again() -> None:
    with wire(PLAIN, b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Le", PLAIN) as server:
        with pytest.raises(NoAnswerError, match="before the end"):
            ask(server.url, times=2)
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcdef",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
    ids=["chunked", "until close", "after continue"],
)
def test_bodies_of_every_kind_are_read(answer: bytes) -> None:
    with wire(answer) as server:
        (response,) = ask(server.url)
    assert (response.status, response.body) == (200, b"abcdef")


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH close\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nshort"],
    ids=["nothing", "no HTTP", "too short"],
)
def test_what_is_no_answer_is_reported(answer: bytes) -> None:
    with wire(answer) as server, pytest.raises(NoAnswerError, match=r"\w+"):
        ask(server.url)


def unreachable() -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (unreachable, "connection refused"),
        (lambda: unreachable().replace("127.0.0.1", "localhost"), "connection refused"),
        (lambda: "http://nosuchhost.invalid/", "nosuchhost|Name|getaddrinfo|resolution"),
    ],
)
def test_a_server_that_is_not_there_is_reported(url: Callable[[], str], message: str) -> None:
    with pytest.raises(NoAnswerError, match=f"(?i){message}"):
        ask(url())


def test_a_header_that_http_cannot_carry_is_reported() -> None:
    with wire(PLAIN) as server, pytest.raises(NoAnswerError, match="header"):
        ask(server.url, header="two\r\nlines")
