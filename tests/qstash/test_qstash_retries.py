"""Retries, delays and the end of patience, in virtual time."""

import threading
import time

import pytest
from qstash_hosts import OK, Endpoint, Received, Reply, api

from lobegen.qstash.clock import SkippingClock
from lobegen.qstash.publishing.expression import evaluate
from lobegen.qstash.testing import LocalQStash

FAILURE: Reply = (500, {"Upstash-Workflow-Sdk-Version": "1"}, b'{"error":"Error","message":"boom"}')


def starts(qstash: LocalQStash) -> list[int]:
    """When the deliveries started, in seconds after the first."""
    moments = [delivery.started_at for delivery in qstash.deliveries()]
    return [round((moment - moments[0]) / 1000) for moment in moments]


def answering(endpoint: Endpoint, *replies: Reply) -> None:
    """Give these answers, then 200."""
    rest = list(replies)
    endpoint.answer = lambda request: rest.pop(0) if rest else OK


def test_the_default_schedule_of_33_minutes_takes_no_time(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, *[FAILURE] * 9)
    began = time.monotonic()
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert time.monotonic() - began < 3
    assert starts(qstash) == [0, 12, 12 + 148, 12 + 148 + 1808]
    assert qstash.run(run_id).state == "RUN_FAILED"


def test_a_delivery_that_works_later_is_not_repeated(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, FAILURE, FAILURE)
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert [delivery.status for delivery in qstash.deliveries()] == [500, 500, 200]
    assert [request.headers["upstash-retried"] for request in endpoint.received] == ["0", "1", "2"]
    assert qstash.run(run_id).state == "RUN_STARTED"


@pytest.mark.parametrize(("retries", "deliveries"), [("0", 1), ("1", 2), ("5", 6)])
def test_retries_are_the_messages_own(qstash: LocalQStash, endpoint: Endpoint, retries: str, deliveries: int) -> None:
    answering(endpoint, *[FAILURE] * 9)
    qstash.trigger(endpoint.url, headers={"Upstash-Retries": retries})
    qstash.wait_until_idle()
    assert len(endpoint.received) == deliveries


def test_the_delay_is_an_expression_in_milliseconds(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, *[FAILURE] * 9)
    qstash.trigger(endpoint.url, headers={"Upstash-Retry-Delay": "pow(2, retried) * 1000"})
    qstash.wait_until_idle()
    assert starts(qstash) == [0, 1, 3, 7]


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("Retry-After", "7", 7),
        ("Retry-After", "6m5s", 365),
        ("X-RateLimit-Reset", "30", 30),
        ("X-RateLimit-Reset-Tokens", "1m", 60),
        ("Retry-After", "2d", 12),
        ("Retry-After", "nonsense", 12),
    ],
)
def test_the_endpoint_may_ask_for_a_delay_of_up_to_a_day(
    qstash: LocalQStash, endpoint: Endpoint, header: str, value: str, seconds: int
) -> None:
    answering(endpoint, (429, {header: value}, b""))
    qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert starts(qstash) == [0, seconds]


def test_489_ends_the_run_at_once(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, (489, {"Upstash-NonRetryable-Error": "true"}, b"{}"))
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert len(endpoint.received) == 1
    assert qstash.run(run_id).state == "RUN_FAILED"


def test_489_without_its_header_is_a_failure_like_others(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, (489, {}, b"{}"))
    qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert len(endpoint.received) == 2


def test_400_is_retried(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, (400, {"Upstash-Workflow-Sdk-Version": "1"}, b"{}"))
    qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert [delivery.status for delivery in qstash.deliveries()] == [400, 200]


def test_an_application_that_is_not_there_counts_as_failure(qstash: LocalQStash) -> None:
    run_id = qstash.trigger("http://127.0.0.1:1/")
    qstash.wait_until_idle()
    assert [delivery.status for delivery in qstash.deliveries()] == [0, 0, 0, 0]
    assert "connection refused" in qstash.deliveries()[0].error
    assert qstash.run(run_id).state == "RUN_FAILED"


def test_an_answer_that_takes_too_long_counts_as_failure(qstash: LocalQStash, endpoint: Endpoint) -> None:
    def sleep(request: Received) -> Reply:
        time.sleep(1.5 if request.headers["upstash-retried"] == "0" else 0)
        return OK

    endpoint.answer = sleep
    qstash.trigger(endpoint.url, headers={"Upstash-Timeout": "0.7s"})
    qstash.wait_until_idle()
    assert [delivery.status for delivery in qstash.deliveries()] == [0, 200]


