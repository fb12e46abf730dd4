"""The test that comes with each workflow passes as generated."""

from __future__ import annotations

from pathlib import Path

from nextjs_support import run

from lobegen.qstash.testing import LocalQStash


def test_the_generated_tests_pass_with_a_qstash_that_listens(golden: Path) -> None:
    with LocalQStash(virtual_clock=True) as qstash:
        output = run("vitest", "run", cwd=golden, env=qstash.environment)
        failed = [view for view in qstash.runs() if view.state == "RUN_FAILED"]

    assert "30 passed" in output
    assert "skipped" not in output
    assert [view.failure_function for view in failed] == ["CALLBACK_SUCCESS"] * 3
    assert output.count(":process:error] Failed for good") == 3


def test_without_a_qstash_the_rest_passes_and_the_skip_is_said(golden: Path) -> None:
    output = run("vitest", "run", "welcomePlaceholder", cwd=golden, env={"QSTASH_URL": "", "QSTASH_TOKEN": ""})

    assert "7 passed | 3 skipped" in output
    assert "Not run on QStash" in output
