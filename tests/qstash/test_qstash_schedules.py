"""Schedules: as the SDKs make them, in virtual time by hand or by the hour, in real time by themselves."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from qstash.errors import QStashError
from qstash_hosts import Endpoint, api, client

from lobegen.qstash.planning.cron import next_time
from lobegen.qstash.testing import LocalQStash
from qstash import QStash

HOUR = 3600


@pytest.fixture
def sdk(qstash: LocalQStash) -> QStash:
    """The Python SDK's client."""
    return QStash(qstash.token, base_url=qstash.url)


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("*/5 * * * *", "2026-11-22 10:01", "2026-11-22 10:05"),
        ("*/5 * * * *", "2026-11-22 10:05", "2026-11-22 10:10"),
        ("0 0 29 2 *", "2026-11-22", "2028-02-29"),
        ("CRON_TZ=America/New_York 0 4 * * *", "2026-11-22 08:00", "2026-11-22 09:00"),
        ("CRON_TZ=America/New_York 0 4 * * *", "2026-07-01 08:00", "2026-07-02 08:00"),
        ("CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-28 12:00", "2026-03-29 01:00"),
    ],
)
def test_cron_expressions_are_read_in_their_time_zone(cron: str, after: str, expected: str) -> None:
    assert next_time(cron, moment(after)) == moment(expected)


def test_a_schedule_fires_at_its_times_while_virtual_time_passes(
    qstash: LocalQStash, endpoint: Endpoint, sdk: QStash
) -> None:
    schedule = sdk.schedule.create(destination=f"{endpoint.url}/a", cron="*/15 * * * *", body="b", headers={"X-A": "1"})
    qstash.advance(2 * HOUR)
    assert len(endpoint.received) == 8
    assert {(request.path, request.body, request.headers["x-a"]) for request in endpoint.received} == {
        ("/a", b"b", "1")
    }
    times = [record.started_at for record in qstash.deliveries()]
    assert [time % (15 * 60_000) for time in times] == [0] * 8
    view = sdk.schedule.get(schedule)
    assert (view.last_schedule_time, view.next_schedule_time) == (times[-1], times[-1] + 15 * 60_000)
    assert [state.value for state in (view.last_schedule_states or {}).values()] == ["SUCCESS"]


