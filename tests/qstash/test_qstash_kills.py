"""`kill -9` of `lobegen dev --store` while workflows run on the SDK for TypeScript, and files it cannot use."""

import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from qstash_hosts import call, client, effects, serve_node

from killing import local_qstash, logs, running, wait_until
from lobegen.qstash.server import Credentials

RUNS = 12
RESULT = '{"r":["a","b","c"],"z":"z"}'


def test_kills_during_parallel_steps_lose_nothing(tmp_path: Path) -> None:
    qstash, credentials = local_qstash(tmp_path, "--virtual-clock"), Credentials()
    chance, seen = random.Random(1), 0
    with running(qstash), serve_node("1", credentials.environment(f"http://127.0.0.1:{qstash.port}")) as host:
        for number in range(RUNS):
            client(host, "trigger", {"url": f"{host}/parallel", "workflowRunId": f"run-{number}"})
        for number in sorted(chance.sample(range(4 * RUNS), 3)):
            while seen < number:
                seen += len(effects(host))
            qstash.kill_and_start()
        wait_until(lambda: {run["workflowState"] for run in logs(qstash, credentials.token)} == {"RUN_SUCCESS"}, "end")
        found = logs(qstash, credentials.token)
    assert [run["workflowRunResponse"] for run in found] == [RESULT] * RUNS


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A call that is expected to end by itself."""
    command = [sys.executable, "-m", "lobegen", "dev", "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("name", ["missing/store.db", "text", "."])
def test_a_file_that_cannot_be_used_is_one_line_and_exit_2(tmp_path: Path, name: str) -> None:
    (tmp_path / "text").write_text("notes\n" * 100)
    done = dev("--store", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert str(tmp_path / name) in line


def test_a_second_server_on_a_file_is_one_line_and_exit_2(tmp_path: Path) -> None:
    with running(local_qstash(tmp_path)):
        done = dev("--store", str(tmp_path / "store.db"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_server_that_cannot_write_its_store_ends_and_keeps_what_it_accepted(tmp_path: Path) -> None:
    qstash, token, accepted = local_qstash(tmp_path, "--quiet"), Credentials().token, 0
    headers = {"Authorization": f"Bearer {token}", "Upstash-Delay": "1h", "Upstash-Workflow-Init": "true"}
    target = f"http://127.0.0.1:{qstash.port}/v2/publish/http://127.0.0.1:1/wf"
    with running(qstash):
        resource.prlimit(qstash.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
        while True:
            answer = call(target, "POST", "x" * 10_000, {**headers, "Upstash-Workflow-RunId": f"wfr_{accepted}"})
            if answer.status != 200:
                break
            accepted += 1
        assert "cannot write the store" in answer.text
        assert qstash.ended() == 2
    assert (tmp_path / "output").read_text().splitlines()[-1].startswith("lobegen: error: cannot write the store")
    with running(qstash):
        assert len(logs(qstash, token)) == accepted > 0
