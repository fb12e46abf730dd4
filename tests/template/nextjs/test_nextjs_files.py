"""Which files the Next.js template writes, and that a second workflow leaves the first one's alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nextjs_support import AGENT, ROUTES, WELCOME
from pytest_copie.plugin import Copie, Result

Copy = Callable[..., Result]

APP = {"package.json", "tsconfig.json", "next.config.ts", "vitest.config.mts", ".gitignore", ".env.example"}
OTHERS = [
    {"sdk": "0.2", "store": "database", "dispatch": "batch", "flags": []},
    {"sdk": "0.2", "lobehub": True, "dispatch": "batch"},
    {"workflow": "HTTPServer sync", "entity": "sales person", "action": "send-mail"},
    {"app_dir": "app/api/workflows", "server_dir": "lib/workflows", "entity": "category"},
]


def files(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}


def workflow_files(kebab: str, camel: str, entity: str) -> set[str]:
    server = f"src/server/workflows/{camel}"
    return {
        f"{ROUTES}/{kebab}/process-{entity}s/route.ts",
        f"{ROUTES}/{kebab}/paginate-{entity}s/route.ts",
        f"{ROUTES}/{kebab}/generate-{entity}/route.ts",
        *(f"{server}/{name}.ts" for name in ("index", "logic", "start", "index.test")),
        f".copier/lobegen-{kebab}.yml",
    }


@pytest.fixture
def copy(copie: Copie, template_source: Path) -> Copy:
    def render(**answers: object) -> Result:
        result = copie.copy(answers, template_dir=template_source)
        assert result.exception is None
        return result

    return render


def test_the_guides_first_example_has_the_guides_files(copy: Copy) -> None:
    assert files(copy(**WELCOME).project_dir) == APP | workflow_files(
        "welcome-placeholder", "welcomePlaceholder", "user"
    )


def test_the_guides_second_example_has_the_guides_files(copy: Copy) -> None:
    assert files(copy(**AGENT).project_dir) == APP | workflow_files("agent-welcome", "agentWelcome", "agent")


def test_lobehub_gets_no_app_of_its_own(copy: Copy) -> None:
    found = files(copy(**WELCOME, lobehub=True).project_dir)

    assert found == {".env.workflows.example"} | workflow_files("welcome-placeholder", "welcomePlaceholder", "user")


def test_the_cloud_gets_three_re_exports(copy: Copy) -> None:
    project = copy(**WELCOME, placement="cloud").project_dir
    layers = ("process-users", "paginate-users", "generate-user")

    assert files(project) == {
        ".copier/lobegen-welcome-placeholder.yml",
        *(f"{ROUTES}/welcome-placeholder/{layer}/route.ts" for layer in layers),
    }
    for layer in layers:
        path = f"{ROUTES}/welcome-placeholder/{layer}/route"
        assert (project / f"{path}.ts").read_text() == f"export {{ POST }} from 'lobehub/{path}';\n"


@pytest.mark.parametrize("answers", OTHERS, ids=["batch", "lobehub", "names", "folders"])
def test_only_the_users_own_file_is_left_to_write(copy: Copy, answers: dict[str, object]) -> None:
    project = copy(**{**WELCOME, **answers}).project_dir
    marked = [path.name for path in project.rglob("*.*") if path.is_file() and "TODO(lobegen)" in path.read_text()]

    assert marked == ["logic.ts"]


def test_a_second_workflow_changes_nothing_of_the_first(copie: Copie, copy: Copy, template_source: Path) -> None:
    first = copy(**WELCOME)
    second = copie(parent_result=first, child_tpl=template_source).copy({**AGENT, "sdk": "0.2", "store": "database"})

    assert second.exception is None
    assert files(second.project_dir) == files(first.project_dir) | workflow_files(
        "agent-welcome", "agentWelcome", "agent"
    )
    for name in files(first.project_dir):
        assert (second.project_dir / name).read_text() == (first.project_dir / name).read_text()


def test_the_users_own_file_is_written_once(copie: Copie, copy: Copy, template_source: Path) -> None:
    first = copy(**WELCOME)
    logic = first.project_dir / "src/server/workflows/welcomePlaceholder/logic.ts"
    logic.write_text("// mine\n")

    again = copie(parent_result=first, child_tpl=template_source).copy(WELCOME)

    assert again.exception is None
    assert (again.project_dir / logic.relative_to(first.project_dir)).read_text() == "// mine\n"


def test_the_example_environment_names_the_signing_keys(copy: Copy) -> None:
    text = (copy(**WELCOME).project_dir / ".env.example").read_text()

    for name in ("APP_URL", "QSTASH_URL", "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"):
        assert f"\n{name}=" in f"\n{text}"
