"""The variables of the application and of the start command: where QStash is, and on which data it works."""

import os
from collections.abc import Mapping
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.running.project import Runnable

#: they would lead elsewhere than to the local QStash; empty, since a `.env` file sets what is not there
_MISLEADING = ("QSTASH_DEV", "UPSTASH_WORKFLOW_URL")
#: the user's own data, which a demo must never reach
OWN_DATA = ("DATABASE_URL", "REDIS_URL")


def environment_of(qstash: Mapping[str, str], port: int) -> dict[str, str]:
    """The variables of this process with those of the local QStash and the application's port on 127.0.0.1."""
    return {
        **{name: value for name, value in os.environ.items() if name != "NODE_ENV"},
        **dict.fromkeys(_MISLEADING, ""),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join((*_direct(), "127.0.0.1", "localhost"))),
        "NEXT_TELEMETRY_DISABLED": "1",
        "PYTHONUNBUFFERED": "1",
        **qstash,
        "APP_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
    }


def _direct() -> list[str]:
    """The hosts for which the user wants no proxy; the Python SDK would send even loopback through it."""
    return [value for name in ("no_proxy", "NO_PROXY") if (value := os.environ.get(name))][:1]


def demo_of(runnable: Runnable, items: int, folder: Path) -> dict[str, str]:
    """The variables that give the workflow a fresh demo table of so many items, whatever DATABASE_URL says.

    Args:
        runnable: The workflow.
        items: How many.
        folder: Where the embedded database may be kept.

    Raises:
        LobegenError: The workflow has no demo table.
    """
    if runnable.answers.get("lobehub"):
        hint = "Leave out --items: it then works on LobeHub's own database."
        raise LobegenError(f"{runnable.workflow} has no demo items: it reads LobeHub's tables.", hint)
    demo = {"DEMO_ROWS": str(items), "DEMO_DATABASE": str(folder / "demo.db")}
    return {**dict.fromkeys(OWN_DATA, ""), **demo}
