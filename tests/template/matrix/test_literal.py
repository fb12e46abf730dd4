"""What the guide costs by its letter (a small workflow of ours, after its text), beside what is generated from it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from generated_apps import payload
from nextjs_support import hosted, link_packages

from lobegen.qstash.testing import LocalQStash, RunView

LITERAL = Path(__file__).parent / "literal"
LAYERS = ("process-items", "paginate-items", "execute-item")


def run(folder: Path, sdk: str, rows: int) -> dict[str, list[RunView]]:
    """The runs of each layer."""
    project = shutil.copytree(LITERAL, link_packages(folder, sdk) / "project")
    with LocalQStash(virtual_clock=True) as qstash:
        with hosted(project, {**qstash.environment, "DEMO_ROWS": str(rows)}) as (url, _):
            urlopen(Request(f"{url}/start/literal", json.dumps({}).encode()), timeout=30).close()
            qstash.wait_until_idle(900)
        runs = qstash.runs()
    return {layer: [each for each in runs if each.workflow_url.endswith(layer)] for layer in LAYERS}


@pytest.mark.parametrize(
    ("sdk", "rows"),
    [
        ("1", 51),
        *(pytest.param(sdk, 1000, marks=pytest.mark.soak) for sdk in ("1", "0.2")),
    ],
)
def test_the_guide_by_its_letter(tmp_path: Path, sdk: str, rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    layers = run(tmp_path, sdk, rows)

    executed = layers["execute-item"]
    assert {each.state for runs in layers.values() for each in runs} == {"RUN_SUCCESS"}
    assert set(Counter(payload(each)["itemId"] for each in executed).values()) == {1}
    assert len(executed) == rows
    controlled = [delivery.flow_control is not None for each in executed for delivery in each.deliveries]
    # SDK 1 ignores the option of `serve`; under 0.2 it begins with the second of four deliveries
    assert sum(controlled) == (0 if sdk == "1" else 3 * rows)
    counts = [(len(runs), sum(len(each.deliveries) for each in runs)) for runs in layers.values()]
    with capsys.disabled():
        total = sum(count for _, count in counts) / rows
        print(f"\n| guide, SDK {sdk} | {rows} | " + " | ".join(f"{n} / {d}" for n, d in counts) + f" | {total:.2f} |")
