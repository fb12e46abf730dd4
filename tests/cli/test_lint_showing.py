"""`--show-files`, `--show-settings` and `--explain-finding`: what a run goes over, with which settings, and why."""

import json
import tomllib
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED, Run

HELPED = """\
import { serve } from '@upstash/workflow/nextjs';
const work = async (context) => {
  await context.run('', () => 1);
};
export const { POST } = serve<{ id?: string }>(async (context) => {
  await work(context);
});
"""


@pytest.fixture
def project(folder: Path) -> Path:
    """A project with two files of settings, two files that are linted, and one left out for each reason."""
    files = {
        "a.ts": UNNAMED,
        "sub/b.ts": UNNAMED,
        "lobegen.toml": 'exclude = ["old"]\nfail-on = "error"\n[severities]\nunnamed-step = "warning"\n',
        "sub/lobegen.toml": 'ignore = ["unnamed-step"]\nexclude = ["z*"]\n',
        ".gitignore": "# made by a tool\ngen/\n",
        "gen/c.ts": "",
        "old/d.ts": "",
        "a.test.ts": "",
        "tests/e.ts": "",
        "x.min.js": "",
        "sub/zz.ts": "",
        "notes.md": "",
    }
    (folder / ".git").mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_files_are_shown_with_the_reason_of_those_left_out(project: Path, lobegen: Run) -> None:
    assert lobegen("lint", "--show-files").out.splitlines() == [
        "linted    a.ts  (1 endpoint)",
        "linted    sub/b.ts  (1 endpoint)",
        "left out  .git/  (left out by default)",
        "left out  a.test.ts  (tests)",
        "left out  gen/  (.gitignore:2)",
        "left out  old/  (pattern 1 of exclude)",
        "left out  sub/zz.ts  (exclude in sub/lobegen.toml)",
        "left out  tests/  (tests)",
        "left out  x.min.js  (left out by default)",
    ]


def test_files_shown_are_those_of_the_paths_and_options_given(project: Path, lobegen: Run) -> None:
    written = json.loads(lobegen("lint", "--show-files", "--format", "json", "--include-tests", "sub").out)
    assert written == {
        "linted": [{"path": "sub/b.ts", "endpoints": 1}],
        "left_out": [{"path": "sub/zz.ts", "reason": "pattern 1 of exclude"}],
    }
    assert "linted    tests/e.ts" in lobegen("lint", "--show-files", "--include-tests").out


def test_a_named_file_that_is_left_out_says_why(project: Path, lobegen: Run) -> None:
    outcome = lobegen("lint", "--show-files", "--force-exclude", "gen/c.ts", "a.test.ts")
    assert outcome.out == "left out  a.test.ts  (tests)\nleft out  gen/c.ts  (.gitignore:2)\n"
    assert lobegen("lint", "--show-files", "gen/c.ts", "a.test.ts").out == "linted    a.test.ts\nlinted    gen/c.ts\n"


def test_settings_are_shown_as_toml_with_the_source_of_each(project: Path, lobegen: Run) -> None:
    first, second = lobegen("lint", "--show-settings", "--ignore", "guide").out.split("\n\n")
    lines = {line.split(" = ")[0]: line.rpartition("# ")[2] for line in first.splitlines()[1:]}
    assert first.startswith("# .: the settings of lobegen.toml\n")
    assert (lines["fail-on"], lines["severities"], lines["ignore"], lines["sdk"]) == (
        "lobegen.toml", "lobegen.toml", "command line", "default",
    )  # fmt: skip
    read = tomllib.loads(first)
    assert (read["fail-on"], read["severities"], read["ignore"]) == ("error", {"unnamed-step": "warning"}, ["guide"])
    assert second.startswith("# below sub: the settings of sub/lobegen.toml\n")
    assert tomllib.loads(second)["ignore"] == ["unnamed-step", "guide"]


def test_settings_are_all_there_for_programs(project: Path, lobegen: Run) -> None:
    from lobegen.config import KEYS

    [top, _] = json.loads(lobegen("lint", "--show-settings", "--format", "json").out)["settings"]
    assert set(top["values"]) == set(KEYS)
    assert top["values"]["exclude"] == {"value": ["old"], "source": "lobegen.toml"}
    assert top["values"]["include-tests"] == {"value": False, "source": "default"}


def test_without_a_file_the_defaults_hold(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(CLEAN)
    out = lobegen("lint", "--show-settings", "--fail-on", "never").out
    assert out.startswith("# .: no file of settings\n")
    assert 'fail-on = "never"' in out
    assert out.count("# command line") == 1


def test_a_finding_is_explained_with_its_chain_endpoint_sdk_and_rule(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(HELPED)
    out = lobegen("lint", "--explain-finding", "a.ts:3").out
    assert out.startswith("error[unnamed-step]: ")
    for said in (
        "= reached through work() at a.ts:6:9",
        "Endpoint  a (serve, nextjs) at a.ts:5",
        "SDK       @upstash/workflow 1.3.3, says package.json",
        "\nWhy\nThe SDK compares names at every replay",
        "\nWhat to do\nGive it a name",
        "lobegen rule unnamed-step",
    ):
        assert said in out
    assert "Status" not in out


@pytest.mark.parametrize(
    ("settings", "line", "status"),
    [
        ('ignore = ["unnamed-step"]', "  await context.run('', () => 1);", "not shown: not selected, or ignored"),
        ("", "  await context.run('', () => 1); // lobegen: allow unnamed-step (a test)", "allowed in line 3: a test"),
    ],
)
def test_a_finding_that_is_not_shown_says_why(
    folder: Path, lobegen: Run, settings: str, line: str, status: str
) -> None:
    (folder / "lobegen.toml").write_text(settings)
    (folder / "a.ts").write_text(HELPED.replace("  await context.run('', () => 1);", line))
    assert status in lobegen("lint", "--explain-finding", "a.ts:3:22").out


def test_a_finding_of_the_baseline_says_so(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(HELPED)
    lobegen("lint", "--write-baseline", "known.json")
    assert (
        "not shown: known, says known.json"
        in lobegen("lint", "--explain-finding", "a.ts:3", "--baseline", "known.json").out
    )


def test_a_finding_is_explained_to_programs(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(HELPED)
    [finding] = json.loads(lobegen("lint", "--explain-finding", "a.ts:3", "--format", "json").out)["findings"]
    assert (finding["rule"], finding["shown"], finding["place"]["line"]) == ("unnamed-step", True, 3)
    assert finding["endpoints"][0]["sdk"] == {"version": "1.3.3", "source": "package.json"}
    assert finding["why"].startswith("The SDK compares names")


def test_of_a_place_without_a_finding_the_nearest_is_named(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(HELPED)
    outcome = lobegen("lint", "--explain-finding", "a.ts:5")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == ("lobegen: error: a.ts:5: nothing is found there. The nearest is a.ts:3:21 (unnamed-step).\n")
