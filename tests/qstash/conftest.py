"""Servers that the tests of the local QStash share."""

from collections.abc import Iterator

import pytest
from qstash_hosts import Endpoint, serve_endpoint, serve_node, serve_python

from lobegen.qstash.testing import LocalQStash


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
