"""The linter finds what is broken in a generated FastAPI workflow: that it is silent on a fresh one is no blindness."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Render

ROUTES = "app/api/workflows/welcome_placeholder"
PROCESS, PAGINATE, EXECUTE = (f"{ROUTES}/{name}.py" for name in ("process_users", "paginate_users", "generate_user"))
WORKFLOW = "app/workflows/welcome_placeholder/__init__.py"
FIRST_STEP = '    loaded = await context.run("welcome-placeholder:get-item", get_item)'
SAVE = '    await context.run("welcome-placeholder:save-result", save_result)'
BREAKS = [
    (
        EXECUTE,
        FIRST_STEP,
        f"    if not context.request_payload:\n        return\n{FIRST_STEP}",
        "return-before-first-step",
    ),
    (EXECUTE, FIRST_STEP, f"    try:\n    {FIRST_STEP}\n    except Exception:\n        return", "swallowed-abort"),
    (EXECUTE, SAVE, SAVE.replace("await ", ""), "unawaited-step"),
    (EXECUTE, SAVE, f"{SAVE}\n    await context.cancel()", "unknown-context-method"),
    (EXECUTE, SAVE, SAVE.replace('"welcome-placeholder:save-result"', '""'), "unnamed-step"),
    (PAGINATE, "generate:{id_}", "generate", "duplicate-step-name"),
    (PROCESS, "if payload.dry_run or pending == 0:", "if pending == 0:", "missing-dry-run"),
    (WORKFLOW, "parallelism=1,", "parallelism=5,", "parallel-entry-point"),
]


@pytest.fixture(scope="module")
def fresh(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh")
    return render(folder, workflow="welcome-placeholder", entity="user", action="generate", flags=["paidOnly"])


@pytest.mark.parametrize(("name", "right", "wrong", "rule"), BREAKS, ids=[rule for *_, rule in BREAKS])
def test_a_break_is_found(fresh: Path, name: str, right: str, wrong: str, rule: str) -> None:
    file = fresh / name
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong, 1))
    command = [sys.executable, "-m", "lobegen", "lint", "--format", "json", "--ignore", "unfinished-scaffold", "."]
    try:
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
    finally:
        file.write_text(text)

    found = [finding["rule"] for finding in json.loads(done.stdout)["findings"]]
    assert rule in found
