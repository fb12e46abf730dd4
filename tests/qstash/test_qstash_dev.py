"""`lobegen dev`, as a process."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue

import pytest
from qstash_hosts import Endpoint, call

COMMAND = [sys.executable, "-m", "lobegen", "dev"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A call that is expected to end by itself."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)


class Dev:
    """A running `lobegen dev`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.environment = self._environment()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def _environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while "QSTASH_NEXT_SIGNING_KEY" not in found:
            name, _, value = self.line("QSTASH_").strip().partition("=")
            found[name] = value
        return found

    def line(self, needle: str) -> str:
        """The next line that holds the text."""
        while True:
            try:
                line = self._lines.get(timeout=20)
            except Empty:
                pytest.fail(f"no line with {needle!r}")
            if needle in line:
                return line

    def publish(self, url: str, **headers: str) -> int:
        """Publish a message; the status of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        authorized = {"Authorization": f"Bearer {self.environment['QSTASH_TOKEN']}", **named}
        return call(f"{self.environment['QSTASH_URL']}/v2/publish/{url}", "POST", "{}", authorized).status


@contextmanager
def started(*arguments: str) -> Iterator[Dev]:
    """`lobegen dev` on a free port."""
    settings = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [*COMMAND, "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=settings)
    try:
        yield Dev(process)
    finally:
        process.kill()
        process.wait()


WORKFLOW = {
    "Upstash_Workflow_Init": "true",
    "Upstash_Workflow_RunId": "wfr_0123456789abcdef",
    "Upstash_Feature_Set": "WF_DetectTrigger",
}


def test_it_prints_the_variables_and_a_line_for_each_delivery(endpoint: Endpoint) -> None:
    with started() as dev:
        assert set(dev.environment) == {
            "QSTASH_URL",
            "QSTASH_TOKEN",
            "QSTASH_CURRENT_SIGNING_KEY",
            "QSTASH_NEXT_SIGNING_KEY",
        }
        dev.publish(f"{endpoint.url}/api/wf", **WORKFLOW)
        line = dev.line("/api/wf")
    assert re.match(r"\d\d:\d\d:\d\d  /api/wf +…56789abcdef +init +200$", line)


def test_a_failure_is_shown_with_its_reason(endpoint: Endpoint) -> None:
    endpoint.answer = lambda request: (500, {}, b'{"error": "Error", "message": "no such user"}')
    with started("--virtual-clock") as dev:
        dev.publish(f"{endpoint.url}/api/wf", **WORKFLOW, Upstash_Retries="1")
        lines = [dev.line("/api/wf"), dev.line("/api/wf")]
        assert lines[0].endswith("500  no such user")
        assert lines[1].endswith("500  retry 1  no such user")
        assert "RUN_FAILED" in dev.line("ended")


def test_faults_are_announced_and_shown(endpoint: Endpoint) -> None:
    with started("--virtual-clock", "--fault", "lost=1", "--fault", "unconfirmed=1", "--seed", "7") as dev:
        for _ in range(2):
            with pytest.raises(ConnectionError):
                dev.publish(f"{endpoint.url}/api/wf", **WORKFLOW, Upstash_Retries="1")
        assert dev.line("unconfirmed").endswith("a publish for …56789abcdef was accepted, not answered")
        assert dev.line("/api/wf").endswith("no answer  fault: lost  the answer was lost")
        assert dev.line("/api/wf").endswith("200  retry 1")


def test_a_refusal_is_shown() -> None:
    with started() as dev:
        assert dev.publish("https://example.com/x") == 412
        assert "--allow-remote" in dev.line("refused with 412")


def test_quiet_shows_none(endpoint: Endpoint) -> None:
    with started("--quiet") as dev:
        dev.publish(f"{endpoint.url}/api/wf", **WORKFLOW)
        while not endpoint.received:
            time.sleep(0.01)
        dev.process.send_signal(signal.SIGINT)
        lines = [dev.line("") for _ in range(5)]
    assert not [line for line in lines if "/api/wf" in line]
    assert lines[-1].startswith("Stopped: 1 runs")


def test_speed_shortens_delays(endpoint: Endpoint) -> None:
    with started("--speed", "3600") as dev:
        dev.publish(f"{endpoint.url}/later", Upstash_Delay="30m")
        assert "200" in dev.line("/later")


def test_interrupting_it_ends_it_cleanly(endpoint: Endpoint) -> None:
    with started() as dev:
        dev.publish(f"{endpoint.url}/later", Upstash_Delay="1h")
        dev.process.send_signal(signal.SIGINT)
        assert "Stopped" in dev.line("Stopped")
        assert dev.process.wait(timeout=10) == 0


def test_a_token_of_ones_own_has_keys_of_its_own() -> None:
    with started("--token", "my-token") as dev, started() as other:
        assert dev.environment["QSTASH_TOKEN"] == "my-token"
        assert dev.environment["QSTASH_CURRENT_SIGNING_KEY"] != other.environment["QSTASH_CURRENT_SIGNING_KEY"]
        assert dev.publish("http://127.0.0.1:1/") == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "70000"], "--port 70000"),
        (["--port", "-1"], "--port -1"),
        (["--speed", "0"], "--speed 0"),
        (["--speed", "nan"], "--speed nan"),
        (["--speed", "60", "--virtual-clock"], "exclude each other"),
        (["--latency", "5", "--virtual-clock"], "exclude each other"),
        (["--latency", "-1"], "from 0 to 60000"),
        (["--host", "0.0.0.0"], "--token"),
        (["--host", "nosuchhost.invalid", "--token", "t"], "cannot listen on nosuchhost.invalid"),
        (["--host", "203.0.113.7", "--token", "t"], "cannot listen on 203.0.113.7"),
        (["--token", ""], "--token"),
        (["--token", "two words"], "--token"),
        (["--fault", "late"], "--fault 'late' is no fault; there are duplicate, lost,"),
        (["--fault", "lost=2"], "--fault lost=2: the rate is a number from 0 to 1"),
        (["--fault", "all", "--seed", "x"], "--seed"),
        (["--seed", "7"], "Give a --fault too"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert message in line


def test_a_port_in_use_is_one_line_and_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (2, "")
    assert "address already in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("package", ["fastapi", "uvicorn"])
def test_a_missing_package_is_one_line_and_exit_2(package: str) -> None:
    script = f"import sys; sys.modules[{package!r}] = None; from lobegen.cli import main; main(['dev'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "pip install 'lobegen[qstash]'" in line


def test_the_help_imports_none_of_them() -> None:
    script = (
        "import sys\nfrom lobegen.cli import main\n"
        "try: main(['dev', '--help'])\n"
        "except SystemExit: print(sorted({'fastapi', 'h11', 'uvicorn', 'starlette'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
