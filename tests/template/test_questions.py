"""The questions of copier.yml: defaults, computed answers, refusals; by bare `run_copy`, never trusted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import Render

GOOD = {"workflow": "welcome-placeholder", "entity": "user"}


def answers(project: Path, name: str = "welcome-placeholder") -> dict[str, object]:
    text = (project / f".copier/lobegen-{name}.yml").read_text()
    loaded: dict[str, object] = yaml.safe_load(text)
    return loaded


def test_two_answers_are_enough(render: Render, tmp_path: Path) -> None:
    remembered = answers(render(tmp_path, **GOOD))

    assert remembered["entities"] == "users"
    assert remembered["action"] == "execute"
    assert remembered["flags"] == []
    assert (remembered["page_size"], remembered["chunk_size"]) == (50, 20)
    assert (remembered["store"], remembered["dispatch"]) == ("database", "steps")


def test_plural_and_class_name_can_be_given(render: Render, tmp_path: Path) -> None:
    render(tmp_path, **GOOD, entities="userz", workflow_pascal="WPSync")

    assert (tmp_path / "app/api/workflows/welcome_placeholder/process_userz.py").exists()
    assert "class WPSyncWorkflow" in (tmp_path / "app/workflows/welcome_placeholder/__init__.py").read_text()


def test_computed_names_are_not_remembered(render: Render, tmp_path: Path) -> None:
    remembered = answers(render(tmp_path, **GOOD))

    assert not [name for name in remembered if re.search("_(snake|kebab|camel)$", name)]


def test_questions_of_the_other_target_are_not_remembered(render: Render, tmp_path: Path) -> None:
    remembered = answers(render(tmp_path, **GOOD))

    assert "package" in remembered
    assert not {"sdk", "app_dir", "server_dir", "lobehub", "placement"} & set(remembered)


def test_answers_file_takes_the_source_that_lobegen_gives(render: Render, tmp_path: Path) -> None:
    source = {"_src_path": "https://example.com/lobegen.git", "_commit": "v9.9.9"}

    remembered = answers(render(tmp_path, **GOOD, lobegen_source=source))

    assert (remembered["_src_path"], remembered["_commit"]) == ("https://example.com/lobegen.git", "v9.9.9")
    assert "lobegen_source" not in remembered


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"target": "rails"}, "not in ['fastapi', 'nextjs']"),
        ({"workflow": "1st"}, "begin with an ASCII letter"),
        ({"workflow": "x" * 41}, "has 41 characters"),
        ({"workflow": "class"}, "reserved word"),
        ({"workflow": "settings"}, "a file that all workflows share"),
        ({"entity": "id"}, "has 2 characters"),
        ({"entity": "import"}, "reserved word"),
        ({"entity": "root run"}, "id of the root run"),
        ({"entities": "class"}, "reserved word"),
        ({"action": "process"}, "one of the first two layers"),
        ({"action": "Paginate"}, "one of the first two layers"),
        ({"description": ""}, "1 to 80 characters"),
        ({"description": "two\nlines"}, "on one line"),
        ({"description": 'say "hello"'}, "without double quotes"),
        ({"flags": "paidOnly"}, "in square brackets"),
        ({"flags": ["dryRun"]}, "use already"),
        ({"flags": ["userId"]}, "use already"),
        ({"flags": ["userIds"]}, "use already"),
        ({"flags": ["modelConfig"]}, "use already"),
        ({"flags": ["paid-only"]}, "in camelCase"),
        ({"flags": ["isHTTPReady"]}, "isHttpReady"),
        ({"flags": ["lambda"]}, "reserved word"),
        ({"flags": ["paidOnly", "paidOnly"]}, "given twice"),
        ({"flags": [True]}, "in camelCase"),
        ({"page_size": 0}, "from 1 to 1000"),
        ({"chunk_size": 0}, "from 1 to 400"),
        ({"page_size": 1000, "chunk_size": 1}, "more than 400 chunks"),
        ({"process_parallelism": 2}, "must be 1"),
        ({"execute_rate": -1}, "from 1 to"),
        ({"store": "mongo"}, "not in ['database', 'redis']"),
        ({"dispatch": "queue"}, "not in ['steps', 'batch']"),
        ({"package": "my-app"}, "lower-case letters"),
        ({"package": "json"}, "would hide a module"),
        ({"package": "class"}, "would hide a module"),
        ({"workflow_pascal": "wp"}, "beginning with a capital letter"),
        ({"target": "nextjs", "sdk": "2"}, "not in ['1', '0.2']"),
        ({"target": "nextjs", "app_dir": "../elsewhere"}, "inside the project"),
        ({"target": "nextjs", "app_dir": "/etc"}, "inside the project"),
        ({"target": "nextjs", "server_dir": "src/server"}, "must end in a folder named workflows"),
        ({"target": "nextjs", "placement": "edge"}, "not in ['app', 'cloud']"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_refused_in_one_sentence(
    render: Render, tmp_path: Path, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        render(tmp_path / "project", **{**GOOD, **wrong})

    assert len(str(refused.value).splitlines()) == 1
    assert not (tmp_path / "project").exists()


def test_the_template_asks_for_no_trust(template_source: Path) -> None:
    settings = yaml.safe_load((template_source / "copier.yml").read_text())

    assert not {"_tasks", "_migrations", "_jinja_extensions"} & set(settings)


def test_patterns_of_the_users_files_are_static(template_source: Path) -> None:
    """A pattern with an answer in it makes an update write conflict markers into the file it should protect."""
    settings = yaml.safe_load((template_source / "copier.yml").read_text())

    assert settings["_skip_if_exists"]
    assert not [pattern for pattern in settings["_skip_if_exists"] if "{" in pattern]


def test_file_names_hold_nothing_but_plain_variables(template_source: Path) -> None:
    """`|`, quotes and the like cannot be in a file name on Windows."""
    for path in (template_source / "template").rglob("*"):
        for hole in re.findall(r"\{\{(.*?)\}\}", path.name):
            assert re.fullmatch(r" [a-z_.]+ ", hole), path
        assert "{%" not in path.name


def test_every_template_of_code_has_the_suffix(template_source: Path) -> None:
    """A plain .py inside the wheel is compiled at its installation, which leaves a cache in the template."""
    assert list((template_source / "template").rglob("*.py")) == []
