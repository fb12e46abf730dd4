"""How fast `lobegen lint` is: a large tree against npm's oxlint in the same run, and one file of a small project.

    python bench/lint_speed.py [TREE] [--runs N] [--check]

TREE is a folder with `src` and `packages` (or any folder of sources), such as `apps/connect` of a LobeHub checkout;
without it, a synthetic tree of 5,300 files is made. Runs alternate, so that both tools meet the same machine; times of
single files only mean something on a machine that does nothing else. With --check a missed target is exit code 1.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from synthetic import large_tree, small_project

HERE = Path(__file__).resolve().parent
LINT = [str(Path(sys.executable).with_name("lobegen")), "lint", "--exit-zero", "--format", "concise"]
#: of the time that oxlint takes: with nothing remembered, and when nothing has changed
COLD, WARM = 1.0, 0.5
SECONDS = 0.25


def main() -> int:
    """Measure and print; with --check, 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = given.tree
        if tree is None:
            tree = Path(folder) / "large"
            tree.mkdir()
            large_tree(tree)
        met = measure_tree(tree, given.runs) & measure_files(Path(folder), given.runs)
        return int(given.check and not met)


def measure_tree(tree: Path, runs: int) -> bool:
    """Lint a whole tree with both tools; whether both ratios are within the target."""
    paths = [name for name in ("src", "packages") if (tree / name).is_dir()] or ["."]
    with tempfile.TemporaryDirectory() as kept:
        cold, warm = Path(kept, "cold"), Path(kept, "warm")
        commands = {
            "oxlint": [str(oxlint()), *paths],
            "cold": [*LINT, "--cache-dir", str(cold), *paths],
            "warm": [*LINT, "--cache-dir", str(warm), *paths],
        }
        medians = alternate(commands, tree, runs, before={"cold": lambda: shutil.rmtree(cold, ignore_errors=True)})
    print(f"{tree} ({' '.join(paths)}), median of {runs}:")
    for name, seconds in medians.items():
        print(f"  {name:8} {seconds:6.3f} s")
    cold_met = verdict("cold", medians["cold"] / medians["oxlint"], COLD, " of oxlint")
    return verdict("warm", medians["warm"] / medians["oxlint"], WARM, " of oxlint") and cold_met


def measure_files(folder: Path, runs: int) -> bool:
    """Lint one changed file of a small project of each language; whether both are within the target."""
    within = True
    for changed in small_project(folder):
        root = next(each for each in changed.parents if each.parent == folder)
        seconds = alternate({"lobegen": [*LINT, "--no-cache", str(changed.relative_to(root))]}, root, runs)["lobegen"]
        print(f"one changed {changed.suffix} file of a small project, median of {runs}:")
        within &= verdict("wall", seconds, SECONDS, " s")
    start = alternate({"python": [sys.executable, "-c", "pass"]}, folder, runs)["python"]
    print(f"for comparison: `python -c pass` takes {start:.3f} s")
    return within


def verdict(name: str, value: float, target: float, unit: str) -> bool:
    """Print a value beside its target."""
    within = value <= target
    print(f"  {name:8} {value:6.3f}{unit}  (target {target}{unit}: {'met' if within else 'MISSED'})")
    return within


def alternate(
    commands: dict[str, Sequence[str]], folder: Path, runs: int, before: dict[str, Callable[[], object]] | None = None
) -> dict[str, float]:
    """The median wall time of each command, run in turn after one run of each that does not count.

    Args:
        before: What is done before each run of a command, by its name.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    # an installed package has bytecode; where this is set, a checkout would be compiled anew in every run
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for turn in range(runs + 1):
        for name, command in commands.items():
            (before or {}).get(name, int)()
            begin = time.perf_counter()
            done = subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
            )
            seconds = time.perf_counter() - begin
            if done.returncode not in (0, 1) or (name != "oxlint" and done.returncode):
                raise SystemExit(f"{name} failed: {done.stderr.decode()}")
            if turn:
                times[name].append(seconds)
    return {name: statistics.median(each) for name, each in times.items()}


def oxlint() -> Path:
    """The oxlint of `bench/package-lock.json`, installed when it is not there."""
    command = HERE / "node_modules" / ".bin" / "oxlint"
    if not command.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    return command


if __name__ == "__main__":
    raise SystemExit(main())
