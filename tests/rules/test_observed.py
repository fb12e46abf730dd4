"""What the rules' pages say of run time is what happens, with the real SDKs on the local QStash."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from observed_settings import SETTINGS
from observing import Stage, missing, observe, observed_rules, sdks, stage

import lobegen.rules
from lobegen.rules.documentation import pages

RECORDED = json.loads(Path(lobegen.rules.__file__).with_name("observed.json").read_text())


needs_packages = pytest.mark.skipif(bool(missing()) and os.environ.get("CI") != "true", reason=missing())


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Servers for the examples."""
    with stage(tmp_path_factory.mktemp("examples")) as servers:
        yield servers


@needs_packages
def test_the_recorded_rules_and_sdks_are_these() -> None:
    assert sorted(RECORDED["rules"]) == observed_rules()
    assert RECORDED["sdks"] == sdks(), "run `make docs`"


@needs_packages
@pytest.mark.parametrize("rule", observed_rules())
def test_the_examples_do_what_their_page_says(rule: str, on: Stage) -> None:
    assert observe(rule, on) == RECORDED["rules"][rule], "run `make docs`"


@pytest.mark.parametrize("rule", observed_rules())
def test_wrong_examples_do_not_do_what_right_ones_do(rule: str) -> None:
    seen = {each.pop("example"): each for each in json.loads(json.dumps(RECORDED["rules"][rule]))}
    for name, done in seen.items():
        other = name.replace("Wrong", "Right")
        assert other == name or other not in seen or done != seen[other]


def test_pages_show_how_the_runs_ended() -> None:
    page = pages()["swallowed-abort.md"]
    assert "## At run time\n" in page
    assert "- Wrong (TypeScript): fails after 33 min. Answers: 4 × 400" in page
    assert (
        "- Right (TypeScript): succeeds. Answers: 2 × 200. The handler begins 4 times. Work: `charge()` once." in page
    )
    assert SETTINGS.keys() == {name.removesuffix(".md") for name, text in pages().items() if "## At run time" in text}