def test_a_schedule_does_not_draw_virtual_time_along(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    sdk.schedule.create(destination=endpoint.url, cron="* * * * *")
    sdk.message.publish(url=f"{endpoint.url}/late", delay="1d")
    qstash.wait_until_idle()
    assert [request.path for request in endpoint.received] == ["/late"]
    qstash.advance(60)
    assert len(endpoint.received) == 2


def test_a_schedule_is_fired_by_hand(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    schedule = sdk.schedule.create(destination=endpoint.url, cron="0 0 1 1 *", delay="10m", schedule_id="yearly")
    before, message = qstash.now(), qstash.fire(schedule)
    qstash.wait_until_idle()
    assert endpoint.received[0].headers["upstash-message-id"] == message
    assert qstash.now() - before == 600_000
    assert api(qstash, "POST", "/v2/schedules/yearly/fire").json != {"messageId": message}


def test_a_paused_schedule_lets_its_times_pass(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    schedule = sdk.schedule.create(destination=endpoint.url, cron="0 * * * *")
    sdk.schedule.pause(schedule)
    qstash.advance(3 * HOUR)
    assert (len(endpoint.received), sdk.schedule.get(schedule).paused) == (0, True)
    sdk.schedule.resume(schedule)
    qstash.advance(3 * HOUR)
    assert (len(endpoint.received), sdk.schedule.get(schedule).paused) == (3, False)


def test_a_schedule_is_changed_by_its_id_and_deleted(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    for path in ("old", "new"):
        sdk.schedule.create(destination=f"{endpoint.url}/{path}", cron="0 * * * *", schedule_id="s")
    qstash.advance(HOUR)
    assert [request.path for request in endpoint.received] == ["/new"]
    sdk.schedule.delete("s")
    qstash.advance(HOUR)
    assert (len(endpoint.received), sdk.schedule.list()) == (1, [])
    with pytest.raises(QStashError, match="schedule s not found"):
        sdk.schedule.get("s")


def test_all_options_of_a_message_are_kept(qstash: LocalQStash, endpoint: Endpoint, sdk: QStash) -> None:
    url, flow = endpoint.url, {"key": "k", "parallelism": 2, "rate": 3, "period": "1m"}
    options = {"callback": f"{url}/ok", "failure_callback": f"{url}/no", "retries": 1, "retry_delay": "1000 * 2"}
    more = {"queue": "q", "timeout": "30s", "delay": 5, "method": "PUT", "label": "l", "flow_control": flow}
    schedule = sdk.schedule.get(
        sdk.schedule.create(destination=url, cron="0 * * * *", **options, **more)  # type: ignore[arg-type]
    )
    assert (schedule.callback, schedule.failure_callback, schedule.retries) == (f"{url}/ok", f"{url}/no", 1)
    assert (schedule.queue, schedule.timeout, schedule.delay, schedule.method) == ("q", 30, 5, "PUT")
    assert (schedule.label, schedule.retry_delay_expression) == ("l", "1000 * 2")
    assert schedule.flow_control is not None
    assert (schedule.flow_control.key, schedule.flow_control.period) == ("k", 60)


@pytest.mark.parametrize("host", ["node_1", "node_02", "python_host"])
def test_a_schedule_starts_a_new_run_each_time(
    shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str
) -> None:
    url, before = f"{request.getfixturevalue(host)}/basic", len(shared_qstash.runs())
    sdk = QStash(shared_qstash.token, base_url=shared_qstash.url)
    schedule = sdk.schedule.create_json(destination=url, cron="0 4 * * *", body={"n": 1})
    for _ in range(2):
        shared_qstash.fire(schedule)
    sdk.schedule.delete(schedule)
    shared_qstash.wait_until_idle()
    runs = shared_qstash.runs()[before:]
    assert [(run.state, run.payload) for run in runs] == [("RUN_SUCCESS", {"n": 1})] * 2


def test_a_trigger_that_is_scheduled_starts_a_new_run_each_time(qstash: LocalQStash, endpoint: Endpoint) -> None:
    trigger = {"Upstash-Workflow-Init": "true", "Upstash-Workflow-RunId": "wfr_1", "Upstash-Cron": "0 * * * *"}
    api(qstash, "POST", f"/v2/schedules/{endpoint.url}", "{}", trigger)
    qstash.advance(2 * HOUR)
    assert len({run.workflow_run_id for run in qstash.runs()} - {"wfr_1"}) == 2


def test_the_typescript_sdk_makes_and_pauses_schedules(shared_qstash: LocalQStash, node_1: str) -> None:
    made = client(
        node_1, "qstash.schedules.create", {"destination": f"{node_1}/basic", "cron": "CRON_TZ=UTC 0 4 * * *"}
    )
    (schedule,) = client(node_1, "qstash.schedules.list")  # type: ignore[misc]
    assert (schedule["scheduleId"], schedule["cron"]) == (made["scheduleId"], "CRON_TZ=UTC 0 4 * * *")  # type: ignore[index]
    client(node_1, "qstash.schedules.pause", {"schedule": schedule["scheduleId"]})
    assert client(node_1, "qstash.schedules.get", schedule["scheduleId"])["isPaused"]  # type: ignore[index]
    client(node_1, "qstash.schedules.delete", schedule["scheduleId"])
    assert client(node_1, "qstash.schedules.list") == []


def test_in_real_time_schedules_fire_by_themselves(endpoint: Endpoint) -> None:
    with LocalQStash(virtual_clock=False, speed=3000) as qstash:
        QStash(qstash.token, base_url=qstash.url).schedule.create(destination=endpoint.url, cron="* * * * *")
        qstash.wait_until_idle()
        assert endpoint.arrived(3, timeout=20)


def test_schedules_survive_the_server(endpoint: Endpoint, tmp_path: Path) -> None:
    with LocalQStash(store=tmp_path / "store.db") as before:
        QStash(before.token, base_url=before.url).schedule.create(destination=endpoint.url, cron="0 * * * *")
    with LocalQStash(store=tmp_path / "store.db") as after:
        after.advance(2 * HOUR)
    assert len(endpoint.received) == 2


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 400, "Upstash-Cron is missing"),
        ({"Upstash-Cron": "every day"}, 400, "five fields"),
        ({"Upstash-Cron": "* * * * * *"}, 400, "five fields"),
        ({"Upstash-Cron": "61 * * * *"}, 400, "Bad minute"),
        ({"Upstash-Cron": "0 0 30 2 *"}, 400, "invalid cron expression"),
        ({"Upstash-Cron": "CRON_TZ=Mars/Olympus 0 4 * * *"}, 400, "unknown time zone"),
        ({"Upstash-Cron": "* * * * *", "Upstash-Schedule-Id": "a b"}, 400, "the schedule's id"),
        ({"Upstash-Cron": "* * * * *", "Upstash-Retries": "many"}, 400, "Upstash-Retries"),
        ({"Upstash-Cron": "* * * * *", "Upstash-Callback": "https://example.com"}, 412, "--allow-remote"),
    ],
)
def test_what_cannot_be_scheduled(
    shared_qstash: LocalQStash, endpoint: Endpoint, headers: dict[str, str], status: int, message: str
) -> None:
    answer = api(shared_qstash, "POST", f"/v2/schedules/{endpoint.url}", None, headers)
    assert (answer.status, message in answer.text) == (status, True)
