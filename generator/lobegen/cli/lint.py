"""`lobegen lint` as Typer reads and explains it."""

from pathlib import Path
from typing import Annotated

import typer

from lobegen.cli.linting import File, Text, Words, run_lint
from lobegen.cli.option import option

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files and folders; the current folder when none is given.", show_default=False),
]
Select = Annotated[
    Words, option("--select", "Show only these rules or profiles: core, layers, guide, ALL.", "RULE,...")
]
ExtendSelect = Annotated[Words, option("--extend-select", "Show these besides what is configured.", "RULE,...")]
Ignore = Annotated[Words, option("--ignore", "Do not show these rules or profiles.", "RULE,...")]
FailOn = Annotated[Text, option("--fail-on", "What fails the run: warning (default), error or never.", "LEVEL")]
ExitZero = Annotated[bool, option("--exit-zero", "Exit 0 whatever is found.")]
Format = Annotated[
    str, option("--format", "text (default), concise, json, jsonl, github, gitlab, junit, sarif or rdjson.", "FORMAT")
]
OutputFile = Annotated[
    Words, option("--output-file", "Write the report to a file; with a format, write one more.", "[FORMAT=]FILE")
]
Statistics = Annotated[bool, option("--statistics", "Show how much each rule finds, not the findings.")]
ShowSuppressed = Annotated[bool, option("--show-suppressed", "Show also what comments allow, with their reasons.")]
Verbose = Annotated[bool, option("--verbose", "Say also which SDK versions were assumed, and where they were read.")]
ShowSettings = Annotated[bool, option("--show-settings", "Show the settings that hold, each with its source.")]
ShowFiles = Annotated[bool, option("--show-files", "Show which files are linted, and why others are not.")]
ExplainFinding = Annotated[
    Text, option("--explain-finding", "Say all that is known of a finding.", "PATH:LINE[:COLUMN]")
]
IncludeTests = Annotated[bool | None, option("--include-tests/--exclude-tests", "Whether test files are linted.")]
ForceExclude = Annotated[bool | None, option("--force-exclude", "Leave out excluded files even when named.")]
Stdin = Annotated[File, option("--stdin-filename", "Lint standard input as if it were this file.", "FILE")]
Config = Annotated[File, option("--config", "Settings to use instead of the nearest ones.", "FILE")]
Fix = Annotated[bool, option("--fix", "Fix what surely stays the same program, or becomes the one that was meant.")]
UnsafeFixes = Annotated[bool, option("--unsafe-fixes", "Fix also what may change what the program does.")]
Diff = Annotated[bool, option("--diff", "Show what --fix would change, and change nothing.")]
Baseline = Annotated[File, option("--baseline", "Do not show the findings that are in this file.", "FILE")]
WriteBaseline = Annotated[
    File, option("--write-baseline", "Write what is found to a baseline, and show nothing.", "FILE")
]
AddSuppressions = Annotated[
    bool, option("--add-suppressions", "Write a comment that allows it to each finding, with --reason; show nothing.")
]
Reason = Annotated[Text, option("--reason", "The reason that stands in these comments.", "TEXT")]
Since = Annotated[
    Text, option("--since", "Only files changed since REF, whose steps are compared with what they were.", "REF")
]
Watch = Annotated[bool, option("--watch", "Lint again whenever a file changes, until Ctrl-C.")]
Changed = Annotated[bool, option("--changed", "Only files that differ from the last commit.")]
NoCache = Annotated[bool, option("--no-cache", "Lint anew, whatever is remembered of an earlier run.")]
CacheDir = Annotated[File, option("--cache-dir", "Where runs are remembered.", "DIR")]


def lint(
    paths: Paths = None,
    select: Select = None,
    extend_select: ExtendSelect = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
    format: Format = "text",
    output_file: OutputFile = None,
    statistics: Statistics = False,
    show_suppressed: ShowSuppressed = False,
    verbose: Verbose = False,
    show_settings: ShowSettings = False,
    show_files: ShowFiles = False,
    explain_finding: ExplainFinding = None,
    include_tests: IncludeTests = None,
    force_exclude: ForceExclude = None,
    stdin_filename: Stdin = None,
    config: Config = None,
    fix: Fix = False,
    unsafe_fixes: UnsafeFixes = False,
    diff: Diff = False,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    add_suppressions: AddSuppressions = False,
    reason: Reason = None,
    since: Since = None,
    changed: Changed = False,
    watch: Watch = False,
    no_cache: NoCache = False,
    cache_dir: CacheDir = None,
) -> None:
    """Find code in Upstash workflows that fails at run time.

    Reads Python and TypeScript, follows helpers and imports within the project, and says nothing of code that is no
    Upstash workflow. A comment allows a finding, with a reason: `// lobegen: allow RULE (reason)`.

    `lobegen rule NAME` explains a rule. Settings are in [tool.lobegen] of pyproject.toml, or in lobegen.toml.

    Exit codes: 0 nothing that fails the run, 1 findings (with --diff: something to fix), 2 wrong input or an internal
    error.
    """
    raise typer.Exit(run_lint(**locals()))
