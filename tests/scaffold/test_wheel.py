"""The installed wheel: scaffolds offline, with the repository's own template, and its projects can be updated."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from scaffold_helpers import commit, git, release, tree

import lobegen

REPOSITORY = Path(__file__).resolve().parents[2]
OFFLINE = """\
import socket
def refuse(*_: object) -> None:
    raise OSError("this test is offline")
socket.socket.connect = refuse
"""

Installed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel of this working tree in it, its dependencies borrowed from ours."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    wheel = next(folder.glob("*.whl"))
    install = ["-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    packages = next((folder / "venv/lib").glob("python*")) / "site-packages"
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (packages / "sitecustomize.py").write_text(OFFLINE)
    return packages


@pytest.fixture
def installed(site_packages: Path, tmp_path: Path) -> Installed:
    """Run the `lobegen` of the wheel; git may read local repositories only."""
    command = site_packages.parents[2] / "bin/lobegen"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment["GIT_ALLOW_PROTOCOL"] = "file"
        return subprocess.run(
            [command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_wheel_has_the_files_of_the_web_page(site_packages: Path) -> None:
    folder = "lobegen/qstash/page/static"
    assert tree(site_packages / folder) == tree(REPOSITORY / "generator" / folder)


@pytest.mark.parametrize("target", ["fastapi", "nextjs"])
def test_scaffolds_offline(installed: Installed, tmp_path: Path, target: str) -> None:
    done = installed("new", "welcome", "--entity", "user", "--target", target, "--defaults", "--into", "project")
    assert done.returncode == 0, done.stderr
    assert f"_commit: v{lobegen.__version__}" in (tmp_path / "project/.copier/lobegen-welcome.yml").read_text()


def test_holds_the_template_of_the_repository(site_packages: Path) -> None:
    packaged = site_packages / "lobegen/_template"
    assert tree(packaged / "template") == tree(REPOSITORY / "template")
    assert (packaged / "copier.yml").read_bytes() == (REPOSITORY / "copier.yml").read_bytes()


def test_its_projects_are_updated_from_the_repository(
    installed: Installed, tmp_path: Path, real_template: Path
) -> None:
    installed("new", "welcome", "--entity", "user", "--defaults", "--into", "project")
    commit(tmp_path / "project")
    release(real_template, "v99.0.0", {"template/fastapi/added.py.jinja": "added = 1\n"})
    git(tmp_path, "config", "--global", f"url.{real_template}.insteadOf", url_of(tmp_path / "project"))
    done = installed("update", "project")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "project", "status", "--porcelain") == " M .copier/lobegen-welcome.yml\n?? added.py"


def url_of(project: Path) -> str:
    lines = (project / ".copier/lobegen-welcome.yml").read_text().splitlines()
    return next(line.removeprefix("_src_path: ") for line in lines if line.startswith("_src_path: https://"))
