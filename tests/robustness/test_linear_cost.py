"""The cost of a tree, and of a file, grows as they do: what a run goes through is counted, the same on any machine."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lobegen.lint import LintOptions, lint_paths
from lobegen.lint.comments import notes

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from synthetic import workflow_tree

TraceFunction = Callable[[FrameType, str, Any], Any]
ROUTE = """\
import {{ serve }} from '@upstash/workflow/nextjs';

export const {{ POST }} = serve(async (context) => {{
{}}});
"""


def lines(folder: Path) -> int:
    """How many lines, each round of a loop anew, it takes to lint a folder with all rules."""
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


def tree(folder: Path, files: int) -> Path:
    """As many workflow files."""
    folder.mkdir()
    workflow_tree(folder, files)
    return folder


def test_five_times_the_files_cost_five_times_as_much(tmp_path: Path) -> None:
    lines(tree(tmp_path / "first", 3))  # what is done once
    base = lines(tree(tmp_path / "none", 0))
    few, many = lines(tree(tmp_path / "few", 60)) - base, lines(tree(tmp_path / "many", 300)) - base
    assert many / few < 5.05  # a rule that looked at all imports for each endpoint made it 5.14


@pytest.mark.parametrize(
    "line",
    [
        "// lobegen: allow nested-step (nothing to allow)\n",
        "  await context.run('step {}', () => {}); // lobegen: allow nested-step (nothing to allow)\n",
        "  await context.run('', () => {}); // lobegen: allow unnamed-step (allows)\n",
    ],
)
def test_five_times_the_comments_cost_five_times_as_much(tmp_path: Path, line: str) -> None:
    file = tmp_path / "route.ts"
    counted = []
    for count in (1, 1, 101, 501):  # the first one pays for what is done once
        file.write_text(ROUTE.format("".join(line.replace("{}", str(number), 1) for number in range(count))))
        counted.append(lines(tmp_path))
    _, base, few, many = counted
    assert (many - base) / (few - base) < 5.05


class Searched(bytes):
    """A text that counts how many of its bytes are searched."""

    count = 0

    def find(self, part: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(part, start, end)
        self.count += (len(self) if end is None else end) - start if found < 0 else found - start
        return found

    def rfind(self, part: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().rfind(part, start, end)
        self.count += (len(self) if end is None else end) - max(found, start)
        return found


@pytest.mark.parametrize("text", ["f('lobegen: x');\n", "'lobegen: x', ", "/* no */ 'lobegen: x', "])
def test_a_file_with_the_needle_in_texts_is_searched_a_few_times(text: str) -> None:
    source = Searched(text.encode() * 3000)
    assert notes("a.ts", source) == []
    reads = source.count / len(source)
    assert reads < 5
