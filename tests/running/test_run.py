"""`lobegen run` on real applications: counts, failures, and that nothing is left behind."""

import json
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from running_support import Running, is_gone, run


def test_a_dry_run_says_what_would_be_done(fastapi: Path) -> None:
    ended = run("welcome-placeholder", "--dry-run", "--items", "3", "--json", folder=fastapi)

    told = json.loads(ended.out)
    assert ended.code == 0
    assert told["statistics"]["message"] == "[DryRun] Would process 3 users"
    assert (told["layers"]["entry"]["runs"], told["layers"]["execution"]["runs"]) == (1, 0)


def test_items_are_processed_beside_the_users_own_database(fastapi: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.db"
    project = ("--project", str(fastapi))

    ended = run("--items", "3", *project, folder=tmp_path, DATABASE_URL=f"sqlite+aiosqlite:///{mine}")

    assert ended.code == 0
    assert "DATABASE_URL left aside" in ended.err
    assert "3/3 items done, 0 in flight, 0 retried, 0 failed\n" in ended.err
    rows = [line.split() for line in ended.out.splitlines()]
    # layer 3: read, load, process, save, and the end
    assert ["execution", "3", "12", "9", "0", "0"] in rows
    assert "3 items done in" in ended.out
    assert not mine.exists()


def test_a_failing_item_is_tried_again_counted_and_named(fastapi: Path) -> None:
    ended = run("--items", "2", "--json", folder=fastapi, TROUBLE="user-0002")

    told = json.loads(ended.out)
    assert ended.code == 1
    assert told["items"] == {"done": 1, "inFlight": 0, "retried": 1, "failed": 1}
    assert told["failures"] == [{"item": "user-0002", "attempts": 4, "status": 500, "reason": "user-0002 has no name"}]
    # 12 s, 2 min 28 s and 30 min 8 s of back-off were skipped
    assert told["waitedSeconds"] > 1968 > told["seconds"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_leaves_nothing_running(fastapi: Path, number: signal.Signals, code: int) -> None:
    with Running("--items", "2", folder=fastapi, TROUBLE="hang") as running:
        qstash = urlsplit(running.wait_for("local QStash").split()[-1])
        running.wait_for("0/2 items done")
        groups = running.groups()
        running.interrupt(number)
        ended = running.end()

    assert ended.code == code
    assert ended.err.endswith("lobegen: stopped.\n")
    assert "Traceback" not in ended.err
    assert groups
    assert all(map(is_gone, groups))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", qstash.port or 0), timeout=5)


def test_an_interruption_before_the_app_answers_leaves_nothing_running(fastapi: Path) -> None:
    with Running("--serve", "sh -c 'sleep 600 & echo begun; wait'", "--log", "begun", folder=fastapi) as running:
        running.wait_for("Starting")
        end = time.monotonic() + 30
        while "begun" not in (fastapi / "begun").read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        groups = running.groups()
        running.interrupt(signal.SIGHUP)
        ended = running.end()

    assert ended.code == 129
    assert groups
    assert all(map(is_gone, groups))


def test_what_is_kept_stays_until_ctrl_c(fastapi: Path) -> None:
    with Running("--items", "1", "--dry-run", "--keep", folder=fastapi) as running:
        page = running.wait_for("stay until Ctrl-C").split()[2]
        answer = urlopen(page, timeout=30).status
        running.interrupt(signal.SIGINT)
        ended = running.end()

    assert (answer, ended.code) == (200, 0)
    assert "[DryRun] Would process 1 users" in ended.out


def test_an_app_that_ends_in_the_middle_is_a_failure(fastapi: Path) -> None:
    ended = run("--items", "1", "--json", folder=fastapi, TROUBLE="crash")

    assert ended.code == 1
    assert json.loads(ended.out)["crash"]["code"] == 7


def test_an_app_that_does_not_start_shows_its_last_lines(fastapi: Path) -> None:
    ended = run("--serve", "python3 -c 'import sys; sys.exit(\"no such thing\")'", folder=fastapi)

    assert ended.code == 2
    _, *last, error = ended.err.splitlines()
    assert last == ["  | no such thing"]
    assert error.startswith("lobegen: error: the application ended with 1 before it answered. Install")


def test_next_js_processes_the_items_that_a_flag_names(nextjs: Path) -> None:
    with Running("--items", "3", "--flag", "paid-only", "--json", folder=nextjs) as running:
        running.wait_for("local QStash")
        groups = running.groups()
        ended = running.end()

    told = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert told["items"] == {"done": 2, "inFlight": 0, "retried": 0, "failed": 0}
    assert told["statistics"]["totalEligible"] == 2
    assert groups
    assert all(map(is_gone, groups))
