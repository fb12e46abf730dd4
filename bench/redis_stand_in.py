"""Stands in for what upstream's integration routes use: the REST interface of an Upstash Redis, and a slow service."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Seconds that the stand-in for a service on the internet takes
_SLOW = 1.5


class RedisStandIn(ThreadingHTTPServer):
    """Redis commands over HTTP on a port of 127.0.0.1, kept in memory; `/status/404` answers slowly with 404."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.kept: dict[str, str | list[str]] = {}
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def execute(self, command: list[object]) -> object:
        """The result of one command.

        Raises:
            ValueError: It is not known.
        """
        name, key, *rest = (str(part) for part in command)
        with self._lock:
            kept = self.kept.get(key)
            match name.lower():
                case "get":
                    return kept
                case "set":
                    self.kept[key] = rest[0]
                    return "OK"
                case "incr":
                    self.kept[key] = str(int(str(kept or 0)) + 1)
                    return int(str(self.kept[key]))
                case "expire":
                    return int(kept is not None)
                case "rpush":
                    self.kept[key] = [*(kept or []), *rest]
                    return len(self.kept[key])
                case "lrange":
                    first, last = int(rest[0]), int(rest[1])
                    return list(kept or [])[first : None if last == -1 else last + 1]
        raise ValueError(f"{name} is not known")


class _Handler(BaseHTTPRequestHandler):
    server: RedisStandIn
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """A command, or several at `/pipeline`."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/status/"):
            return self._slow()
        is_encoded = self.headers.get("Upstash-Encoding") == "base64"
        results = [
            {"result": _encoded(self.server.execute(command), is_encoded)}
            for command in (asked if self.path.rstrip("/").endswith("pipeline") else [asked])
        ]
        return self._answer(200, results if self.path.rstrip("/").endswith("pipeline") else results[0])

    def do_GET(self) -> None:
        """The slow service."""
        self._slow()

    def _slow(self) -> None:
        time.sleep(_SLOW)
        self._answer(int(self.path.rpartition("/")[2]), {})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _encoded(value: object, is_encoded: bool) -> object:
    """As the client asks for it: strings in base64, all but OK."""
    if isinstance(value, list):
        return [_encoded(each, is_encoded) for each in value]
    if isinstance(value, str) and is_encoded and value != "OK":
        return base64.b64encode(value.encode()).decode()
    return value
