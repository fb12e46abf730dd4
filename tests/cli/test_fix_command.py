"""`lobegen lint --fix`, `--unsafe-fixes` and `--diff`: what is written, what is shown, how it ends."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED, Run

CALLED = CLEAN.replace("() => 1", "work()") + "async function work() {}\n"
FIXED = CALLED.replace("work())", "() => work())")
IDLE = "// lobegen: allow nested-step (it was)\n" + CLEAN


@pytest.fixture
def route(folder: Path) -> Path:
    path = folder / "route.ts"
    path.write_text(CALLED)
    return path


def test_fix_writes_and_says_how_much(lobegen: Run, route: Path) -> None:
    outcome = lobegen("lint", "--fix")
    assert outcome.code == 0
    assert "1 finding fixed." in outcome.out
    assert route.read_text() == FIXED


def test_without_fix_nothing_is_written_and_the_count_is_shown(lobegen: Run, route: Path) -> None:
    outcome = lobegen("lint")
    assert outcome.code == 1
    assert "Can be fixed: 1 with --fix." in outcome.out
    assert route.read_text() == CALLED


def test_what_is_left_decides_how_it_ends(lobegen: Run, route: Path, folder: Path) -> None:
    (folder / "other.ts").write_text(UNNAMED)
    outcome = lobegen("lint", "--fix")
    assert outcome.code == 1
    assert "error[unnamed-step]" in outcome.out
    assert "called-step-function" not in outcome.out


def test_diff_is_what_git_applies(lobegen: Run, route: Path, folder: Path) -> None:
    before = b"\xef\xbb\xbf" + CALLED.replace("\n", "\r\n").rstrip().encode()
    route.write_bytes(before)
    outcome = lobegen("lint", "--diff")
    assert (outcome.code, outcome.err) == (1, "Would fix 1 finding.\n")
    assert route.read_bytes() == before
    subprocess.run(["git", "apply", "-"], cwd=folder, input=outcome.out.encode(), check=True)
    assert route.read_bytes() == before.replace(b" work())", b" () => work())")


def test_diff_ends_well_when_there_is_nothing_to_fix(lobegen: Run, folder: Path) -> None:
    (folder / "route.ts").write_text(UNNAMED)
    assert lobegen("lint", "--diff").code == 0


def test_diff_reads_standard_input(lobegen: Run, route: Path) -> None:
    outcome = lobegen("lint", "--diff", "--stdin-filename", "route.ts", "-", stdin=IDLE.encode())
    assert outcome.code == 1
    assert "-// lobegen: allow nested-step (it was)" in outcome.out
    assert "=> work" not in outcome.out


def test_json_has_the_edits(lobegen: Run, route: Path) -> None:
    (finding,) = json.loads(lobegen("lint", "--format", "json").out)["findings"]
    (edit,) = finding["fix"]["edits"]
    assert finding["fix"]["safe"] is True
    assert (edit["text"], edit["place"]["start"]) == ("() => ", CALLED.index("work()"))


def test_only_what_is_selected_is_fixed(lobegen: Run, folder: Path) -> None:
    (folder / "route.ts").write_text("// lobegen: allow nested-step (it was)\n" + CALLED)
    lobegen("lint", "--fix", "--select", "called-step-function")
    assert (folder / "route.ts").read_text() == "// lobegen: allow nested-step (it was)\n" + FIXED


def test_only_what_is_named_is_fixed(lobegen: Run, route: Path, folder: Path) -> None:
    (folder / "other.ts").write_text(CALLED)
    lobegen("lint", "--fix", "other.ts")
    assert route.read_text() == CALLED
    assert (folder / "other.ts").read_text() != CALLED


def test_a_file_keeps_its_permissions_and_leaves_nothing_beside_it(lobegen: Run, route: Path, folder: Path) -> None:
    route.chmod(0o750)
    lobegen("lint", "--fix")
    assert route.stat().st_mode & 0o777 == 0o750
    assert sorted(os.listdir(folder)) == ["package.json", "route.ts"]


def test_a_read_only_file_ends_the_run_before_anything_is_written(lobegen: Run, route: Path, folder: Path) -> None:
    (folder / "a.ts").write_text(CALLED)
    route.chmod(0o444)
    outcome = lobegen("lint", "--fix")
    assert outcome.code == 2
    assert outcome.err == "lobegen: error: route.ts: is read-only. Nothing was changed.\n"
    assert (folder / "a.ts").read_text() == CALLED


def test_a_link_is_not_followed(lobegen: Run, route: Path, tmp_path: Path) -> None:
    route.rename(tmp_path / "elsewhere.ts")
    route.symlink_to(tmp_path / "elsewhere.ts")
    outcome = lobegen("lint", "--fix", "route.ts")
    assert outcome.code == 2
    assert "route.ts: is a symbolic link; name the file that it leads to. Nothing was changed." in outcome.err
    assert route.is_symlink()
    assert route.read_text() == CALLED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes: fixes nothing by itself. Give --fix or --diff too."),
        (["--fix", "--stdin-filename", "a.ts"], "--fix: standard input cannot be written to. Use --diff."),
    ],
)
def test_options_that_do_not_go_together(lobegen: Run, arguments: list[str], message: str) -> None:
    outcome = lobegen("lint", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"lobegen: error: {message}\n")
