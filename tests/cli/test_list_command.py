"""`lobegen list`: the workflows of a project."""

import json
from pathlib import Path

import pytest
from cli_helpers import CLEAN, Run


@pytest.fixture
def route(folder: Path) -> str:
    """A route of Next.js."""
    path = folder / "src" / "app" / "api" / "workflows" / "greet" / "process-users" / "route.ts"
    path.parent.mkdir(parents=True)
    path.write_text(CLEAN)
    return path.relative_to(folder).as_posix()


def test_a_table_shows_route_sdk_and_file(lobegen: Run, route: str) -> None:
    head, columns, row = lobegen("list").out.splitlines()
    assert head == "greet  src/app/api/workflows/greet"
    assert columns.split() == ["LAYER", "ROUTE", "SDK", "FILE"]
    assert row.split() == ["-", "/api/workflows/greet/process-users", "@upstash/workflow", "1.3.3", f"{route}:2"]


def test_json_holds_the_same_for_programs(lobegen: Run, route: str) -> None:
    [workflow] = json.loads(lobegen("list", "--json").out)["workflows"]
    [endpoint] = workflow["endpoints"]
    assert (workflow["name"], workflow["scaffolded"]) == ("greet", False)
    assert (endpoint["route"], endpoint["path"], endpoint["line"]) == ("/api/workflows/greet/process-users", route, 2)
    assert endpoint["sdk"] == {"version": "1.3.3", "source": "package.json"}


def test_only_workflows_of_the_paths_are_listed(folder: Path, lobegen: Run, route: str) -> None:
    (folder / "other").mkdir()
    outcome = lobegen("list", "other")
    assert (outcome.code, outcome.out) == (0, "No Upstash workflow found.\n")


def test_nothing_to_list_is_an_empty_list_for_programs(lobegen: Run) -> None:
    assert json.loads(lobegen("list", "--json").out) == {"workflows": []}


def test_layers_are_listed_in_the_order_in_which_they_run(folder: Path, lobegen: Run) -> None:
    assert lobegen("new", "welcome-placeholder", "--entity", "user", "--defaults").code == 0
    [workflow] = json.loads(lobegen("list", "--json").out)["workflows"]
    assert [each["layer"] for each in workflow["endpoints"]] == ["entry", "pagination", "execution"]
    assert (workflow["scaffolded"], workflow["class"]) == (True, "WelcomePlaceholderWorkflow")
