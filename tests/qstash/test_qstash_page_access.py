"""Who gets the web page and what it reads: browsers under a name of this machine, with the token."""

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from qstash_browser import OpenPage
from qstash_hosts import api, call
from test_qstash_dev import started

from lobegen.qstash.page.guard import is_private_name
from lobegen.qstash.testing import LocalQStash

if TYPE_CHECKING:
    from qstash_hosts import Answered


def connected(qstash: LocalQStash) -> socket.socket:
    address = urlsplit(qstash.url)
    return socket.create_connection((address.hostname, address.port), timeout=20)


BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def test_browsers_get_the_page_and_others_a_word(qstash: LocalQStash) -> None:
    assert "<!doctype html>" in call(qstash.url, headers=BROWSER).text
    assert call(qstash.url).text == "The local QStash of lobegen is running.\n"


def test_the_page_may_load_and_ask_nobody_else(qstash: LocalQStash) -> None:
    headers = call(qstash.url, headers=BROWSER).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["runs", "changes", "runs/wfr_1"])
def test_what_the_page_reads_needs_the_token(qstash: LocalQStash, path: str) -> None:
    assert call(f"{qstash.url}/ui/api/{path}").status == 401


@pytest.mark.parametrize("path", ["/ui/api/runs", "/v2/workflows/logs"])
def test_a_name_that_somebody_may_own_is_refused(qstash: LocalQStash, path: str) -> None:
    answer = api(qstash, "GET", path, headers={"Host": "rebound.example.com:8080"})
    assert answer.status == 403
    assert "could be anybody's name" in answer.text


@pytest.mark.parametrize(
    ("name", "is_private"),
    [
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("192.168.1.7", True),
        ("qstash", True),
        ("host.docker.internal:8080", True),
        ("app.localhost", True),
        ("evil.example", False),
        ("evil.example.:80", False),
        ("notlocalhost.com", False),
        ("127.0.0.1.nip.io", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_private_names(name: str, is_private: bool) -> None:
    assert is_private_name(name) is is_private


def test_a_preflight_of_another_site_is_not_answered(qstash: LocalQStash) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Headers": "authorization"}
    answer: Answered = call(f"{qstash.url}/v2/workflows/dlq/restart", "OPTIONS", headers=asked)
    assert answer.status == 405
    assert "access-control-allow-origin" not in answer.headers


def test_files_that_are_not_the_pages_are_not_served(qstash: LocalQStash) -> None:
    for name in ("..%2f..%2fapp.py", "%2e%2e", "routes.py", "missing.js"):
        assert call(f"{qstash.url}/ui/{name}").status in (401, 404)


def test_a_file_that_the_browser_has_is_not_sent_again(qstash: LocalQStash) -> None:
    first = call(f"{qstash.url}/ui/app.js")
    again = call(f"{qstash.url}/ui/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status, again.text) == (200, 304, "")


def test_a_page_that_is_open_does_not_hold_the_server() -> None:
    with LocalQStash() as qstash, connected(qstash) as stream:
        stream.sendall(
            f"GET /ui/api/changes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {qstash.token}\r\n\r\n".encode()
        )
        told = b""
        while b"data: " not in told:
            told += stream.recv(4096)
        qstash.stop()
        while piece := stream.recv(4096):
            told += piece
    # the stream was ended, not cut
    assert told.endswith(b"0\r\n\r\n")


def test_with_a_token_of_ones_own_the_page_asks_for_it(open_page: OpenPage) -> None:
    with started("--token", "secret-of-mine") as dev:
        url = dev.environment["QSTASH_URL"]
        assert "secret-of-mine" not in call(url, headers=BROWSER).text
        page = open_page(url)
        page.get_by_label("QSTASH_TOKEN").fill("secret-of-mine")
        page.keyboard.press("Enter")
        expect(page.get_by_text("No runs yet.")).to_be_visible()
        expect(page.get_by_text("live", exact=True)).to_be_visible()
        assert page.context.cookies() == []
        page.context.close()
