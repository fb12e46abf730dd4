"""The cost of a tree grows as its files do: what a run calls is counted, which says the same on any machine."""

import sys
from pathlib import Path

import pytest

from lobegen.lint import LintOptions, lint_paths

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from synthetic import workflow_tree


def calls(folder: Path, files: int) -> int:
    """How many calls, and steps of generators, it takes to lint as many workflow files with all rules."""
    folder.mkdir()
    workflow_tree(folder, files)
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        lint_paths([folder], root=folder, options=LintOptions(select=("ALL",)))
    finally:
        sys.setprofile(None)
    return count


def test_five_times_the_files_cost_five_times_as_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls(tmp_path / "first", 3)  # what is done once
    base = calls(tmp_path / "none", 0)
    few, many = calls(tmp_path / "few", 60) - base, calls(tmp_path / "many", 300) - base
    assert many / few < 5.5
