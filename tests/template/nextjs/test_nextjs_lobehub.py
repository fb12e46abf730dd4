"""With `lobehub` the generated code fits LobeHub's database module and tables.

LobeHub's sources are not part of this repository. A stand-in of our own (lobehub/) declares the names that generated
code imports; where LOBEHUB_CHECKOUT names LobeHub's folder (apps/connect of nocodeci/lobehub, or lobehub itself), its
own sources are type-checked against as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nextjs_support import NODE, Render, link_packages, run

from lobegen.qstash.testing import LocalQStash

ONE_SDK = pytest.mark.parametrize("sdk", ["0.2"], indirect=True, scope="session")
STAND_IN = Path(__file__).parent / "lobehub"
ENTITIES = (
    *("agent", "chat-group", "generation-topic", "knowledge-base", "message"),
    *("session", "session-group", "topic", "user", "invoice"),
)


@pytest.fixture(scope="module")
def lobehub(node: Path, sdk: str, render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in with a workflow for each table that LobeHub has, and one for a table that it does not have."""
    project = link_packages(tmp_path_factory.mktemp("lobehub"), sdk) / "project"
    shutil.copytree(STAND_IN, project)
    for index, entity in enumerate(ENTITIES):
        answers = {"flags": ["paidOnly"] if index % 2 else [], "dispatch": ("steps", "batch")[index // 2 % 2]}
        for store in ("database", "redis") if entity in ("user", "agent", "invoice") else ("database",):
            common = {"target": "nextjs", "sdk": sdk, "lobehub": True, "entity": entity, "store": store}
            render(project, workflow=f"{entity}-{store}-report", **common, **answers)
    return project


def test_it_type_checks_against_the_stand_in(lobehub: Path) -> None:
    run("tsc", "--noEmit", cwd=lobehub)


@ONE_SDK
def test_it_is_formatted(lobehub: Path) -> None:
    run("prettier", "--check", "--single-quote", "--print-width", "100", "src/**/*.ts", cwd=lobehub)


@ONE_SDK
def test_the_generated_tests_pass(lobehub: Path) -> None:
    names = ("userDatabaseReport", "agentRedisReport", "invoiceDatabaseReport")
    with LocalQStash(virtual_clock=True) as qstash:
        output = run("vitest", "run", *names, cwd=lobehub, env=qstash.environment)

    assert "30 passed" in output


@ONE_SDK
def test_the_cloud_re_exports_type_check(lobehub: Path, render: Render, sdk: str, tmp_path: Path) -> None:
    cloud = link_packages(tmp_path, sdk) / "cloud"
    shutil.copytree(lobehub, cloud / "lobehub")
    answers = {"target": "nextjs", "placement": "cloud", "entity": "user", "workflow": "user-database-report"}
    render(cloud, **answers)
    text = (cloud / "lobehub/tsconfig.json").read_text()
    text = text.replace('"./packages/', '"./lobehub/packages/').replace('["./src/*"]', '["./src/*", "./lobehub/src/*"]')
    text = text.replace('"paths": {', '"paths": {\n      "lobehub/*": ["./lobehub/*"],')
    (cloud / "tsconfig.json").write_text(text)

    run("tsc", "--noEmit", cwd=cloud)


@pytest.mark.skipif("LOBEHUB_CHECKOUT" not in os.environ, reason="LOBEHUB_CHECKOUT does not name a LobeHub checkout")
def test_it_type_checks_against_lobehubs_own_sources(lobehub: Path, tmp_path: Path, sdk: str) -> None:
    checkout = Path(os.environ["LOBEHUB_CHECKOUT"])
    project = link_packages(tmp_path, sdk) / "project"
    shutil.copytree(lobehub, project, ignore=shutil.ignore_patterns("packages"))
    for package in ("database", "types", "const", "utils"):
        shutil.copytree(checkout / "packages" / package / "src", project / "packages" / package / "src")
    text = (project / "tsconfig.json").read_text().replace(', "packages/**/*.ts"', "")
    own = "".join(f'"@lobechat/{name}": ["./packages/{name}/src"], ' for name in ("types", "const", "utils"))
    (project / "tsconfig.json").write_text(text.replace('"@/*": ["./src/*"]', f'{own}"@/*": ["./src/*"]'))

    command = [str(NODE / "node_modules/.bin/tsc"), "--noEmit"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()

    assert any(line.startswith("packages/") for line in lines), "LobeHub's sources were not read"
    assert [line for line in lines if line.startswith("src/")] == []
