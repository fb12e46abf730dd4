"""Signatures: ours are accepted by every SDK, and what an SDK accepts is what was recorded."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from qstash_hosts import Endpoint, api, call, serve_node, serve_python

from lobegen.qstash.delivery.signature import sign
from lobegen.qstash.testing import LocalQStash
from qstash import QStash, Receiver

BODY = b'[{"messageId":"msg_1","body":"e30=","callType":"step"}]'
URL = "http://127.0.0.1/wf"


def encoded(data: bytes, padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(data).decode()
    return text if padded else text.rstrip("=")


def forge(key: str, body: bytes = BODY, padded: bool = True, alg: str = "HS256", **changes: object) -> str:
    """A token made without lobegen's code; a change to None leaves the claim out."""
    now = int(time.time())
    claims: dict[str, object] = {"iss": "Upstash", "sub": URL, "exp": now + 300, "nbf": now, "iat": now, "jti": "jwt_1"}
    claims |= {"body": encoded(hashlib.sha256(body).digest(), padded)} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    head = encoded(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    signed = f"{head}.{encoded(json.dumps(claims).encode())}"
    mark = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}." if alg == "none" else f"{signed}.{encoded(mark)}"


PAST, FUTURE = int(time.time()) - 3600, int(time.time()) + 7200
#: name -> how the token differs, accepted by TypeScript, accepted by Python (facts: QStash wire protocol 2.8)
MATRIX: dict[str, tuple[dict[str, object], bool, bool]] = {
    "current key": ({}, True, True),
    "next key": ({"key": "next"}, True, True),
    "body claim without padding": ({"padded": False}, True, True),
    "another destination": ({"sub": "http://elsewhere/"}, True, True),
    "no iat, no jti": ({"iat": None, "jti": None}, True, True),
    "another key": ({"key": "sig_other"}, False, False),
    "another body": ({"body": b"{}"}, False, False),
    "expired": ({"exp": PAST}, False, False),
    "not valid yet": ({"nbf": FUTURE}, False, False),
    "another issuer": ({"iss": "Somebody"}, False, False),
    "not signed": ({"alg": "none"}, False, False),
    "no exp": ({"exp": None}, True, False),
    "no nbf": ({"nbf": None}, True, False),
    "no sub": ({"sub": None}, True, False),
}


def is_accepted(host: str, qstash: LocalQStash, changes: dict[str, object]) -> bool:
    """Whether a delivery with such a signature gets past the endpoint's check."""
    keys = {"next": qstash.next_signing_key}
    given = {name: value for name, value in changes.items() if name != "key"}
    wanted = str(changes.get("key", qstash.current_signing_key))
    return passes(host, forge(keys.get(wanted, wanted), **given))  # type: ignore[arg-type]


def passes(host: str, token: str | None) -> bool:
    headers = {
        "Upstash-Workflow-Sdk-Version": "1",
        "Upstash-Workflow-RunId": "wfr_none",
        "Upstash-Workflow-Init": "true",
        **({"Upstash-Signature": token} if token else {}),
    }
    return "Failed to verify" not in call(f"{host}/basic", "POST", BODY, headers).text


@pytest.mark.parametrize("case", MATRIX)
@pytest.mark.parametrize("host", ["node_1", "node_02", "python_host"])
def test_what_the_sdks_accept(shared_qstash: LocalQStash, request: pytest.FixtureRequest, host: str, case: str) -> None:
    changes, typescript, python = MATRIX[case]
    address = request.getfixturevalue(host)
    assert is_accepted(address, shared_qstash, changes) is (python if host == "python_host" else typescript)


@pytest.mark.parametrize("host", ["node_1", "node_02", "python_host"])
def test_a_delivery_without_signature_is_refused(request: pytest.FixtureRequest, host: str) -> None:
    assert not passes(request.getfixturevalue(host), None)


def test_our_signature_is_verified_by_the_sdks_receiver(qstash: LocalQStash) -> None:
    receiver = Receiver(qstash.current_signing_key, qstash.next_signing_key)
    token = sign(qstash.current_signing_key, URL, BODY)
    receiver.verify(signature=token, body=BODY.decode(), url=URL)


def test_every_delivery_is_signed_for_its_body_and_url(qstash: LocalQStash, endpoint: Endpoint) -> None:
    receiver = Receiver(qstash.current_signing_key, qstash.next_signing_key)
    qstash.trigger(f"{endpoint.url}/wf", {"n": "ü"})
    qstash.wait_until_idle()
    (request,) = endpoint.received
    receiver.verify(
        signature=request.headers["upstash-signature"], body=request.body.decode(), url=f"{endpoint.url}/wf"
    )


def test_signatures_carry_real_time_when_virtual_time_runs_ahead(qstash: LocalQStash, endpoint: Endpoint) -> None:
    qstash.trigger(endpoint.url, headers={"Upstash-Delay": "30d"})
    qstash.wait_until_idle()
    token = endpoint.received[0].headers["upstash-signature"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert abs(claims["nbf"] - time.time()) < 30
    assert claims["exp"] - claims["nbf"] == 300


@pytest.mark.parametrize("serve", [partial(serve_node, "1"), partial(serve_node, "0.2"), serve_python])
def test_an_endpoint_with_both_keys_outlives_one_roll(
    qstash: LocalQStash, serve: Callable[[dict[str, str]], AbstractContextManager[str]]
) -> None:
    with serve(qstash.environment) as host:
        assert [state_of_a_run(qstash, host, rolls) for rolls in (0, 1, 1)] == [
            "RUN_SUCCESS",
            "RUN_SUCCESS",
            "RUN_FAILED",
        ]


def state_of_a_run(qstash: LocalQStash, host: str, rolls: int) -> str:
    """How a run ends after the keys were rolled so many times more, as Python's client does it."""
    for _ in range(rolls):
        following = qstash.next_signing_key
        rolled = QStash(qstash.token, base_url=qstash.url).signing_key.rotate()
        assert (rolled.current, rolled.next) == (following, qstash.next_signing_key)
    run_id = qstash.trigger(f"{host}/basic", headers={"Upstash-Retries": "0"})
    qstash.wait_until_idle()
    return qstash.run(run_id).state


def test_rolled_keys_survive_the_server(tmp_path: Path) -> None:
    with LocalQStash(store=tmp_path / "store.db") as before:
        assert api(before, "POST", "/v2/keys/rotate").status == 200
        keys = (before.current_signing_key, before.next_signing_key)
    with LocalQStash(store=tmp_path / "store.db") as after:
        assert (after.current_signing_key, after.next_signing_key) == keys
