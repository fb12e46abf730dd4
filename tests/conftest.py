"""Fixtures of all tests: the real PostgreSQL and Redis, started once for each worker that asks for them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

import pytest

import services

Server = TypeVar("Server")

# started in the background, as by nohup, the tests would hand an ignored Ctrl-C on to the programs that they interrupt
signal.signal(signal.SIGINT, signal.default_int_handler)
# what a test finds never comes from an earlier run, but where that is what it is about
os.environ["LOBEGEN_CACHE_DIR"] = ""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[services.PostgreSQL]:
    """A running PostgreSQL server, for databases of a test's own; skips where there is none, and says why."""
    yield from _started(services.postgresql)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Redis]:
    """A running Redis server, shared: flush it first; skips where there is none, and says why."""
    yield from _started(services.redis)


def _started(start: Callable[[], AbstractContextManager[Server]]) -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(start())
        except services.NotInstalled as reason:
            pytest.skip(str(reason))
        yield server
