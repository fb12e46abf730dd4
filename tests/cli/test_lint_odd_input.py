"""Whatever `lint` is told, by one option or two: it ends with 0, 1 or 2, and 2 is one line on standard error."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import UNNAMED, Outcome, Run

HELP = subprocess.run(
    [sys.executable, "-m", "lobegen", "lint", "--help"], capture_output=True, text=True, check=True
).stdout
OPTIONS = re.findall(r"^  (--[a-z-]+)(?: / (--[a-z-]+))?(?: (\S*[A-Z]\S*))?", HELP, re.MULTILINE)
WITH_VALUE = [name for name, _, value in OPTIONS if value]
#: those that are switched on; --watch does not end, --help says nothing of the rest
SWITCHES = [name for first, second, value in OPTIONS if not value for name in (first, second) if name]
SWITCHES = [name for name in SWITCHES if name not in ("--help", "--watch")]
WORDS = ["", " ", ",", "-", "--", "1", "never", "HEAD", "nested-step", "a)b", "a\nb", "\udcff", "x" * 300]
FILES = ["a.ts", "empty", "nowhere/x", "bin.dat", "/dev/null", "json=", "sarif=a.ts"]
PLACES = ["a.ts:3", "a.ts:0", "a.ts:99999999999999999999"]
ODD = [*WORDS, *FILES, *PLACES]


@pytest.fixture
def project(folder: Path) -> Path:
    """A repository with a finding, an empty folder and a file that is no text."""
    (folder / "a.ts").write_text(UNNAMED)
    (folder / "empty").mkdir()
    (folder / "bin.dat").write_bytes(b"\xff\xfe\0")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def faults(outcome: Outcome) -> list[str]:
    """What is wrong with how a run ended."""
    found = []
    if outcome.code == 2:
        found += ["not one line"] * (outcome.err.count("\n") != 1) + ["something on standard output"] * bool(
            outcome.out
        )
        found += ["no error of ours"] * (not outcome.err.startswith("lobegen: error: "))
    found += ["a mistake of ours"] * ("internal error" in outcome.err or "Traceback" in outcome.err)
    return found + ["an unknown code"] * (outcome.code not in (0, 1, 2))


def test_the_help_names_options_of_both_kinds() -> None:
    assert {"--select", "--format", "--config", "--explain-finding"} <= set(WITH_VALUE)
    assert {"--fix", "--statistics", "--exclude-tests"} <= set(SWITCHES)


@pytest.mark.parametrize("option", WITH_VALUE)
def test_an_odd_value(project: Path, lobegen: Run, option: str) -> None:
    wrong = {value: faults(lobegen("lint", option, value)) for value in ODD}
    assert {value: found for value, found in wrong.items() if found} == {}


@pytest.mark.parametrize("path", ODD)
def test_an_odd_path(project: Path, lobegen: Run, path: str) -> None:
    assert faults(lobegen("lint", path)) == []


@pytest.mark.parametrize("pair", list(itertools.combinations(SWITCHES, 2)), ids="".join)
def test_two_switches(project: Path, lobegen: Run, pair: tuple[str, str]) -> None:
    assert faults(lobegen("lint", *pair)) == []


@pytest.mark.parametrize("option", WITH_VALUE)
def test_a_switch_and_an_odd_value(project: Path, lobegen: Run, option: str) -> None:
    wrong = {
        (switch, value): faults(lobegen("lint", switch, option, value))
        for switch in SWITCHES
        for value in ("nested-step", "json=", "a.ts:3", "HEAD")
    }
    assert {given: found for given, found in wrong.items() if found} == {}
