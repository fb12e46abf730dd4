"""What `lobegen lint` does with its options; knows no Typer, so that a run can do without it."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lobegen.cli.fixing import Mode, mode_of, show_diff
from lobegen.cli.keeping import kept_instead
from lobegen.cli.progress import SlowProgress
from lobegen.cli.reporting import input_of, writer
from lobegen.cli.words import threshold, words_of

if TYPE_CHECKING:
    from lobegen.lint import LintOptions
    from lobegen.report import Report

Words = list[str] | None
Text = str | None
File = Path | None


def run_lint(
    paths: list[Path] | None = None,
    *,
    select: Words = None,
    extend_select: Words = None,
    ignore: Words = None,
    fail_on: Text = None,
    exit_zero: bool = False,
    format: str = "text",
    output_file: Words = None,
    statistics: bool = False,
    show_suppressed: bool = False,
    verbose: bool = False,
    show_settings: bool = False,
    show_files: bool = False,
    explain_finding: Text = None,
    include_tests: bool | None = None,
    force_exclude: bool | None = None,
    stdin_filename: File = None,
    config: File = None,
    fix: bool = False,
    unsafe_fixes: bool = False,
    diff: bool = False,
    baseline: File = None,
    write_baseline: File = None,
    add_suppressions: bool = False,
    reason: Text = None,
    since: Text = None,
    changed: bool = False,
    watch: bool = False,
    no_cache: bool = False,  # both were seen to before: `cli/remembering.py`
    cache_dir: File = None,
) -> int:
    """Lint, write the report, and say how the command ends. The options are those of `lobegen lint --help`.

    Returns:
        0 nothing that fails the run, 1 findings (with `diff` something to fix), 2 an internal error.

    Raises:
        LobegenError: Wrong input.
    """
    from lobegen.lint import LintOptions

    shows = (show_settings, show_files, explain_finding)
    write = writer(format, statistics, output_file or (), show_suppressed, verbose)
    named, stdin = input_of(paths or [], stdin_filename)
    mode = mode_of(fix=fix, unsafe=unsafe_fixes, diff=diff, stdin=stdin is not None)
    others = {"--fix": fix, "--diff": diff, "--stdin-filename": stdin_filename}
    mode = kept_instead(mode, others, baseline, write_baseline, add_suppressions, reason, watch)
    options = LintOptions(
        select=words_of("--select", select),
        extend_select=words_of("--extend-select", extend_select),
        ignore=words_of("--ignore", ignore),
        config=config,
        include_tests=include_tests,
        force_exclude=force_exclude,
        fail_on="never" if exit_zero else threshold(fail_on),
        stdin=stdin,
        baseline=baseline,
        since=since,
        changed=changed,
    )
    if any(shows):
        from lobegen.cli.showing import show

        return show(named, options, *shows, format=format)
    if not watch:
        return _run(named, options, mode, write)
    from lobegen.cli.watching import watch as keep_watching

    return keep_watching(named, lambda: _run(named, options, mode, write, last=False), (config, baseline))


def _run(
    paths: list[Path], options: "LintOptions", mode: Mode, write: Callable[["Report"], None], *, last: bool = True
) -> int:
    with SlowProgress("Searching files") as progress:
        outcome = mode(paths, replace(options, progress=progress.show))
    if outcome.said:
        print(outcome.said)
    elif outcome.diff is None:
        write(outcome.report)
    else:
        show_diff(outcome.diff, outcome.report)
    if last:
        gc.freeze()  # what is left is thrown away whole: nothing to look through at the end
    return outcome.code
