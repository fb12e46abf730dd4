"""What README and docs tell a user to write works: commands, copier, CI, pre-commit, links."""

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from lobegen import __version__

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(start: str) -> list[list[str]]:
    """The shell commands of the README that start with a word, without comments."""
    lines = [line for block in blocks("console") for line in block.splitlines() if line.startswith(f"$ {start} ")]
    return [line.split("#")[0].split()[1:] for line in lines]


def test_the_two_commands_are_made() -> None:
    targets = {words[1] for words in commands("make")}
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets == {"demo", "test"}
    assert targets <= made


def test_the_copier_command_gives_a_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import copier

    monkeypatch.setenv("COPIER_SETTINGS_PATH", "/dev/null")
    (words,) = commands("copier")
    data = dict(pair.split("=", 1) for flag, pair in pairwise(words) if flag == "-d")
    template = tmp_path / "template"
    shutil.copytree(ROOT / "template", template / "template")
    shutil.copy(ROOT / "copier.yml", template)
    copier.run_copy(str(template), tmp_path / "my-app", data=data, defaults=True, quiet=True)
    assert list((tmp_path / "my-app").rglob("process-agents/route.ts"))


@pytest.mark.parametrize("words", commands("lobegen"), ids=" ".join)
def test_every_lobegen_command_is_understood(words: list[str]) -> None:
    script = "import sys; from lobegen.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, words[1], "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(word.split("=")[0] in done.stdout for word in words if word.startswith("--"))


def test_the_pre_commit_snippet_names_our_hook() -> None:
    snippet = next(yaml.safe_load(block) for block in blocks("yaml") if "hooks" in block)
    wanted = {hook["id"] for repository in snippet["repos"] for hook in repository["hooks"]}
    assert wanted == {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def test_the_ci_snippet_uses_the_action_of_this_version() -> None:
    snippet = next(yaml.safe_load(block) for block in blocks("yaml") if "jobs" in block)
    uses = [step["uses"] for step in snippet["jobs"]["lobegen"]["steps"]]
    assert uses[1] == f"lobegen/lobegen@v{__version__}"
    assert (ROOT / "action.yml").is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
