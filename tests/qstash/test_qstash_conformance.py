"""Recorded programs behave as recorded, under each real SDK."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from python_workflows import EFFECTS
from qstash_hosts import call, client, effects, serve_node, serve_python
from qstash_vectors import Vector, as_json, deliveries_of, ends_of, racing_vectors, settled, vectors

from lobegen.qstash.delivery.signature import sign
from lobegen.qstash.testing import LocalQStash, RunView

#: The Python SDK has no client: a run is started with its own feature set.
PYTHON_FEATURES = {"Upstash-Feature-Set": "LazyFetch,InitialBody,WF_DetectTrigger"}


def post_directly(url: str, payload: object, qstash: LocalQStash) -> None:
    """Call the endpoint itself, as QStash would deliver a plain message; the SDK then starts the run."""
    body = json.dumps(payload).encode()
    call(url, "POST", body, {"Upstash-Signature": sign(qstash.current_signing_key, url, body)})


def expect(vector: Vector, runs: list[RunView], noted: list[str]) -> None:
    """Deliveries, ends and side effects; the order among parallel deliveries is free."""
    assert sorted(deliveries_of(runs)) == sorted(vector.deliveries)
    assert ends_of(runs) == as_json(vector.runs)
    assert settled(noted) == settled(vector.effects)


def run_python(vector: Vector, qstash: LocalQStash, host: str) -> None:
    known, url = len(qstash.runs()), f"{host}/{vector.workflow}"
    EFFECTS.clear()
    if vector.start == "post":
        post_directly(url, vector.payload, qstash)
    else:
        qstash.trigger(url, vector.payload, headers=PYTHON_FEATURES)
    qstash.wait_until_idle()
    expect(vector, qstash.runs()[known:], EFFECTS)


@pytest.mark.parametrize("vector", vectors("py"), ids=str)
def test_python_sdk(vector: Vector, shared_qstash: LocalQStash, python_host: str) -> None:
    run_python(vector, shared_qstash, python_host)


def run_typescript(vector: Vector, qstash: LocalQStash, host: str) -> None:
    known, url = len(qstash.runs()), f"{host}/{vector.workflow}"
    effects(host)
    if vector.start == "post":
        post_directly(url, vector.payload, qstash)
    else:
        options = {"url": url, "retries": vector.retries, "useFailureFunction": vector.use_failure_function or None}
        given = options | ({} if vector.payload is None else {"body": vector.payload})
        client(host, "trigger", {name: value for name, value in given.items() if value is not None})
    qstash.wait_until_idle()
    expect(vector, qstash.runs()[known:], effects(host))


@pytest.mark.parametrize("vector", vectors("js023"), ids=str)
def test_typescript_sdk_02(vector: Vector, shared_qstash: LocalQStash, node_02: str) -> None:
    run_typescript(vector, shared_qstash, node_02)


@pytest.mark.parametrize("vector", vectors("js133"), ids=str)
def test_typescript_sdk_1(vector: Vector, shared_qstash: LocalQStash, node_1: str) -> None:
    run_typescript(vector, shared_qstash, node_1)


@pytest.fixture(scope="module")
def one_at_a_time() -> Iterator[tuple[LocalQStash, dict[str, str]]]:
    """A local QStash that makes one delivery at a time, and the applications by SDK."""
    with ExitStack() as stack:
        qstash = stack.enter_context(LocalQStash(virtual_clock=True, max_in_flight=1))
        yield (
            qstash,
            {
                "py": stack.enter_context(serve_python(qstash.environment)),
                "js023": stack.enter_context(serve_node("0.2", qstash.environment)),
                "js133": stack.enter_context(serve_node("1", qstash.environment)),
            },
        )


@pytest.mark.parametrize("vector", racing_vectors(), ids=lambda vector: f"{vector.sdk}-{vector}")
def test_a_program_that_races_with_its_own_deliveries(
    vector: Vector, one_at_a_time: tuple[LocalQStash, dict[str, str]]
) -> None:
    qstash, hosts = one_at_a_time
    run = run_python if vector.sdk == "py" else run_typescript
    run(vector, qstash, hosts[vector.sdk])