@pytest.mark.parametrize(
    ("header", "seconds"), [("10s", 10), ("1h30m", 5400), ("2d", 172_800), ("5", 5), ("1.5s", 2), ("500ms", 0)]
)
def test_a_message_may_be_delayed(qstash: LocalQStash, endpoint: Endpoint, header: str, seconds: int) -> None:
    before = qstash.now()
    qstash.trigger(endpoint.url, headers={"Upstash-Delay": header})
    qstash.wait_until_idle()
    assert round((qstash.deliveries()[0].started_at - before) / 1000) == seconds


def test_a_message_may_be_for_a_later_moment(qstash: LocalQStash, endpoint: Endpoint) -> None:
    moment = qstash.now() // 1000 + 3600
    qstash.trigger(endpoint.url, headers={"Upstash-Not-Before": str(moment)})
    qstash.wait_until_idle()
    assert qstash.deliveries()[0].started_at // 1000 == moment


def test_what_failed_for_good_is_in_the_dead_letter_queue(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, FAILURE)
    run_id = qstash.trigger(endpoint.url, {"n": 1}, headers={"Upstash-Retries": "0", "Upstash-Label": "l1"})
    qstash.wait_until_idle()
    answer = api(qstash, "GET", f"/v2/dlq?workflowRunId={run_id}&source=workflow&label=l1").json
    assert isinstance(answer, dict)
    (letter,) = answer["messages"]
    assert (letter["workflowRunId"], letter["responseStatus"], letter["url"]) == (run_id, 500, endpoint.url)
    assert letter["body"] == '{"n": 1}'
    assert "boom" in letter["responseBody"]


def test_a_dead_letter_can_be_deleted(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, FAILURE)
    qstash.trigger(endpoint.url, headers={"Upstash-Retries": "0"})
    qstash.wait_until_idle()
    (letter,) = qstash.dead_letters()
    assert api(qstash, "DELETE", f"/v2/workflows/dlq?dlqIds={letter.id}&dlqIds=other").json == {"deleted": 1}
    assert qstash.dead_letters() == []


def test_an_endpoint_that_is_no_workflow_fails_the_run(qstash: LocalQStash, endpoint: Endpoint) -> None:
    answering(endpoint, (200, {}, b"hello"))
    run_id = qstash.trigger(endpoint.url)
    qstash.wait_until_idle()
    assert qstash.run(run_id).state == "RUN_FAILED"
    assert "detected a non-workflow destination" in qstash.dead_letters()[0].answer.error
    assert qstash.dead_letters()[0].answer.body == b"hello"


@pytest.mark.parametrize(
    ("text", "retried", "value"),
    [
        ("1000", 0, 1000),
        ("1000 * (1 + retried)", 2, 3000),
        ("pow(2, retried) * 1000", 3, 8000),
        ("min(86400000, exp(2.5 * retried))", 2, 148.4131591025766),
        ("max(1, 2, 3) + abs(-4) + sqrt(16) + floor(1.9) + ceil(1.1) + round(2.4)", 0, 16),
        ("-retried % 3", 4, -1),
    ],
)
def test_an_expression_has_its_value(text: str, retried: int, value: float) -> None:
    assert evaluate(text, retried) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "retried.real",
        "__import__('os').system('x')",
        "open('x')",
        "[1][0]",
        "'a' * 9",
        "pow(10, pow(10, 10))",
        "1 / 0",
        "sqrt(-1)",
        "9 ** 9 ** 9",
        "lambda: 1",
        "True",
        "retried if retried else 1",
        "min()",
        "pow(2)",
        "(" * 300 + "1" + ")" * 300,
    ],
)
def test_no_other_expression_is_evaluated(text: str) -> None:
    with pytest.raises(ValueError, match="retry delay"):
        evaluate(text, 0)


def test_a_skipping_clock_jumps_when_nothing_is_in_flight(endpoint: Endpoint) -> None:
    answering(endpoint, *[FAILURE] * 9)
    with LocalQStash(clock=SkippingClock()) as qstash:
        began = time.monotonic()
        qstash.trigger(endpoint.url)
        qstash.wait_until_idle()
        assert time.monotonic() - began < 3
        assert starts(qstash) == [0, 12, 12 + 148, 12 + 148 + 1808]


def test_a_skipping_clock_runs_while_something_is_in_flight(endpoint: Endpoint) -> None:
    """In virtual time, what is due later would wait for the slow one, which waits for it here."""
    later = threading.Event()

    def answer(request: Received) -> Reply:
        if request.path == "/slow":
            assert later.wait(30)
        else:
            later.set()
        return OK

    endpoint.answer = answer
    with LocalQStash(clock=SkippingClock()) as qstash:
        qstash.trigger(f"{endpoint.url}/slow")
        qstash.trigger(f"{endpoint.url}/later", headers={"Upstash-Delay": "1s"})
        qstash.wait_until_idle()
        assert [delivery.status for delivery in qstash.deliveries()] == [200, 200]
