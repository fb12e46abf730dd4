"""Every recorded program that does not depend on timing behaves as recorded, under each real SDK."""

import json

import pytest
from python_workflows import EFFECTS
from qstash_hosts import call, client, effects
from qstash_vectors import Vector, as_json, deliveries_of, ends_of, settled, vectors

from lobegen.qstash.signature import sign
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


@pytest.mark.parametrize("vector", vectors("py"), ids=str)
def test_python_sdk(vector: Vector, shared_qstash: LocalQStash, python_host: str) -> None:
    known, url = len(shared_qstash.runs()), f"{python_host}/{vector.workflow}"
    EFFECTS.clear()
    if vector.start == "post":
        post_directly(url, vector.payload, shared_qstash)
    else:
        shared_qstash.trigger(url, vector.payload, headers=PYTHON_FEATURES)
    shared_qstash.wait_until_idle()
    expect(vector, shared_qstash.runs()[known:], EFFECTS)


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
