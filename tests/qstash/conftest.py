"""Servers that the tests of the local QStash share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from qstash_browser import PATIENCE, OpenPage, Watch, launch
from qstash_hosts import Endpoint, serve_endpoint, serve_node, serve_python

from lobegen.qstash.testing import LocalQStash

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def qstash() -> Iterator[LocalQStash]:
    """A local QStash in virtual time, with nothing in it."""
    with LocalQStash(virtual_clock=True) as server:
        yield server


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A server that answers 200 as a workflow endpoint would, until it is told otherwise."""
    with serve_endpoint() as server:
        yield server


@pytest.fixture(scope="session")
def shared_qstash() -> Iterator[LocalQStash]:
    """A local QStash in virtual time for the applications that are slow to start."""
    with LocalQStash(virtual_clock=True) as server:
        yield server


@pytest.fixture(scope="session")
def python_host(shared_qstash: LocalQStash) -> Iterator[str]:
    """The address of the Python workflows; deliveries are verified."""
    with serve_python(shared_qstash.environment) as address:
        yield address


@pytest.fixture(scope="session")
def node_1(shared_qstash: LocalQStash) -> Iterator[str]:
    """The address of the workflows on @upstash/workflow 1.x; deliveries are verified."""
    with serve_node("1", shared_qstash.environment) as address:
        yield address


@pytest.fixture(scope="session")
def node_02(shared_qstash: LocalQStash) -> Iterator[str]:
    """The address of the workflows on @upstash/workflow 0.2.x; deliveries are verified."""
    with serve_node("0.2", shared_qstash.environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless browser; skips where there is none, and says why.

    While it is there the main thread has an event loop of Playwright's, in which no other module's could run.
    """
    with launch() as started:
        yield started


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[OpenPage]:
    """`open_page(address, scheme=..., width=...)`: a tab, which must ask nobody else and complain about nothing."""
    watch, contexts, hosts = Watch(), [], set()

    def open_(address: str, scheme: str = "light", width: int = 1280) -> "Page":
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch.follow(page)
        hosts.add(urlsplit(address).netloc)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert watch.complaints == []
    assert watch.hosts <= hosts
