"""What is wrong with the words of `lint` and `list` is one line on standard error, exit 2, and nothing is written."""

import os
from pathlib import Path

import pytest
from cli_helpers import UNNAMED, Run

ROWS = {
    "path that does not exist": ("lint nowhere", "nowhere: there is no such file or folder."),
    "one of several paths": ("lint a.ts gone.ts", "gone.ts: there is no such file or folder."),
    "path of another kind": ("lint notes.md", "notes.md: is not a source that lobegen reads."),
    "path that is a pipe": ("lint pipe.ts", "pipe.ts: is neither a file nor a folder."),
    "link to nothing": ("lint dangling.ts", "dangling.ts: is neither a file nor a folder."),
    "unknown rule": ("lint --select nested-steps", '"nested-steps" is no rule and no profile. Did you'),
    "unknown rule to ignore": ("lint --ignore core,E501", '--ignore: "E501" is no rule and no profile.'),
    "no rule at all": ("lint --select ,", "--select: names no rule."),
    "unknown format": ("lint --format jsn", '--format: there is no "jsn". Did you mean "json"?'),
    "unknown threshold": ("lint --fail-on warn", '--fail-on: there is no "warn". Did you mean "warning"?'),
    "statistics in SARIF": ("lint --statistics --format sarif", "--statistics: has no form in sarif."),
    "output into no folder": ("lint --output-file none/a.txt", "--output-file: none/a.txt: its folder does not exist."),
    "output is a folder": ("lint --output-file .", "--output-file: .: is a folder."),
    "output into nothing": ("lint --output-file json=", "--output-file: names no file."),
    "output with a long name": (f"lint --output-file {'x' * 300}", "cannot be written: File name too long."),
    "standard input with a long name": (f"lint --stdin-filename {'x' * 300}.ts", "cannot be read: File name too long."),
    "output in no format": ("lint --output-file sarf=a", '--output-file: there is no "sarf". Did you mean "sarif"?'),
    "two outputs in one format": ("lint --output-file a --output-file b", "--output-file: two files for one report."),
    "one output twice": ("lint --output-file a --output-file json=./a", "--output-file: one file is named twice."),
    "output without rights": ("lint --output-file /proc/report.txt", "/proc/report.txt: cannot be written:"),
    "two things to show": ("lint --show-files --show-settings", "--show-settings: cannot be given with --show-files."),
    "settings in SARIF": ("lint --show-settings --format sarif", "--show-settings: has no form in sarif."),
    "place that is none": ("lint --explain-finding a.ts", "--explain-finding: a.ts is no place."),
    "place and a path": ("lint --explain-finding a.ts:3 a.ts", "--explain-finding: names the file itself"),
    "place in a folder": ("lint --explain-finding sub:3", "--explain-finding: sub is a folder."),
    "place in no file": ("lint --explain-finding gone.ts:3", "gone.ts: there is no such file or folder."),
    "baseline that does not exist": ("lint --baseline no.json", "--baseline: no.json: there is no such file."),
    "baseline written and read": ("lint --baseline a --write-baseline b", "--write-baseline: cannot be given with --b"),
    "baseline into no folder": ("lint --write-baseline none/b", "--write-baseline: none/b: its folder does not exist."),
    "fixes while watching": ("lint --watch --fix", "--watch: cannot be given with --fix."),
    "settings that do not exist": ("lint --config no.toml", "no.toml: there is no such file of settings."),
    "settings without our table": ("lint --config pyproject.toml", "pyproject.toml: has no table [tool.lobegen]."),
    "settings with a mistake": ("lint --config bad.toml", 'bad.toml: fail_on: is no setting. Did you mean "fail-on"?'),
    "settings nearby with a mistake": ("lint sub", "sub/lobegen.toml: select: must be a list, not text."),
    "settings that are no TOML": ("lint --config notes.md", "notes.md: is not valid TOML:"),
    "standard input without a name": ("lint -", "-: standard input needs a name."),
    "standard input and a path": ("lint --stdin-filename a.ts b.ts", "stands for the only file"),
    "standard input of another kind": ("lint --stdin-filename a.md", "a.md is not a source that lobegen reads."),
    "unknown option": ("lint --selekt x", "No such option: --selekt"),
    "option without its value": ("lint --select", "Option '--select' requires an argument."),
    "list of a path that does not exist": ("list nowhere", "nowhere: there is no such file or folder."),
    "list with settings that have a mistake": ("list sub", "sub/lobegen.toml: select: must be a list, not text."),
    "list of too much": ("list --jsn", "No such option: --jsn"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), ROWS.values(), ids=ROWS.keys())
def test_wrong_words_are_one_line_and_exit_2(folder: Path, lobegen: Run, arguments: str, said: str) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    (folder / "notes.md").write_text("# Notes\n\nText.\n")
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "bad.toml").write_text('fail_on = "error"\n')
    (folder / "sub").mkdir()
    (folder / "sub" / "lobegen.toml").write_text('select = "ALL"\n')
    (folder / "dangling.ts").symlink_to("nothing.ts")
    os.mkfifo(folder / "pipe.ts")
    before = sorted(folder.rglob("*"))
    outcome = lobegen(*arguments.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("lobegen: error: ")
    assert outcome.err.count("\n") == 1
    assert said in outcome.err
    assert sorted(folder.rglob("*")) == before
