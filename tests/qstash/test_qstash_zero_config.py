"""QSTASH_DEV=true: the TypeScript SDKs find the local QStash by themselves."""

from urllib.parse import urlsplit

import pytest
from qstash_hosts import serve_node

from lobegen.qstash.testing import LocalQStash


@pytest.mark.parametrize("line", ["1", "0.2"])
def test_the_sdk_needs_no_other_setting(qstash: LocalQStash, line: str) -> None:
    port = urlsplit(qstash.url).port
    with serve_node(line, {"QSTASH_DEV": "true", "QSTASH_DEV_PORT": str(port)}) as host:
        qstash.trigger(f"{host}/basic")
        qstash.wait_until_idle()
        (run,) = qstash.runs()
        assert (run.state, run.response) == ("RUN_SUCCESS", {"ok": True, "b": 2})
