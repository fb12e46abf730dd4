"""How fast `lobegen lint` is where every file is a workflow: against ESLint in one run, and by the number of files.

    python bench/workflow_speed.py [--files N] [--runs N] [--plot FILE] [--check]

ESLint runs the three rules of `@inngest/eslint-plugin` with the TypeScript parser (`bench/eslint`). The tree is made
anew: a class that starts runs and two routes that it starts, again and again. What a file costs is processor time.
With --check a missed target is exit code 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from chart import Line, chart
from lint_speed import LINT
from synthetic import workflow_tree

HERE = Path(__file__).resolve().parent
SIZES = (500, 1_500, 5_000, 15_000, 50_000)
#: times the files a second of ESLint
TIMES = 5.0
#: what a file may cost among 50,000, against 500, start-up not counted
GROWTH = 1.5


def main() -> int:
    """Measure and print; with --check, 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5_000, help="files in the tree for both tools")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--plot", type=Path, help="measure what a file costs by their number too, and draw it")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    met = compare(given.files, given.runs)
    if given.plot is not None:
        met &= draw(given.plot)
    return int(given.check and not met)


def compare(files: int, runs: int) -> bool:
    """Lint one tree with both tools in turn; whether the ratio is within the target."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        workflow_tree(tree, files)
        shutil.copy(HERE / "eslint/eslint.config.mjs", tree)
        os.symlink(node_modules(), tree / "node_modules")
        commands = {"eslint": [str(node_modules() / ".bin/eslint"), "src"], "lobegen": [*LINT, "--no-cache", "src"]}
        wall = {name: median(timed(command, tree)[0] for _ in range(runs)) for name, command in commands.items()}
    for name, seconds in wall.items():
        print(f"{name:8} {seconds:6.2f} s for {files:,} workflow files: {files / seconds:,.0f} files a second")
    times = wall["eslint"] / wall["lobegen"]
    print(f"{times:.2f} times as many files a second (target {TIMES}: {'met' if times >= TIMES else 'MISSED'})")
    return times >= TIMES


def draw(file: Path) -> bool:
    """Measure trees of all sizes and draw what a file costs; whether that stays the same."""
    costs = []
    with tempfile.TemporaryDirectory() as empty:
        start = min(timed([*LINT, "--no-cache", "."], Path(empty))[1] for _ in range(5))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            workflow_tree(Path(folder), size)
            seconds = timed([*LINT, "--no-cache", "src"], Path(folder))[1]
            costs.append((seconds - start) / size * 1000)
            print(f"{size:7,} files: {seconds:7.2f} s of processor time, {costs[-1]:.2f} ms a file", flush=True)
    line = Line("lobegen lint", "#0969da", costs)
    title = "lobegen lint: ms of processor time per workflow file"
    file.write_text(chart(title, "Cost of a file by the number of files", SIZES, [line], axis="files", step=0.5))
    growth = costs[-1] / costs[0]
    print(f"a file among {SIZES[-1]:,} costs {growth:.2f} times what it costs among {SIZES[0]} (target {GROWTH})")
    return growth <= GROWTH


def timed(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """The wall time and the processor time of a command with its children, in seconds."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime


def node_modules() -> Path:
    """The packages of `bench/eslint/package-lock.json`, installed when they are not there."""
    installed = HERE / "eslint/node_modules"
    if not installed.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=installed.parent, check=True)
    return installed


if __name__ == "__main__":
    sys.exit(main())
