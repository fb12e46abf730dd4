"""The processes of the local QStash's benchmark: the server, the endpoint, and how they are driven."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

ENDPOINT = [sys.executable, str(Path(__file__).with_name("qstash_endpoint.py"))]
LOBEGEN = str(Path(sys.executable).with_name("lobegen"))
PAGE = 4096
BATCH = 250
#: As SDK 1.x writes the message that starts a run
TRIGGER = {
    "content-type": "application/json",
    "upstash-method": "POST",
    "upstash-workflow-init": "true",
    "upstash-workflow-sdk-version": "1",
    "upstash-feature-set": "LazyFetch,InitialBody,WF_DetectTrigger,WF_TriggerOnConfig",
    "upstash-forward-upstash-workflow-sdk-version": "1",
    "upstash-flow-control-key": "bench",
    "upstash-flow-control-value": "parallelism=100",
    "upstash-telemetry-sdk": "@upstash/workflow@v1.3.2, upstash-qstash-js@2.12.0",
    "upstash-telemetry-framework": "unknown",
    "upstash-telemetry-runtime": "unknown, node@v20.20.2",
}


@dataclass(frozen=True)
class Server:
    """A `lobegen dev`."""

    pid: int
    address: str
    token: str

    def publish(self, url: str, count: int, kind: str, mark: str) -> None:
        """Publish plain messages (`message`) or starts of runs (`run`, `step`) in batches."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with closing(HTTPConnection(self.address, timeout=60)) as connection:
            for first in range(0, count, BATCH):
                numbers = range(first, min(first + BATCH, count))
                items = [message(url, kind, f"{mark}-{number}") for number in numbers]
                connection.request("POST", "/v2/batch", json.dumps(items), headers)
                with connection.getresponse() as answer:
                    text = answer.read().decode()
                if answer.status != 200:
                    raise SystemExit(f"/v2/batch: {answer.status} {text}")

    def processor_seconds(self) -> float:
        """Processor time of the server's one thread so far."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE


def message(url: str, kind: str, mark: str) -> dict[str, object]:
    """One item of a batch."""
    start = {**TRIGGER, "upstash-workflow-runid": f"wfr_{mark}", "upstash-workflow-url": url}
    headers = {"content-type": "application/json"} if kind == "message" else start
    return {"destination": url, "headers": headers, "body": json.dumps({"itemId": mark})}


@dataclass(frozen=True)
class Endpoint:
    """The process that answers."""

    address: str

    def url(self, kind: str) -> str:
        """Where messages of a kind go."""
        return f"http://{self.address}/{'steps' if kind == 'step' else 'hook'}"

    def tell(self, word: str) -> list[str]:
        """`hold`, `release` or `seen`; the words of its answer."""
        with closing(HTTPConnection(self.address, timeout=60)) as connection:
            connection.request("GET", f"/{word}")
            with connection.getresponse() as answer:
                return answer.read().decode().split()

    def wait_for(self, count: int, patience: float = 600) -> float:
        """Wait for that many deliveries; the monotonic time of the last one."""
        end, seen = time.monotonic() + patience, 0
        while time.monotonic() < end:
            seen, unsigned = (int(word) for word in self.tell("seen")[:2])
            if unsigned:
                raise SystemExit("a delivery came without a valid signature")
            if seen >= count:
                return float(self.tell("seen")[2])
            time.sleep(0.05)
        raise SystemExit(f"{seen} of {count} deliveries came within {patience:g} seconds")


@contextmanager
def running(options: Sequence[str]) -> Iterator[tuple[Server, Endpoint]]:
    """A server and an endpoint of their own; the server's output goes to a file."""
    with _process([LOBEGEN, "dev", "--port", "0", *options]) as (server, output):
        lines = _until(output, "Stop with")
        settings = dict(line.strip().split("=", 1) for line in lines if line.startswith("  QSTASH"))
        address, token = settings["QSTASH_URL"].removeprefix("http://"), settings["QSTASH_TOKEN"]
        with _process([*ENDPOINT, address, token, settings["QSTASH_CURRENT_SIGNING_KEY"]]) as (_, said):
            yield Server(server.pid, address, token), Endpoint(_until(said, "127.0.0.1:")[0])


@contextmanager
def _process(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        with output.open("wb") as stream:
            process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        try:
            yield process, output
        finally:
            process.terminate()
            process.wait()


def _until(output: Path, word: str, patience: float = 20) -> list[str]:
    """The lines of a process's output, as soon as one begins with a word."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        lines = output.read_text(encoding="utf-8").splitlines()
        if any(line.startswith(word) for line in lines):
            return lines
        time.sleep(0.02)
    raise SystemExit(f"no {word!r} within {patience:g} seconds: {output.read_text(encoding='utf-8')}")
