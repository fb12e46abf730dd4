"""Lints files one by one in a process that may die of them: paths on standard input, one line of JSON for each.

    python worker.py [--served]

Run by `many.py`. With `--served`, files are made workflows first (`serving.py`).
"""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from serving import served

from lobegen.lint import LintOptions, Report, lint_paths


def main() -> None:
    """Answer each line of standard input."""
    with TemporaryDirectory() as folder:
        for line in sys.stdin:
            path = Path(line.rstrip("\n"))
            content = path.read_bytes()
            if "--served" in sys.argv:
                content = served(path.name, content)
            begin = time.perf_counter()
            try:
                report = lint_paths(
                    [Path(folder, path.name)],
                    root=Path(folder),
                    options=LintOptions(stdin=(Path(folder, path.name), content), select=("ALL",)),
                )
                problems = defects(report)
            except Exception as error:
                problems = [f"{type(error).__name__}: {error}"]
            seconds = round(time.perf_counter() - begin, 3)
            print(json.dumps({"problems": problems, "seconds": seconds}), flush=True)


def defects(report: Report) -> list[str]:
    """What a report says of mistakes in lobegen."""
    lost = [each.message for each in report.findings if "lobegen could not follow" in each.message]
    return [*report.failures, *lost]


if __name__ == "__main__":
    main()
