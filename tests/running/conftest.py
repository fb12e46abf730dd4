"""Projects for `lobegen run`: scaffolded by `lobegen new`, in FastAPI with trouble on demand."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_support import COMMAND

NODE = Path(__file__).parents[1] / "node"
ANSWERS = ("--entity", "user", "--action", "generate", "--flag", "paidOnly", "--defaults")
#: with TROUBLE=user-0002, that user fails; with TROUBLE=hang or crash all of them do
TROUBLE = """\
    trouble = os.environ.get("TROUBLE", "")
    if trouble == "crash":
        os._exit(7)
    if trouble == "hang":
        import asyncio

        await asyncio.sleep(3600)
    if trouble == item["id"]:
        raise RuntimeError(f"{item['id']} has no name")
"""


def scaffold(into: Path, target: str) -> Path:
    """A project with welcome-placeholder, as a user makes it."""
    command = [sys.executable, "-c", COMMAND, "new", "welcome-placeholder", *ANSWERS]
    subprocess.run([*command, "--target", target, "--into", str(into)], check=True, stdout=subprocess.DEVNULL)
    return into


@pytest.fixture(scope="session")
def fastapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FastAPI project."""
    project = scaffold(tmp_path_factory.mktemp("fastapi"), "fastapi")
    logic = project / "app/workflows/welcome_placeholder/logic.py"
    marker = "    # TODO(lobegen): do the work here.\n"
    text = logic.read_text()
    assert marker in text
    logic.write_text(text.replace(marker, TROUBLE))
    return project


@pytest.fixture(scope="session")
def nextjs() -> Iterator[Path]:
    """A Next.js project below the packages: Next.js takes none through a link that leads out of its root."""
    if not (NODE / "node_modules/.bin/next").exists():
        pytest.fail("the Node packages of tests/node are not installed: run `npm ci` in tests/node")
    project = NODE / "sdk-1/.rendered/lobegen-run"
    shutil.rmtree(project, ignore_errors=True)
    yield scaffold(project, "nextjs")
    shutil.rmtree(project, ignore_errors=True)
