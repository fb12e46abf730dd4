"""The page's scripts and styles, held to what modules of Python are held to."""

import re
import subprocess
from pathlib import Path

import pytest
from qstash_hosts import HERE, NODE, sdk_folder

STATIC = HERE.parents[1] / "generator/lobegen/qstash/page/static"
SCRIPTS = sorted(STATIC.glob("*.js"))


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    """A tool of the Node packages that tests have."""
    sdk_folder("1")
    binary, *rest = command
    found = NODE / "node_modules/.bin" / binary
    return subprocess.run([str(found), *rest], capture_output=True, text=True, timeout=120, check=False)


def test_types_are_right() -> None:
    done = tool("tsc", "-p", str(HERE / "page.tsconfig.json"))
    assert done.stdout == ""


def test_the_format_is_prettiers() -> None:
    files = [str(path) for path in STATIC.iterdir() if path.suffix in (".js", ".css", ".html")]
    done = tool("prettier", "--check", "--no-config", "--print-width=120", "--single-quote", *files)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_says_what_it_is_for(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 300
    assert re.fullmatch(r"// [A-Z].*\.", lines[0])


def test_data_never_becomes_markup_or_code() -> None:
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|javascript:"
    )
    assert [path.name for path in SCRIPTS if sinks.search(path.read_text())] == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    named = {
        url
        for path in STATIC.iterdir()
        for url in re.findall(r"https?://[^'\"\s)`]+", path.read_text())
        if "w3.org/2000/svg" not in url
    }
    assert named == set()
