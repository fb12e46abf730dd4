"""The version of upstash-workflow by lock and dependency files."""

from pathlib import Path

import pytest

from lobegen.model.sdk import SdkVersion
from lobegen.read.python import sdk_version

LOCK = '[[package]]\nname = "httpx"\nversion = "0.28.1"\n\n[[package]]\nname = "upstash-workflow"\nversion = "2.0.0"\n'

FILES: list[tuple[str, str | bytes, str]] = [
    ("uv.lock", LOCK, "2.0.0"),
    ("poetry.lock", LOCK.replace("\n", "\r\n"), "2.0.0"),
    ("pdm.lock", LOCK.replace("upstash-w", "upstash_w"), "2.0.0"),
    ("Pipfile.lock", '{"default": {"upstash-workflow": {"hashes": [], "version": "==1.2.0"}}}', "1.2.0"),
    (
        "pyproject.toml",
        '[project]\ndependencies = ["httpx", "upstash_workflow[fastapi] >=1.0, <3 ; python_version > \'3\'"]',
        "1.0",
    ),
    ("pyproject.toml", '[project.optional-dependencies]\nflows = ["Upstash-Workflow~=2.1"]', "2.1"),
    ("pyproject.toml", '[dependency-groups]\ndev = [{include-group = "x"}, "upstash-workflow==2.0.*"]', "2.0"),
    ("pyproject.toml", '[tool.poetry.dependencies]\nupstash-workflow = "^2.0"', "2.0"),
    (
        "pyproject.toml",
        '[tool.poetry.group.x.dependencies]\nupstash_workflow = {version = "1.5.1", extras = ["x"]}',
        "1.5.1",
    ),
    ("Pipfile", '[packages]\nupstash-workflow = "==1.1"', "1.1"),
    ("requirements.txt", "fastapi\nupstash-workflow==2.0.0  # pinned\n", "2.0.0"),
    ("requirements.txt", "upstash-workflow==2.0.0 \\\n    --hash=sha256:00\n", "2.0.0"),
    ("requirements.txt", "upstash-workflow==2.0.0\r\n".encode("utf-16"), "2.0.0"),
    ("requirements.txt", "upstash-workflow==2.0.0\n".encode("utf-16-le"), "2.0.0"),
    ("requirements.txt", b"\xef\xbb\xbfupstash-workflow>=1.3", "1.3"),
    ("requirements.txt", b"# caf\xe9\nupstash-workflow>1.3", "1.3"),
    ("requirements-dev.txt", "UPSTASH.workflow==2.0.0rc1", "2.0.0rc1"),
    ("requirements/base.txt", "upstash-workflow==2.0.0", "2.0.0"),
    ("environment.yml", "dependencies:\n  - python=3.12\n  - pip:\n      - upstash-workflow==2.0.0\n", "2.0.0"),
    ("environment.yaml", "dependencies:\n- 'upstash-workflow>=1.3'  # asked for\n", "1.3"),
    ("setup.cfg", "[options]\ninstall_requires =\n    httpx\n    upstash-workflow>=1.0\n", "1.0"),
    ("setup.py", "setup(install_requires=['httpx', 'upstash-workflow>=1.0'])", "1.0"),
]


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("name", "content", "version"), FILES)
def test_version_in(tmp_path: Path, name: str, content: str | bytes, version: str) -> None:
    _write(tmp_path / name, content)
    found = sdk_version(tmp_path / "app/main.py", tmp_path)
    assert found == SdkVersion(version, Path(name).name)


