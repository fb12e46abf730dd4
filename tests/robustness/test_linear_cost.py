"""The cost of a tree grows as its files do: the lines that a run goes through are counted, the same on any machine."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from lobegen.lint import LintOptions, lint_paths

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from synthetic import workflow_tree

TraceFunction = Callable[[FrameType, str, Any], Any]


def lines(folder: Path, files: int) -> int:
    """How many lines, each round of a loop anew, it takes to lint as many workflow files with all rules."""
    folder.mkdir()
    workflow_tree(folder, files)
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> TraceFunction:
        nonlocal count
        count += 1
        return trace

    sys.settrace(trace)
    try:
        lint_paths([folder], root=folder, options=LintOptions(select=("ALL",)))
    finally:
        sys.settrace(None)
    return count


def test_five_times_the_files_cost_five_times_as_much(tmp_path: Path) -> None:
    lines(tmp_path / "first", 3)  # what is done once
    base = lines(tmp_path / "none", 0)
    few, many = lines(tmp_path / "few", 60) - base, lines(tmp_path / "many", 300) - base
    assert many / few < 5.05  # a rule that looked at all imports for each endpoint made it 5.14
