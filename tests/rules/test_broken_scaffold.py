"""What lobegen scaffolds has no finding; broken in one place, it has the one that says so."""

import re
import shutil
from pathlib import Path

import pytest

from lobegen.lint import lint_paths

NEXTJS = "src/app/(backend)/api/workflows/welcome-placeholder"
FASTAPI = "app/api/workflows/welcome_placeholder"
FIRST_STEP = r"\n    ((?:\w+ = )?await context\.run\()"

#: rule, file, what is replaced (its first occurrence unless said), by what
BROKEN = {
    "nextjs": [
        ("duplicate-step-name", "paginate-users/route.ts", r":execute:\$\{\w+\}", ":execute"),
        ("unstable-step-name", "paginate-users/route.ts", r":execute:\$\{\w+\}", ":execute:${Date.now()}"),
        ("swallowed-abort", "paginate-users/route.ts", r"Promise\.all\(", "Promise.allSettled("),
        ("missing-dry-run", "process-users/route.ts", r"if \(dryRun\)", "if (false)"),
        ("unnamed-step", "process-users/route.ts", r"'welcome-placeholder:trigger'", "''"),
        ("unawaited-step", "process-users/route.ts", r"await (context\.run\('\S+:trigger')", r"\1"),
        (
            "return-before-first-step",
            "generate-user/route.ts",
            r"async \(context\) => \{",
            r"\g<0> if (!context.requestPayload) return { success: false, error: 'empty' };",
        ),
        ("removed-serve-option", "generate-user/route.ts", r"baseUrl:", "retries: 1, baseUrl:"),
        ("stalled-pagination", "paginate-users/route.ts", r"cursor: nextCursor,", "cursor,"),
        ("skipped-layer", "process-users/route.ts", r"triggerPaginateUsers\(", "triggerGenerateUser("),
        ("dry-run-effect", "process-users/route.ts", r"if \(dryRun\)", "if (!dryRun)"),
        (
            "unknown-trigger-target",
            "../../../../../server/workflows/welcomePlaceholder/index.ts",
            "/paginate-users",
            "/paginate-user",
        ),
        ("unprefixed-step-name", "process-users/route.ts", r"'welcome-placeholder:trigger'", "'trigger'"),
        ("inconsistent-log-prefix", "paginate-users/route.ts", r"\[welcome-placeholder:paginate\] Nothing", "Nothing"),
        ("inconsistent-result-shape", "generate-user/route.ts", r"success: true,", ""),
        (
            "missing-layer-file",
            "../../../../../server/workflows/welcomePlaceholder/index.ts",
            "WelcomePlaceholderW",
            "W",
        ),
    ],
    "fastapi": [
        ("duplicate-step-name", "paginate_users.py", r":\{id_\}", ""),
        (
            "return-before-first-step",
            "process_users.py",
            FIRST_STEP,
            r"\n    if not context.env:\n        return\n    \1",
        ),
        (
            "throw-before-first-step",
            "process_users.py",
            FIRST_STEP,
            r"\n    if not context.env:\n        raise ValueError\n    \1",
        ),
        ("unprefixed-step-name", "generate_user.py", "welcome-placeholder:get-item", "get-item"),
        ("inconsistent-log-prefix", "process_users.py", r"placeholder:process\] Check", "placeholder:paginate] Check"),
        ("unawaited-step", "generate_user.py", r"\n    await (context\.run\()", r"\n    \1"),
        ("missing-dry-run", "process_users.py", r"\bdry_run\b", "force"),
        (
            "parallel-entry-point",
            "../../../workflows/welcome_placeholder/__init__.py",
            r"parallelism=1,",
            "parallelism=3,",
        ),
        ("stalled-pagination", "paginate_users.py", r'cursor=page\["cursor"\]', "cursor=payload.cursor"),
        ("unguarded-recursion", "paginate_users.py", r"len\(ids\) > CHUNK_SIZE", "len(ids) > 0"),
        (
            "dry-run-effect",
            "process_users.py",
            "if payload.dry_run or pending == 0",
            "if pending == 0 and payload.dry_run",
        ),
        ("skipped-layer", "process_users.py", r"trigger_paginate_users\(", "trigger_generate_user("),
    ],
}


def found(folder: Path) -> set[tuple[str, str]]:
    report = lint_paths([folder], root=folder)
    assert not report.failures
    return {(each.rule, each.severity.label) for each in report.findings if each.rule != "unfinished-scaffold"}


@pytest.mark.parametrize("target", BROKEN)
def test_a_fresh_scaffold_has_no_finding(target: str, scaffolds: dict[str, Path]) -> None:
    assert found(scaffolds[target]) == set()


@pytest.mark.parametrize(
    ("target", "rule", "file", "pattern", "replacement"),
    [pytest.param(target, *case, id=f"{target}-{case[0]}") for target, cases in BROKEN.items() for case in cases],
)
def test_a_broken_scaffold_has_the_finding(
    target: str,
    rule: str,
    file: str,
    pattern: str,
    replacement: str,
    scaffolds: dict[str, Path],
    tmp_path: Path,
) -> None:
    folder = tmp_path / target
    shutil.copytree(scaffolds[target], folder)
    path = folder / (NEXTJS if target == "nextjs" else FASTAPI) / file
    text = path.read_text()
    broken = re.sub(pattern, replacement, text, count=0 if rule == "missing-dry-run" else 1)
    assert broken != text, "the template no longer holds what this test breaks"
    path.write_text(broken)
    assert {name for name, _ in found(folder)} == {rule}
