"""Runs the shell steps of a composite GitHub action as a runner does; steps that use other actions are passed over."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@dataclass
class Done:
    """How an action ended: the code of its first step that failed, its output, and what its steps gave."""

    code: int = 0
    text: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


def run_action(action: Path, workspace: Path, temp: Path, inputs: Mapping[str, str]) -> Done:
    """Run the shell steps of an action in a checkout; a step after one that failed is not run."""
    document = yaml.safe_load(action.read_text())
    values = {name: each.get("default", "") for name, each in document["inputs"].items()} | dict(inputs)
    context = {f"inputs.{name}": value for name, value in values.items()}
    context |= {"github.action_path": str(action.parent), "runner.temp": str(temp)}
    context["steps.python.outputs.python-path"] = sys.executable
    done = Done()
    for step in document["runs"]["steps"]:
        if "run" in step and done.code == 0:
            _run(step, context, workspace, temp, done)
    return done


def _run(step: dict[str, Any], context: Mapping[str, str], workspace: Path, temp: Path, done: Done) -> None:
    assert step["shell"] == "bash"
    assert "${{" not in step["run"], "a value in a script would be run"
    own = {name: _evaluated(value, context) for name, value in step["env"].items()}
    output = temp / "output"
    output.write_text("")
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    ended = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=workspace / _evaluated(step.get("working-directory", "."), context),
        env=kept | own | {"GITHUB_OUTPUT": str(output), "GITHUB_WORKSPACE": str(workspace)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    done.code, done.text = ended.returncode, ended.stdout + ended.stderr
    done.outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())


def _evaluated(text: str, context: Mapping[str, str]) -> str:
    """A text with its expressions replaced: names, texts in quotes, `==`, `&&` and `||`."""
    return _EXPRESSION.sub(lambda match: _either(match[1], context), text)


def _either(expression: str, context: Mapping[str, str]) -> str:
    for part in expression.replace("(", "").replace(")", "").split("||"):
        values = [_value(each.strip(), context) for each in part.split("&&")]
        if all(values):
            return values[-1]
    return ""


def _value(word: str, context: Mapping[str, str]) -> str:
    left, equals, right = word.partition("==")
    if equals:
        return "true" if _value(left.strip(), context) == _value(right.strip(), context) else ""
    return word[1:-1] if word.startswith("'") else context[word]
