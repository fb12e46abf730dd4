"""The GitHub action, its shell steps run as by a runner, and the snippet for GitLab."""

import json
import re
from pathlib import Path

import pytest
import yaml
from action_runner import Done, run_action
from cli_helpers import CLEAN, UNNAMED, Run

from schemas import GITHUB_ACTION, GITLAB_PIPELINE, SARIF, complaints

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
PAGE = (ROOT / "docs" / "linting-reports.md").read_text()


def block(beginning: str) -> str:
    """The YAML block of the page that begins like this."""
    return next(each for each in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S) if each.startswith(beginning))


def test_the_action_keeps_the_schema_of_actions() -> None:
    assert complaints(GITHUB_ACTION, yaml.safe_load(ACTION.read_text())) == []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an application in a folder that has a blank in its name."""
    workspace = tmp_path_factory.mktemp("checkout")
    files = {
        "bad.ts": UNNAMED,
        "good one.ts": CLEAN,
        "package.json": '{"dependencies": {"@upstash/workflow": "1.3.3"}}',
    }
    (workspace / "my app").mkdir()
    for name, text in files.items():
        (workspace / "my app" / name).write_text(text)
    return workspace


@pytest.fixture(scope="module")
def linted(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> "tuple[Done, Path]":
    """The action, installed and run with SARIF and further options, and the runner's folder."""
    temp = tmp_path_factory.mktemp("runner")
    inputs = {"working-directory": "my app", "upload-sarif": "true", "args": "--select core  --ignore=unawaited-step"}
    return run_action(ACTION, workspace, temp, inputs), temp


def test_the_action_installs_lobegen_and_annotates_what_it_finds(linted: "tuple[Done, Path]") -> None:
    done, _ = linted
    assert (done.code, done.outputs["exit-code"]) == (1, "1"), done.text
    assert "::error title=lobegen (unnamed-step),file=my app/bad.ts,line=3," in done.text


def test_the_action_writes_sarif_for_the_upload(linted: "tuple[Done, Path]", workspace: Path) -> None:
    done, _ = linted
    assert done.outputs["sarif-file"] == f"{workspace}/my app/lobegen.sarif"
    log = json.loads(Path(done.outputs["sarif-file"]).read_text())
    assert complaints(SARIF, log) == []
    [result] = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20app/bad.ts"


def lint_again(linted: "tuple[Done, Path]", workspace: Path, tmp_path: Path, inputs: dict[str, str]) -> Done:
    """The action without its installation, which is there."""
    _, temp = linted
    document = yaml.safe_load(ACTION.read_text())
    document["runs"]["steps"] = [step for step in document["runs"]["steps"] if step.get("id") == "lint"]
    (tmp_path / "action.yml").write_text(yaml.safe_dump(document))
    return run_action(tmp_path / "action.yml", workspace, temp, inputs)


def test_paths_are_one_a_line(linted: "tuple[Done, Path]", workspace: Path, tmp_path: Path) -> None:
    inputs = {"paths": "my app/good one.ts\n\n", "format": "text"}
    done = lint_again(linted, workspace, tmp_path, inputs)
    assert (done.code, done.outputs) == (0, {"exit-code": "0"})
    assert "No findings in 1 endpoint" in done.text


def test_nothing_in_an_input_is_run(linted: "tuple[Done, Path]", workspace: Path, tmp_path: Path) -> None:
    done = lint_again(linted, workspace, tmp_path, {"args": "$(touch evil) ; touch evil", "paths": "`touch evil`"})
    assert (done.code, done.outputs["exit-code"]) == (2, "2")
    assert not list(workspace.rglob("evil"))


def test_the_snippet_for_gitlab_is_a_pipeline_and_its_command_writes_the_report(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_text(UNNAMED)
    pipeline = yaml.safe_load(block("lobegen:"))
    assert complaints(GITLAB_PIPELINE, pipeline) == []
    _, command = pipeline["lobegen"]["script"]
    assert lobegen(*command.split()[1:]).code == 1
    report = json.loads((folder / pipeline["lobegen"]["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["check_name"] for issue in report] == ["unnamed-step"]


def test_the_workflow_shown_gives_inputs_that_the_action_has() -> None:
    steps = yaml.safe_load(block("jobs:"))["jobs"]["lobegen"]["steps"]
    [step] = [each for each in steps if each["uses"].startswith("lobegen/lobegen@")]
    assert set(step["with"]) <= set(yaml.safe_load(ACTION.read_text())["inputs"])
