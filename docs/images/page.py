"""Takes the pictures of the web page: a scaffolded welcome-placeholder at work, in light and in dark."""

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1] / "tests/qstash"))

from qstash_browser import launch  # noqa: E402
from qstash_hosts import serve_generated  # noqa: E402

from lobegen.qstash.testing import LocalQStash, RunView  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = 25
SPEED = 4.0
#: A gateway error now and then, so that there is a retry to be seen.
FAULTS = ["error=0.08"]
ENTRY = "/api/workflows/welcome-placeholder/process-users"
#: What the start command says of layer 1.
FLOW_CONTROL = {
    "Upstash-Flow-Control-Key": "welcome-placeholder.process",
    "Upstash-Flow-Control-Value": "parallelism=1, rate=1",
}


def main() -> None:
    """Run the workflow, and take each view when there is something to see."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalQStash(virtual_clock=False, speed=SPEED, faults=FAULTS) as qstash,
        serve_generated(Path(folder) / "app", qstash.environment, ROWS) as app,
        launch() as browser,
    ):
        pages = {scheme: open_page(browser, scheme) for scheme in ("light", "dark")}
        root = qstash.trigger(app + ENTRY, {}, headers=FLOW_CONTROL)
        show(pages, f"{qstash.url}/#/run/{root}/tree")
        while finished(qstash) < ROWS * 0.4:
            time.sleep(0.2)
        take(pages, "tree")
        qstash.wait_until_idle(300)
        pagination = [run for run in qstash.runs() if run.workflow_url.endswith("/paginate-users")]
        most = max(pagination, key=lambda run: (failures(run), len(run.steps)))
        show(pages, f"{qstash.url}/#/run/{most.workflow_run_id}")
        for page in pages.values():
            tried = page.locator(".step", has_text="failed").first
            tried.click()
            tried.evaluate("step => step.scrollIntoView({ block: 'center' })")
        take(pages, "run")


def failures(run: RunView) -> int:
    """How many deliveries went wrong."""
    return sum(delivery.status != 200 for delivery in run.deliveries)


def finished(qstash: LocalQStash) -> int:
    """How many users are done."""
    return sum(run.workflow_url.endswith("/generate-user") and run.state == "RUN_SUCCESS" for run in qstash.runs())


def open_page(browser: "Browser", scheme: str) -> "Page":
    """A tab in light or dark."""
    return browser.new_context(color_scheme=scheme, viewport={"width": 1200, "height": 740}).new_page()  # type: ignore[arg-type]


def show(pages: dict[str, "Page"], address: str) -> None:
    """Open a view in both schemes; it changes by itself from then on."""
    for page in pages.values():
        page.goto(address)
        page.wait_for_selector("main h1")


def take(pages: dict[str, "Page"], name: str) -> None:
    """The view in both schemes, as close in time as can be."""
    pages["dark"].wait_for_timeout(1000)
    for scheme, page in pages.items():
        page.screenshot(path=FOLDER / f"page-{name}-{scheme}.png")


if __name__ == "__main__":
    main()
