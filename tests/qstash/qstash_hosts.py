"""Applications under test: the real SDKs behind real HTTP servers, and an endpoint that answers as told."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lobegen.qstash.testing import LocalQStash

HERE = Path(__file__).parent
NODE = HERE.parent / "node"


def call(url: str, method: str = "GET", body: object = None, headers: Mapping[str, str] | None = None) -> "Answered":
    """One HTTP request; a body that is no text is sent as JSON."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    content = body if isinstance(body, str | bytes | None) else json.dumps(body)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, target, content, {"Content-Type": "application/json", **(headers or {})})
    with closing(connection), connection.getresponse() as response:
        return Answered(response.status, response.read().decode(), dict(response.headers))


@dataclass(frozen=True)
class Answered:
    """An HTTP answer."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> object:
        return json.loads(self.text)


def api(
    qstash: LocalQStash, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Answered:
    """One request to the local QStash, with its token."""
    authorized = {"Authorization": f"Bearer {qstash.token}", **(headers or {})}
    return call(qstash.url + path, method, body, authorized)


@dataclass(frozen=True)
class Received:
    """A request that reached the endpoint."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


Reply = tuple[int, Mapping[str, str], bytes]
OK: Reply = (200, {"Upstash-Workflow-Sdk-Version": "1"}, b"{}")


@dataclass
class Endpoint:
    """An HTTP server that answers as told and remembers what it got."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Reply] = lambda request: OK
    arrivals: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def arrived(self, count: int, timeout: float) -> bool:
        """Wait for so many more requests; False when they do not come within so many real seconds each."""
        return all(self.arrivals.acquire(timeout=timeout) for _ in range(count))


@contextmanager
def serve_endpoint() -> Iterator[Endpoint]:
    """An endpoint on a free port."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            names = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, names, body)
            endpoint.received.append(request)
            endpoint.arrivals.release()
            status, headers, content = endpoint.answer(request)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_DELETE = do_POST

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that has gone is no news: some tests give up on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve_python(environment: Mapping[str, str]) -> Iterator[str]:
    """The Python workflows under uvicorn in a thread of this process; the address."""
    import uvicorn
    from python_workflows import create_app

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(dict(environment)), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def sdk_folder(line: str) -> Path:
    """The folder of an SDK line whose packages are installed.

    Skips the test when they are not, unless this is CI, where they must be.
    """
    folder = NODE / f"sdk-{line}"
    missing = "" if (NODE / "node_modules").is_dir() else f"no packages in {NODE}: run `make node` (npm ci)"
    if shutil.which("node") is None:
        missing = "node is not installed"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    return folder


@contextmanager
def serve_node(line: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The TypeScript workflows on the SDK line `1` or `0.2`; the address."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("QSTASH_", "UPSTASH_"))}
    settings |= {**environment, "SDK_FOLDER": str(sdk_folder(line)), "DO_NOT_TRACK": "1"}
    process = subprocess.Popen(["node", str(HERE / "host.mjs")], env=settings, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            pytest.fail("the Node host did not start")
        yield address
    finally:
        process.kill()
        process.wait()
        process.stdout and process.stdout.close()


@contextmanager
def serve_generated(
    folder: Path, environment: Mapping[str, str], rows: int, answers: Sequence[str] = ()
) -> Iterator[str]:
    """A scaffold of welcome-placeholder for FastAPI under uvicorn, with so many users; the address."""
    names = ["--target", "fastapi", "--entity", "user", "--action", "generate", "--flag", "paidOnly", "--defaults"]
    command = [sys.executable, "-m", "lobegen", "new", "welcome-placeholder", *names, *answers, "--into", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    # the socket takes connections from the beginning: nothing has to be waited for
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("w") as log:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = {**os.environ, **environment, "APP_URL": url, "DEMO_ROWS": str(rows)}
        serve = [sys.executable, "-m", "uvicorn", "app.main:app", "--fd", str(listener.fileno())]
        process = subprocess.Popen(
            serve, cwd=folder, env=settings, stdout=log, stderr=log, pass_fds=[listener.fileno()]
        )
        try:
            yield url
        finally:
            process.kill()
            process.wait()


def client(host: str, method: str, *arguments: object) -> object:
    """A call of the TypeScript SDK's own client, made by the host; its result."""
    answer = call(f"{host}/__client", "POST", {"method": method, "args": arguments}).json
    assert isinstance(answer, dict)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["ok"]


@contextmanager
def foul_weather(host: str) -> Iterator[None]:
    """Steps of a Node host that need fair weather fail inside of a `with`."""
    call(f"{host}/__weather", "POST", False)
    try:
        yield
    finally:
        call(f"{host}/__weather", "POST", True)


def effects(host: str) -> list[str]:
    """What the workflows of a Node host did since the last call."""
    noted = call(f"{host}/__effects").json
    assert isinstance(noted, list)
    return noted
