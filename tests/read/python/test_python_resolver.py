"""Python import specifiers to files of the project."""

from pathlib import Path

import pytest

from lobegen.read.python import PythonResolver

FILES = [
    "app/__init__.py",
    "app/main.py",
    "app/redis.py",
    "app/api/__init__.py",
    "app/api/route.py",
    "app/workflows/welcome/__init__.py",
    "app/workflows/welcome/logic.py",
    "app/workflows/types.py",
    "src/lib/__init__.py",
    "src/lib/core.py",
    "both.py",
    "both/__init__.py",
    "services/other/pyproject.toml",
    "services/other/src/other_lib/client.py",
    "services/other/src/other_lib/__init__.py",
    ".venv/lib/site-packages/pyproject.toml",
    ".venv/lib/site-packages/upstash_workflow/__init__.py",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "outside.py").write_text("")
    return tmp_path / "project"


RESOLVED = [
    ("app/main.py", "app.api.route", "app/api/route.py"),
    ("app/main.py", "app", "app/__init__.py"),
    ("app/main.py", "app.workflows.welcome", "app/workflows/welcome/__init__.py"),
    ("app/main.py", ".api.route", "app/api/route.py"),
    ("app/main.py", ".", "app/__init__.py"),
    ("app/api/route.py", "..main", "app/main.py"),
    ("app/api/route.py", ".", "app/api/__init__.py"),
    ("app/api/route.py", "..", "app/__init__.py"),
    ("app/api/__init__.py", ".route", "app/api/route.py"),
    ("app/api/route.py", "...both", "both/__init__.py"),
    ("app/workflows/welcome/logic.py", ".logic", "app/workflows/welcome/logic.py"),
    ("app/workflows/welcome/logic.py", "..types", "app/workflows/types.py"),
    ("src/lib/core.py", "lib", "src/lib/__init__.py"),
    ("app/main.py", "lib.core", "src/lib/core.py"),
    ("app/main.py", "both", "both/__init__.py"),
    ("app/api/route.py", "main", "app/main.py"),
    ("app/main.py", "other_lib.client", "services/other/src/other_lib/client.py"),
]


@pytest.mark.parametrize(("importer", "specifier", "expected"), RESOLVED)
def test_resolved(project: Path, importer: str, specifier: str, expected: str) -> None:
    assert PythonResolver(project).resolve(project / importer, specifier) == project / expected


UNRESOLVED = [
    ("app/main.py", "fastapi"),
    ("app/main.py", "upstash_workflow"),
    ("app/main.py", "app.missing"),
    ("app/main.py", "app.workflows"),
    ("app/workflows/welcome/logic.py", "types"),
    ("app/redis.py", "redis"),
    ("app/main.py", "..."),
    ("app/main.py", "...outside"),
    ("both.py", "..outside"),
    ("app/main.py", "." * 60 + "x"),
    ("app/main.py", "app/../../outside"),
    ("app/main.py", ""),
    ("app/main.py", "app..main"),
]


@pytest.mark.parametrize(("importer", "specifier"), UNRESOLVED)
def test_unresolved(project: Path, importer: str, specifier: str) -> None:
    assert PythonResolver(project).resolve(project / importer, specifier) is None


@pytest.mark.parametrize(
    ("importer", "specifier", "name", "expected"),
    [
        ("app/main.py", "app.api", "route", "app/api/route.py"),
        ("app/main.py", ".", "redis", "app/redis.py"),
        ("app/main.py", ".workflows", "welcome", "app/workflows/welcome/__init__.py"),
        ("app/main.py", "app.workflows", "types", "app/workflows/types.py"),
        ("app/main.py", "app.api", "router", None),
    ],
)
def test_members_that_are_modules(
    project: Path, importer: str, specifier: str, name: str, expected: str | None
) -> None:
    found = PythonResolver(project).resolve_member(project / importer, specifier, name)
    assert found == (project / expected if expected else None)


def test_a_link_out_of_the_root_is_not_followed(project: Path) -> None:
    (project / "app" / "linked.py").symlink_to(project.parent / "outside.py")
    assert PythonResolver(project).resolve(project / "app/main.py", "app.linked") is None


def test_paths_may_be_relative(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert PythonResolver(Path(".")).resolve(Path("app/main.py"), ".redis") == project / "app/redis.py"


def test_an_answer_is_remembered(project: Path) -> None:
    resolver = PythonResolver(project)
    first = resolver.resolve(project / "app/main.py", "app.redis")
    (project / "app/redis.py").unlink()
    assert resolver.resolve(project / "app/main.py", "app.redis") == first
