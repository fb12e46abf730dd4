"""`--write-baseline` and `--baseline`: what is known is not shown, wherever it has moved; what is new is."""

import json
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED, Run

FILE = "known.json"


@pytest.fixture
def known(folder: Path, lobegen: Run) -> Path:
    """The project with one file and its one finding in a baseline."""
    (folder / "src").mkdir()
    (folder / "src" / "a.ts").write_text(UNNAMED)
    assert lobegen("lint", "--write-baseline", FILE).out == "Wrote 1 finding to known.json (1 added, 0 gone).\n"
    return folder / "src" / "a.ts"


def entries(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((folder / FILE).read_text())["findings"]
    return found


def test_the_file_is_for_people_too(known: Path, folder: Path) -> None:
    assert (folder / FILE).read_text() == (
        '{\n  "schema": 1,\n  "findings": [\n'
        '    {"path": "src/a.ts", "rule": "unnamed-step", "endpoint": "a", "text": "\'\'", "count": 1}\n'
        "  ]\n}\n"
    )


def test_known_findings_fail_no_run(known: Path, lobegen: Run) -> None:
    outcome = lobegen("lint", "--baseline", FILE)
    assert outcome.code == 0
    assert "1 finding known by the baseline.\n" in outcome.out
    assert lobegen("lint").code == 1


CHANGES = {
    "lines above": lambda text: "// one\n\n// two\n" + text,
    "other code in its line": lambda text: text.replace(
        "await context.run('', () => 1)", "const one = await context.run('', work)"
    ),
    "other names": lambda text: text.replace("context", "ctx"),
    "indentation and line ends": lambda text: text.replace("  ", "\t").replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_finding_stays_known_when_what_is_around_it_changes(known: Path, lobegen: Run, change: str) -> None:
    known.write_text(CHANGES[change](UNNAMED))
    assert lobegen("lint").code == 1
    assert lobegen("lint", "--baseline", FILE).code == 0


def test_one_more_of_the_same_is_new(known: Path, lobegen: Run) -> None:
    known.write_text(UNNAMED.replace("});\n", "  await context.run('', () => 2);\n});\n", 1))
    outcome = lobegen("lint", "--baseline", FILE, "--format", "concise")
    assert outcome.code == 1
    assert outcome.out.startswith("src/a.ts:4:21: error[unnamed-step]")
    assert "1 finding known by the baseline.\n" in outcome.out


def test_another_place_is_new(known: Path, lobegen: Run) -> None:
    known.write_text(UNNAMED.replace("''", '""'))
    assert lobegen("lint", "--baseline", FILE).code == 1


def test_what_is_gone_is_said_and_pruned(known: Path, folder: Path, lobegen: Run) -> None:
    known.write_text(CLEAN)
    outcome = lobegen("lint", "--baseline", FILE)
    assert outcome.code == 0
    assert "1 baseline entry is gone; prune with `lobegen lint --write-baseline known.json`.\n" in outcome.out
    assert lobegen("lint", "--write-baseline", FILE).out == "Wrote 0 findings to known.json (0 added, 1 gone).\n"
    assert entries(folder) == []


def test_a_file_that_is_deleted_is_gone(known: Path, lobegen: Run) -> None:
    known.unlink()
    assert json.loads(lobegen("lint", "--baseline", FILE, "--format", "json").out)["summary"]["gone"] == 1


@pytest.mark.parametrize("words", ["src/b.ts", "--select stepless-workflow", "--ignore core"])
def test_what_a_run_does_not_look_at_is_not_gone(known: Path, folder: Path, lobegen: Run, words: str) -> None:
    (folder / "src" / "b.ts").write_text(CLEAN)
    known.write_text(CLEAN)
    assert "gone" not in lobegen("lint", "--baseline", FILE, *words.split()).out
    lobegen("lint", "--write-baseline", FILE, *words.split())
    assert len(entries(folder)) == 1


def test_a_file_that_cannot_be_read_hides_no_entry(known: Path, lobegen: Run) -> None:
    known.write_text(UNNAMED + "const = ;\n")
    outcome = lobegen("lint", "--baseline", FILE)
    assert "syntax-error" in outcome.out
    assert "gone" not in outcome.out


def test_paths_are_those_of_the_file_wherever_the_run_begins(
    known: Path, folder: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "src")
    assert lobegen("lint", "--baseline", "../known.json").code == 0
    assert lobegen("lint", str(folder), "--baseline", "../known.json").code == 0


def test_the_settings_may_name_it(known: Path, folder: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "lobegen.toml").write_text(f'baseline = "{FILE}"\n')
    monkeypatch.chdir(folder / "src")
    assert lobegen("lint").code == 0
    (folder / FILE).unlink()
    assert lobegen("lint").err.endswith("known.json: there is no such file. --write-baseline FILE makes one.\n")


def test_writing_again_changes_nothing(known: Path, folder: Path, lobegen: Run) -> None:
    before = (folder / FILE).read_bytes()
    assert lobegen("lint", "--write-baseline", FILE).out == "Wrote 1 finding to known.json (0 added, 0 gone).\n"
    assert (folder / FILE).read_bytes() == before


ENTRY = '"path": "a.ts", "rule": "unnamed-step", "endpoint": "", "text": ""'
BROKEN = {
    "nothing": "",
    "no JSON": "{",
    "something else": "[]",
    "another schema": '{"schema": 2, "findings": []}',
    "an entry too short": '{"schema": 1, "findings": [{"path": "a.ts"}]}',
    "an entry with more": f'{{"schema": 1, "findings": [{{{ENTRY}, "reason": "x"}}]}}',
    "a count of none": f'{{"schema": 1, "findings": [{{{ENTRY}, "count": 0}}]}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_file_that_is_no_baseline_is_refused_and_kept(folder: Path, lobegen: Run, option: str, content: str) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    (folder / FILE).write_text(content)
    outcome = lobegen("lint", option, FILE)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"lobegen: error: {option}: known.json: ")
    assert "Delete it and write it anew" in outcome.err or "count of" in outcome.err
    assert (folder / FILE).read_text() == content
