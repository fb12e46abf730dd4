"""What the pages about linting show is what the programs do."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from cli_helpers import UNNAMED, Run

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = "\n".join((DOCS / name).read_text() for name in ("linting.md", "linting-settings.md", "linting-reports.md"))


def block(language: str, number: int = 0) -> str:
    """One of the page's blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[number]


def test_the_settings_shown_are_valid_and_all_there_are(folder: Path, lobegen: Run) -> None:
    from lobegen.config.reading import KEYS

    text = block("toml")
    (folder / "pyproject.toml").write_text(text)
    (folder / "a.ts").write_text(UNNAMED)
    (folder / "lobegen-baseline.json").write_text('{"schema": 1, "findings": []}')
    assert lobegen("lint").code == 1
    assert set(tomllib.loads(text)["tool"]["lobegen"]) == set(KEYS)


def test_the_json_shown_has_the_keys_that_are_written(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    written, shown = json.loads(lobegen("lint", "--format", "json").out), json.loads(block("json"))
    assert list(written) == list(shown)
    assert list(written["summary"]) == list(shown["summary"])
    assert list(written["findings"][0]) == list(shown["findings"][0])
    assert written["findings"][0]["place"] == shown["findings"][0]["place"]


@pytest.mark.parametrize("line", re.findall(r"^\$ (lobegen lint --\S.*?)(?: *#.*)?$", PAGE, re.MULTILINE))
def test_the_commands_shown_are_understood(folder: Path, lobegen: Run, line: str) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    outcome = lobegen(*line.split()[1:])
    assert (outcome.code in (0, 1), outcome.err) == (True, "")


def test_the_options_are_all_in_the_help_and_the_page_names_those_that_matter(lobegen: Run) -> None:
    options = set(re.findall(r"--[a-z-]+", lobegen("lint", "--help").out)) - {"--help", "--exclude-tests", "--config"}
    assert options - set(re.findall(r"--[a-z-]+", PAGE)) == set()
