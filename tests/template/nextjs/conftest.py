"""Fixtures for the Next.js template: the Node packages, and one project per SDK line with many workflows in it."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from nextjs_support import AGENT, NODE, WELCOME, Render, link_packages

LONG = "customer-account-subscription-invoice-row"
FLAGS: tuple[list[str], ...] = ([], ["paidOnly"], ["isActiveAndPaidForAtLeastOneWholeYear", "vip"])
NASTY = (
    {"workflow": "HTTPServer sync", "workflow_pascal": "HTTPServerSync", "entity": "sales person"},
    {"workflow": "S3Upload", "entity": "metadata", "dispatch": "batch"},
    {"workflow": "category_tree", "entity": "category", "store": "redis", "page_size": 7, "chunk_size": 3},
    {"workflow": "page.options/result", "entity": "page", "entities": "all-pages", "flags": ["ab"]},
)


def _combinations() -> list[dict[str, Any]]:
    """Workflows and entities of 3 to 40 characters, crossed with every other answer, always the same ones."""
    choice = Random(20).choice
    return [
        {
            "workflow": f"{LONG[: workflow - 1].rstrip('-')}{'abcd'[index % 4]}",
            "entity": LONG[:entity].rstrip("-"),
            "action": choice(("run", "summarise", "generate-and-summarise-and-send-by-email")),
            "flags": FLAGS[index % 3],
            "store": choice(("database", "redis")),
            "dispatch": choice(("steps", "batch")),
        }
        for index, (workflow, entity) in enumerate(product((3, 12, 25, 40), repeat=2))
    ]


@pytest.fixture(scope="session")
def node() -> Path:
    """The installed Node packages."""
    if not (NODE / "node_modules/.bin/tsc").exists():
        pytest.fail("the Node packages of tests/node are not installed: run `make node`, or `npm ci` in tests/node")
    return NODE


@pytest.fixture(scope="session", params=["1", "0.2"])
def sdk(request: pytest.FixtureRequest) -> str:
    """Both lines of @upstash/workflow."""
    return str(request.param)


@pytest.fixture(scope="session")
def golden(node: Path, sdk: str, render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the guide's two examples and a third workflow that differs in every answer."""
    project = link_packages(tmp_path_factory.mktemp("golden"), sdk) / "project"
    render(project, sdk=sdk, **WELCOME)
    render(project, sdk=sdk, **AGENT)
    other = {"store": "database", "dispatch": "batch", "page_size": 10, "chunk_size": 4}
    return render(project, sdk=sdk, target="nextjs", workflow="order-report", entity="order", **other)


@pytest.fixture(scope="session")
def matrix(node: Path, sdk: str, render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with a workflow for every combination."""
    project = link_packages(tmp_path_factory.mktemp("matrix"), sdk) / "project"
    for answers in (*_combinations(), *NASTY):
        render(project, target="nextjs", sdk=sdk, **answers)
    return project