NOTHING: list[tuple[str, str | bytes]] = [
    ("pyproject.toml", "[project\nupstash-workflow = ["),
    ("pyproject.toml", '[project]\nname = "upstash-workflow"\nversion = "9.9"'),
    ("pyproject.toml", '[tool.ruff.lint.isort]\nknown-third-party = ["upstash_workflow"]'),
    ("pyproject.toml", '[tool.uv.sources]\nupstash-workflow = { git = "https://example.org/x", tag = "v2" }'),
    ("Pipfile.lock", "{upstash-workflow"),
    ("Pipfile.lock", "[" * 100_000 + '"upstash-workflow"'),
    ("Pipfile", '[packages]\nupstash-workflow = "*"'),
    ("requirements.txt", "upstash-workflow\nupstash-workflow-extras==1.0\nnot-upstash-workflow==2"),
    ("requirements.txt", "upstash-workflow @ git+https://example.org/x@2.0"),
    ("requirements.txt", "upstash-workflow<3"),
    ("requirements.txt", b"\xff\xfe\x00"),
    ("requirements.txt", "-r requirements.txt\n-r ../outside.txt\n-r missing.txt"),
    ("uv.lock", "name = upstash-workflow"),
]


@pytest.mark.parametrize(("name", "content"), NOTHING)
def test_no_version_in(tmp_path: Path, name: str, content: str | bytes) -> None:
    _write(tmp_path / "outside.txt", "upstash-workflow==9.9")
    _write(tmp_path / "project" / name, content)
    assert sdk_version(tmp_path / "project/main.py", tmp_path / "project") is None


def test_the_nearest_folder_counts(tmp_path: Path) -> None:
    _write(tmp_path / "requirements.txt", "upstash-workflow==1.0.0")
    _write(tmp_path / "service/requirements.txt", "upstash-workflow==2.0.0")
    assert sdk_version(tmp_path / "service/app/main.py", tmp_path) == SdkVersion("2.0.0", "requirements.txt")


def test_a_lock_counts_more_than_a_range_beside_it(tmp_path: Path) -> None:
    _write(tmp_path / "pyproject.toml", '[project]\ndependencies = ["upstash-workflow>=1.0"]')
    _write(tmp_path / "uv.lock", LOCK)
    assert sdk_version(tmp_path / "main.py", tmp_path) == SdkVersion("2.0.0", "uv.lock")


def test_the_lock_of_a_workspace_counts_more_than_a_range_in_it(tmp_path: Path) -> None:
    _write(tmp_path / "uv.lock", LOCK)
    _write(tmp_path / "service/pyproject.toml", '[project]\ndependencies = ["upstash-workflow>=1.0"]')
    assert sdk_version(tmp_path / "service/main.py", tmp_path) == SdkVersion("2.0.0", "uv.lock")


def test_an_exact_pin_counts_more_than_a_lock_further_up(tmp_path: Path) -> None:
    _write(tmp_path / "uv.lock", LOCK)
    _write(tmp_path / "example/requirements.txt", "upstash-workflow==1.0.0")
    assert sdk_version(tmp_path / "example/main.py", tmp_path) == SdkVersion("1.0.0", "requirements.txt")


def test_a_range_is_taken_when_no_lock_tells(tmp_path: Path) -> None:
    _write(tmp_path / "uv.lock", '[[package]]\nname = "httpx"\nversion = "1"\n')
    _write(tmp_path / "service/pyproject.toml", '[project]\ndependencies = ["upstash-workflow>=1.0"]')
    assert sdk_version(tmp_path / "service/main.py", tmp_path) == SdkVersion("1.0", "pyproject.toml")


def test_included_requirements_are_read(tmp_path: Path) -> None:
    _write(tmp_path / "requirements.txt", "-r deps/base.in.txt\n")
    _write(tmp_path / "deps/base.in.txt", "-r ../requirements.txt\nupstash-workflow==2.0.0\n")
    assert sdk_version(tmp_path / "main.py", tmp_path) == SdkVersion("2.0.0", "base.in.txt")


def test_nothing_above_the_root_is_read(tmp_path: Path) -> None:
    _write(tmp_path / "uv.lock", LOCK)
    assert sdk_version(tmp_path / "project/main.py", tmp_path / "project") is None


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    _write(tmp_path / "requirements.txt", "upstash-workflow==1.0.0")
    sdk_version(tmp_path / "main.py", tmp_path)
    _write(tmp_path / "requirements.txt", "upstash-workflow==2.0.0.post1")
    found = sdk_version(tmp_path / "main.py", tmp_path)
    assert found is not None
    assert found.version == "2.0.0.post1"
