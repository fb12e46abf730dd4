"""`copier copy` as a user types it, without `--trust` and without a terminal: several workflows in one project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WORKFLOWS = [
    ("welcome-placeholder", "user", "redis"),
    ("agent-welcome", "agent", "database"),
    ("sync", "order", "redis"),
]


@pytest.mark.parametrize("target", ["fastapi", "nextjs"])
def test_three_workflows_land_in_one_project(template_source: Path, tmp_path: Path, target: str) -> None:
    for workflow, entity, store in WORKFLOWS:
        answers = {"target": target, "workflow": workflow, "entity": entity, "store": store}
        data = [argument for name, value in answers.items() for argument in ("-d", f"{name}={value}")]
        command = [sys.executable, "-m", "copier", "copy", "--defaults", *data, str(template_source), str(tmp_path)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    remembered = {path.name for path in (tmp_path / ".copier").iterdir()}
    assert remembered == {f"lobegen-{workflow}.yml" for workflow, *_ in WORKFLOWS}
