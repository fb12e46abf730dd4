"""The FastAPI target rendered for many answers: files, types, format and lint of what comes out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_copie.plugin import Copie

    from .conftest import Render

SHORT, LONG = "abc", "a-workflow-name-of-exactly-forty-letters"
LONG_ENTITY, LONG_ACTION = "entity-name-that-has-forty-letters-as-it", "an-action-name-of-forty-letters-in-words"
THREE_FLAGS = ["paidOnly", "isActive", "hasAFlagNameOfExactlyFortyCharactersLong"]
LONG_PACKAGE = "package_name_of_exactly_forty_characters"

# pairwise over store, dispatch and flags, each with another kind of name
CASES: list[dict[str, object]] = [
    {
        "workflow": "welcome-placeholder",
        "entity": "user",
        "action": "generate",
        "flags": ["paidOnly"],
        "store": "redis",
    },
    {"workflow": "agent-welcome", "entity": "agent", "action": "generate", "flags": ["paidOnly"], "store": "redis"},
    {"workflow": "HTTPServer sync", "entity": "sales person", "dispatch": "batch"},
    {"workflow": SHORT, "entity": SHORT, "action": "run", "store": "redis", "dispatch": "batch"},
    {"workflow": LONG, "entity": LONG_ENTITY, "action": LONG_ACTION, "flags": THREE_FLAGS, "dispatch": "batch"},
    {"workflow": "long-two", "entity": LONG_ENTITY, "flags": THREE_FLAGS, "store": "redis"},
    {"workflow": "S3Upload", "entity": "quiz", "action": "SMSNotify", "flags": ["paidOnly"]},
    {"workflow": "workflow", "entity": "payload", "action": "context", "flags": ["paidOnly"], "dispatch": "batch"},
    {"workflow": "metadata", "entity": "metadata", "action": "list", "flags": THREE_FLAGS},
    {"workflow": "serve", "entity": "item", "action": "get", "store": "redis"},
    {"workflow": "match", "entity": "type", "action": "print", "flags": ["on", "no"]},
    {
        "workflow": "zone-check",
        "entity": "page",
        "action": "trigger",
        "workflow_pascal": "ZONECheck",
        "page_size": 1000,
    },
    {"workflow": LONG, "entity": LONG_ENTITY, "action": LONG_ACTION, "flags": THREE_FLAGS, "package": LONG_PACKAGE},
    {"workflow": SHORT, "entity": "child", "store": "redis", "dispatch": "batch", "package": LONG_PACKAGE},
]
PACKAGES = ["app", LONG_PACKAGE]


def merge(source: Path, target: Path) -> None:
    """Adds a rendered project to another one: what both have must be the same file."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif place.exists():
            assert place.read_bytes() == path.read_bytes(), f"{place} differs between workflows"
        else:
            shutil.copy(path, place)


