"""`lobegen lint` as Typer reads and explains it."""

from pathlib import Path
from typing import Annotated

import typer

from lobegen.cli.linting import File, Text, Words, run_lint


def _rules(flag: str, help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=help_text, metavar="RULE,...", show_default=False)
    return option


def _value(flag: str, metavar: str, help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=help_text, metavar=metavar, show_default=False)
    return option


def _switch(flag: str, help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=help_text, show_default=False)
    return option


Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files and folders; the current folder when none is given.", show_default=False),
]
Select = Annotated[Words, _rules("--select", "Show only these rules or profiles: core, layers, guide, ALL.")]
ExtendSelect = Annotated[Words, _rules("--extend-select", "Show these besides what is configured.")]
Ignore = Annotated[Words, _rules("--ignore", "Do not show these rules or profiles.")]
FailOn = Annotated[Text, _value("--fail-on", "LEVEL", "What fails the run: warning (default), error or never.")]
ExitZero = Annotated[bool, _switch("--exit-zero", "Exit 0 whatever is found.")]
Format = Annotated[
    str, _value("--format", "FORMAT", "text (default), concise, json, jsonl, github, gitlab, junit, sarif or rdjson.")
]
OutputFile = Annotated[
    Words, _value("--output-file", "[FORMAT=]FILE", "Write the report to a file; with a format, write one more.")
]
Statistics = Annotated[bool, _switch("--statistics", "Show how much each rule finds, not the findings.")]
ShowSuppressed = Annotated[bool, _switch("--show-suppressed", "Show also what comments allow, with their reasons.")]
Verbose = Annotated[bool, _switch("--verbose", "Say also which SDK versions were assumed, and where they were read.")]
ShowSettings = Annotated[bool, _switch("--show-settings", "Show the settings that hold, each with its source.")]
ShowFiles = Annotated[bool, _switch("--show-files", "Show which files are linted, and why others are not.")]
ExplainFinding = Annotated[
    Text, _value("--explain-finding", "PATH:LINE[:COLUMN]", "Say all that is known of a finding.")
]
IncludeTests = Annotated[bool | None, _switch("--include-tests/--exclude-tests", "Whether test files are linted.")]
ForceExclude = Annotated[bool | None, _switch("--force-exclude", "Leave out excluded files even when named.")]
Stdin = Annotated[File, _value("--stdin-filename", "FILE", "Lint standard input as if it were this file.")]
Config = Annotated[File, _value("--config", "FILE", "Settings to use instead of the nearest ones.")]
Fix = Annotated[bool, _switch("--fix", "Fix what surely stays the same program, or becomes the one that was meant.")]
UnsafeFixes = Annotated[bool, _switch("--unsafe-fixes", "Fix also what may change what the program does.")]
Diff = Annotated[bool, _switch("--diff", "Show what --fix would change, and change nothing.")]
Baseline = Annotated[File, _value("--baseline", "FILE", "Do not show the findings that are in this file.")]
WriteBaseline = Annotated[
    File, _value("--write-baseline", "FILE", "Write what is found to a baseline, and show nothing.")
]
AddSuppressions = Annotated[
    bool, _switch("--add-suppressions", "Write a comment that allows it to each finding, with --reason; show nothing.")
]
Reason = Annotated[Text, _value("--reason", "TEXT", "The reason that stands in these comments.")]
Since = Annotated[
    Text, _value("--since", "REF", "Only files changed since REF, whose steps are compared with what they were.")
]
Watch = Annotated[bool, _switch("--watch", "Lint again whenever a file changes, until Ctrl-C.")]
Changed = Annotated[bool, _switch("--changed", "Only files that differ from the last commit.")]
NoCache = Annotated[bool, _switch("--no-cache", "Lint anew, whatever is remembered of an earlier run.")]
CacheDir = Annotated[File, _value("--cache-dir", "DIR", "Where runs are remembered.")]


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
