"""Generated TypeScript is typed, formatted and lint-clean, whatever the answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nextjs_support import run


def test_every_combination_type_checks(matrix: Path) -> None:
    assert len(list(matrix.glob(".copier/*"))) == 20

    run("tsc", "--noEmit", "--noUnusedLocals", "--noUnusedParameters", cwd=matrix)


def test_every_combination_is_formatted(matrix: Path) -> None:
    run("prettier", "--check", "**/*.{ts,mts,json}", cwd=matrix)


def test_the_type_check_would_find_a_fault(golden: Path) -> None:
    config = golden / "tsconfig.fault.json"
    config.write_text('{"extends": "./tsconfig.json", "include": ["fault.ts"]}')
    (golden / "fault.ts").write_text(
        "import { WelcomePlaceholderWorkflow } from '@/server/workflows/welcomePlaceholder';\n"
        "void WelcomePlaceholderWorkflow.triggerGenerateUser({ userId: 1 });\n"
    )

    with pytest.raises(AssertionError, match="'number' is not assignable to type 'string'"):
        run("tsc", "--noEmit", "-p", config.name, cwd=golden)
    config.unlink()
    (golden / "fault.ts").unlink()


def test_the_linter_finds_only_what_is_still_to_be_written(golden: Path, matrix: Path) -> None:
    for project in (golden, matrix):
        command = [sys.executable, "-m", "lobegen", "lint", "--select", "ALL", "--format", "json", "src"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        findings = json.loads(done.stdout)["findings"]
        markers = sum(path.read_text().count("TODO(lobegen)") for path in project.glob("src/**/*.ts"))

        assert [finding for finding in findings if finding["rule"] != "unfinished-scaffold"] == []
        assert len(findings) == markers > 0