@pytest.fixture(scope="module")
def projects(copie_session: Copie, template_source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One project for each package name, with all its workflows."""
    folders = {package: tmp_path_factory.mktemp("matrix") for package in PACKAGES}
    for case in CASES:
        result = copie_session.copy(extra_answers={"target": "fastapi", **case}, template_dir=template_source)
        assert result.exception is None, (case, result.exception)
        merge(result.project_dir, folders[str(case.get("package", "app"))])
    return folders


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_generated_is_clean_for_ruff(projects: dict[str, Path], package: str) -> None:
    run("ruff", "check", "--isolated", ".", cwd=projects[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_generated_is_formatted(projects: dict[str, Path], package: str) -> None:
    run("ruff", "format", "--isolated", "--diff", ".", cwd=projects[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_generated_is_strictly_typed(projects: dict[str, Path], package: str) -> None:
    cache = Path(__file__).parents[2] / ".mypy_cache" / f"generated-{package}"

    run("mypy", "--strict", "--cache-dir", str(cache), ".", cwd=projects[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_lobegen_finds_nothing_but_the_markers(projects: dict[str, Path], package: str) -> None:
    report = run("lobegen", "lint", "--select", "ALL", "--format", "json", ".", cwd=projects[package])

    findings = json.loads(report)["findings"]
    marked = [line for path in projects[package].rglob("logic.py") for line in path.read_text().splitlines()]
    assert {finding["rule"] for finding in findings} == {"unfinished-scaffold"}
    assert len(findings) == sum("TODO(lobegen)" in line for line in marked)


def test_every_marker_is_in_the_seam(projects: dict[str, Path]) -> None:
    holders = {path.name for path in projects["app"].rglob("*.py") if "TODO(lobegen)" in path.read_text()}

    assert holders == {"logic.py"}


def test_no_generated_file_has_leftovers(projects: dict[str, Path]) -> None:
    for path in projects["app"].rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\{\{ |\{%|\n\n\n\n|[ \t]\n", text), path


def test_names_of_every_length_are_laid_out_as_ruff_does(render: Render, tmp_path: Path) -> None:
    letters = "the-quick-brown-fox-jumps-over-lazy-dogs-"
    for number in range(38):
        workflow, entity, action = (
            letters[: 3 + (number * step) % 38].strip("-").replace("-", " ") for step in (1, 7, 11)
        )
        flags = [[], ["paidOnly"], THREE_FLAGS][number % 3]
        render(
            tmp_path,
            workflow=f"{workflow[:-2]}{number:02}",
            entity=entity,
            action=action,
            flags=flags,
            store=["database", "redis"][number % 2],
            dispatch=["steps", "batch"][number // 2 % 2],
        )

    run("ruff", "check", "--isolated", ".", cwd=tmp_path)
    run("ruff", "format", "--isolated", "--diff", ".", cwd=tmp_path)


@pytest.mark.parametrize(
    ("workflow", "entity", "layers"),
    [
        ("welcome-placeholder", "user", ["generate_user", "paginate_users", "process_users"]),
        ("agent-welcome", "agent", ["generate_agent", "paginate_agents", "process_agents"]),
    ],
)
def test_the_guides_examples_give_the_guides_files(
    render: Render, tmp_path: Path, workflow: str, entity: str, layers: list[str]
) -> None:
    render(tmp_path, workflow=workflow, entity=entity, action="generate", flags=["paidOnly"], store="redis")

    folder = workflow.replace("-", "_")
    routes = (tmp_path / "app/api/workflows" / folder).glob("*_*.py")
    assert sorted(path.stem for path in routes if path.stem != "__init__") == layers
    assert {path.name for path in (tmp_path / "app/workflows" / folder).iterdir()} == {"__init__.py", "logic.py"}
    for layer in layers:
        assert (
            f'"/api/workflows/{workflow}/{layer.replace("_", "-")}"'
            in (tmp_path / "app/workflows" / folder / "__init__.py").read_text()
        )


def test_a_user_s_own_files_are_left_alone(render: Render, tmp_path: Path) -> None:
    for name in ("app/main.py", "app/__init__.py", "pyproject.toml", ".env.example"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine\n")

    render(tmp_path, workflow="first-one", entity="user")
    render(tmp_path, workflow="second-one", entity="user")

    for name in ("app/main.py", "app/__init__.py", "pyproject.toml", ".env.example"):
        assert (tmp_path / name).read_text() == "mine\n"


def test_only_the_redis_variant_brings_done_marks(render: Render, tmp_path: Path) -> None:
    render(tmp_path, workflow="first-one", entity="user", store="database")
    assert not (tmp_path / "app/workflows/done_marks.py").exists()

    render(tmp_path, workflow="second-one", entity="user", store="redis")
    assert (tmp_path / "app/workflows/done_marks.py").exists()


def test_the_message_says_what_is_still_to_write(
    render: Render, tmp_path: Path, template_source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import copier

    data = {"workflow": "welcome-placeholder", "entity": "user"}
    copier.run_copy(str(template_source), str(tmp_path), data=data, defaults=True)

    said = capsys.readouterr().err
    assert "TODO(lobegen)" in said
    assert "app/workflows/welcome_placeholder/logic.py" in said
    assert "python -m app.workflows.start welcome-placeholder --dry-run" in said
    assert "python -m pytest tests/workflows/test_welcome_placeholder.py" in said
