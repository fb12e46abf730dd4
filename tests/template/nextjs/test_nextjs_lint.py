"""The linter finds what is broken in a generated workflow: that it is silent on a fresh one is no blindness."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nextjs_support import ROUTES

pytestmark = pytest.mark.parametrize("sdk", ["1"], indirect=True, scope="session")

ENTRY, PAGES, ITEM = (
    f"{ROUTES}/welcome-placeholder/{layer}/route.ts" for layer in ("process-users", "paginate-users", "generate-user")
)
CLASS = "src/server/workflows/welcomePlaceholder/index.ts"
FIRST = "    const loaded = await context.run("
SAVE = "    await context.run('welcome-placeholder:save', () => {\n      return saveUser(item, result);\n    });\n"
FILTER = "WelcomePlaceholderWorkflow.filterUsersNeedingProcessing"
BREAKS = [
    (
        "return-before-first-step",
        ITEM,
        FIRST,
        f"    if (!context.requestPayload) return {{ success: false }};\n{FIRST}",
    ),
    ("throw-before-first-step", ITEM, FIRST, f"    if (!context.requestPayload) throw new Error('no');\n{FIRST}"),
    ("swallowed-abort", ITEM, SAVE, f"    try {{\n{SAVE}    }} catch {{\n      return {{ success: false }};\n    }}\n"),
    ("unawaited-step", ITEM, SAVE, SAVE.replace("await ", "")),
    ("unnamed-step", ITEM, "'welcome-placeholder:save'", "''"),
    ("nested-step", ITEM, "return saveUser(", "await context.run('inner', () => 1);\n      return saveUser("),
    ("removed-serve-option", ITEM, "receiver: ", "flowControl: { key: 'a', parallelism: 1 },\n    receiver: "),
    ("duplicate-step-name", PAGES, ":execute:${id}`", ":execute`"),
    ("unstable-step-name", PAGES, ":execute:${id}`", ":execute:${id}:${Date.now()}`"),
    ("missing-existing-filter", PAGES, f"return {FILTER}(page.ids, shared);", "return page.ids;"),
    ("missing-dry-run", ENTRY, "if (dryRun) {", "if (totalEligible < 0) {"),
    ("missing-flow-control", CLASS, "      flowControl: FLOW_CONTROL.execute,\n", ""),
    ("invalid-flow-control", CLASS, "key: 'welcome-placeholder.process'", "key: 'welcome-placeholder:process'"),
    ("parallel-entry-point", CLASS, "parallelism: 1,", "parallelism: 5,"),
]


@pytest.mark.parametrize(("rule", "name", "right", "wrong"), BREAKS, ids=[rule for rule, *_ in BREAKS])
def test_a_break_is_found(golden: Path, rule: str, name: str, right: str, wrong: str) -> None:
    file = golden / name
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong, 1))
    command = [sys.executable, "-m", "lobegen", "lint", "--format", "json", "--ignore", "guide", "src"]
    try:
        done = subprocess.run(command, cwd=golden, capture_output=True, text=True, check=False)
    finally:
        file.write_text(text)

    assert {finding["rule"] for finding in json.loads(done.stdout)["findings"]} == {rule}
