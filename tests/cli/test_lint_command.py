"""`lobegen lint`: options, exit codes, where the report goes."""

import io
import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_helpers import CLEAN, UNNAMED, Run

from lobegen.cli import main
from lobegen.report import FORMATS


def test_findings_exit_1_and_are_on_standard_output(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    outcome = lobegen("lint")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.startswith("error[unnamed-step]: ")


def test_nothing_found_exits_0(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(CLEAN)
    outcome = lobegen("lint", "a.ts")
    assert (outcome.code, outcome.out) == (0, "No findings in 1 endpoint of 1 workflow (1 file searched).\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--exit-zero"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--ignore", "unnamed-step"], 0),
        (["--ignore", "nested-step,unnamed-step"], 0),
        (["--select", "nested-step", "--select", "unawaited-step"], 0),
        (["--select", "unnamed-step"], 1),
        (["--config", "other.toml"], 0),
    ],
)
def test_options_decide_the_exit_code(folder: Path, lobegen: Run, options: list[str], code: int) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    (folder / "other.toml").write_text('ignore = ["unnamed-step"]')
    assert lobegen("lint", *options).code == code


def test_the_report_can_go_to_a_file(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    outcome = lobegen("lint", "--format", "json", "--output-file", "report.json")
    assert (outcome.code, outcome.out) == (1, "")
    assert json.loads((folder / "report.json").read_text())["summary"]["errors"] == 1


def test_several_reports_of_one_run(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    outcome = lobegen("lint", "--output-file", "sarif=a.sarif", "--output-file=junit=a=b.xml")
    assert "error[unnamed-step]" in outcome.out
    assert json.loads((folder / "a.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(folder / "a=b.xml").getroot().tag == "testsuites"


def test_a_report_takes_the_place_of_another_one_and_keeps_its_rights(folder: Path, lobegen: Run) -> None:
    (folder / "held").mkdir()
    report = folder / "held" / "report.txt"
    report.write_text("x" * 100_000)
    report.chmod(0o640)
    (folder / "link").symlink_to(report)
    assert lobegen("lint", "--output-file", "link").code == 0
    assert report.read_text().startswith("No file to lint")
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    assert [path.name for path in (folder / "held").iterdir()] == ["report.txt"]


def test_a_report_goes_into_a_device(lobegen: Run) -> None:
    assert lobegen("lint", "--output-file", "/dev/stderr").err.startswith("No file to lint")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_finding(folder: Path, lobegen: Run, name: str) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    out = lobegen("lint", "--format", name).out
    assert "unnamed-step" in out
    assert "a.ts" in out


def test_statistics_are_counts(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    assert lobegen("lint", "--statistics").out.startswith("1  error    unnamed-step\n")
    counts = json.loads(lobegen("lint", "--statistics", "--format", "json").out)["statistics"]
    assert counts == [{"rule": "unnamed-step", "severity": "error", "count": 1}]


def test_standard_input_is_linted_under_its_name(folder: Path, lobegen: Run) -> None:
    outcome = lobegen("lint", "--stdin-filename", "new.ts", "--format", "concise", "-", stdin=UNNAMED.encode())
    assert outcome.code == 1
    assert outcome.out.startswith("new.ts:3:21: error[unnamed-step] ")


def test_standard_input_outranks_what_is_on_disk(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    assert lobegen("lint", "--stdin-filename", "a.ts", stdin=CLEAN.encode()).code == 0


def test_test_files_are_linted_when_asked_for(folder: Path, lobegen: Run) -> None:
    (folder / "a.test.ts").write_text(UNNAMED)
    assert [lobegen("lint", *more).code for more in ([], ["--include-tests"])] == [0, 1]


def test_a_hook_may_name_files_of_other_kinds(folder: Path, lobegen: Run) -> None:
    (folder / "script").write_text("#!/usr/bin/env python\n")
    assert lobegen("lint", "--force-exclude", "script").code == 0


def test_very_many_named_files_are_no_burden(folder: Path, lobegen: Run) -> None:
    names = [f"{number}.ts" for number in range(1500)]
    for name in names:
        (folder / name).write_text("export const one = 1;\n")
    outcome = lobegen("lint", *names)
    assert outcome.out == "No Upstash workflow found (1,500 files searched).\n"


def test_what_comments_allow_is_shown_when_asked_for(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED.replace("1);", "1); // lobegen: allow unnamed-step (soon)"))
    assert "1 finding allowed by comments." in lobegen("lint").out
    assert "(allowed: soon)" in lobegen("lint", "--show-suppressed").out


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"package.json": "{}"}, "@upstash/workflow of unknown version: 1 endpoint; set it in [tool.lobegen.sdk] for"),
        ({}, "@upstash/workflow 1.3.3 (from package.json): 1 endpoint."),
        ({"lobegen.toml": 'sdk.typescript = "0.2"'}, "@upstash/workflow 0.2 (from config): 1 endpoint."),
    ],
)
def test_verbose_says_which_sdk_was_assumed(folder: Path, lobegen: Run, files: dict[str, str], line: str) -> None:
    for name, text in {"a.ts": CLEAN, **files}.items():
        (folder / name).write_text(text)
    assert line in lobegen("lint", "--verbose").out
    assert "SDK" not in lobegen("lint").out


def test_a_file_that_cannot_be_read_is_one_warning(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").symlink_to("/proc/self/mem")
    (folder / "b.ts").write_text(CLEAN)
    outcome = lobegen("lint")
    assert (outcome.code, outcome.err) == (0, "lobegen: warning: a.ts: cannot be read: Input/output error\n")


def terminal_output(*arguments: str, **environment: str) -> str:
    """What a run writes to a terminal that is both its output and its error stream."""
    ours, theirs = pty.openpty()
    variables = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    run = subprocess.Popen(
        [sys.executable, "-m", "lobegen", *arguments],
        stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=variables | {"TERM": "xterm"} | environment,
    )  # fmt: skip
    os.close(theirs)
    chunks = []
    try:
        while chunk := os.read(ours, 65536):
            chunks.append(chunk)
    except OSError:
        pass
    run.wait()
    os.close(ours)
    return b"".join(chunks).decode()


def test_colour_is_for_terminals_without_no_color(folder: Path) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    assert "\x1b[1;31merror[unnamed-step]" in terminal_output("lint")
    # a slow machine shows progress on the way, which is wiped away: no colour
    assert "\x1b" not in terminal_output("lint", NO_COLOR="1").replace("\x1b[K", "")


def test_force_color_colours_a_pipe(folder: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31m" in lobegen("lint").out


def test_a_reader_that_leaves_early_is_no_error(folder: Path) -> None:
    for number in range(400):
        (folder / f"{number}.ts").write_text(UNNAMED)
    run = subprocess.run(
        f"{sys.executable} -m lobegen lint | head -n 1", shell=True, capture_output=True, text=True, check=False
    )
    assert (run.stdout.count("\n"), run.stderr) == (1, "")


def test_completion_knows_the_options(folder: Path) -> None:
    words = {"_LOBEGEN_COMPLETE": "complete_bash", "COMP_WORDS": "lobegen lint --fo", "COMP_CWORD": "2"}
    run = subprocess.run(
        [Path(sys.executable).with_name("lobegen")], env=os.environ | words, capture_output=True, text=True, check=False
    )
    assert set(run.stdout.split()) == {"--format", "--force-exclude"}


def test_a_completion_script_can_be_shown(folder: Path, lobegen: Run) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lobegen"), "--show-completion", "bash"],
        env=os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "_LOBEGEN_COMPLETE=complete_bash" in run.stdout


class Interrupted(io.RawIOBase):
    """Standard input at which somebody presses Ctrl-C."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise KeyboardInterrupt


def test_an_interruption_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Interrupted())))
    with pytest.raises(SystemExit) as ended:
        main(["lint", "--stdin-filename", "a.ts"])
    assert (ended.value.code, capfd.readouterr().err) == (130, "lobegen: stopped.\n")
