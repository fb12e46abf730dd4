"""`lobegen new`: the same files as Copier's, planned aside, written all or not at all."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scaffold_helpers import Run, copier_copy, git, tree

from lobegen.scaffold import answers, questions, source, workflow
from lobegen.scaffold.apply import apply

WELCOME = ("welcome-placeholder", "--entity", "user", "--action", "generate", "--flag", "paidOnly", "--store", "redis")
TARGETS = ("fastapi", "nextjs")


@pytest.mark.parametrize("target", TARGETS)
def test_writes_a_workflow_without_asking(lobegen: Run, tmp_path: Path, target: str) -> None:
    outcome = lobegen("new", *WELCOME, "--target", target, "--into", tmp_path / "project")
    assert outcome.code == 0, outcome.err
    files = tree(tmp_path / "project")
    assert ".copier/lobegen-welcome-placeholder.yml" in files
    assert len(files) > 5


@pytest.mark.parametrize("target", TARGETS)
def test_gives_the_same_bytes_as_copier_copy(real_template: Path, tmp_path: Path, target: str) -> None:
    given = {"target": target, "workflow": "HTTP sync", "entity": "sales person", "flags": ["paidOnly"]}
    copier_copy(real_template, tmp_path / "copied", **given)
    template = source.checkout(real_template)
    questionnaire = questions.Questionnaire(template.root)
    answered = answers.complete(questionnaire, given, None)
    apply(tmp_path / "new", workflow.plan(template, questionnaire, answered, tmp_path / "new").changes())
    assert tree(tmp_path / "new") == tree(tmp_path / "copied")


def test_the_command_gives_the_same_files_and_modes(real_template: Path, tmp_path: Path, lobegen: Run) -> None:
    copier_copy(real_template, tmp_path / "copied", workflow="welcome", entity="user")
    lobegen("new", "welcome", "--entity", "user", "--into", tmp_path / "new")
    copied, written = tree(tmp_path / "copied"), tree(tmp_path / "new")
    assert copied.pop(".copier/lobegen-welcome.yml") != written.pop(".copier/lobegen-welcome.yml")  # the source differs
    assert written == copied
    assert [mode(tmp_path / "new" / path) for path in written] == [mode(tmp_path / "copied" / path) for path in copied]


def mode(path: Path) -> int:
    return path.stat().st_mode


def test_a_second_workflow_lands_in_the_same_project(lobegen: Run, tmp_path: Path) -> None:
    lobegen("new", *WELCOME, "--into", tmp_path)
    first = tree(tmp_path)
    outcome = lobegen("new", "agent-welcome", "--entity", "agent", "--into", tmp_path)
    assert outcome.code == 0, outcome.err
    assert {path: content for path, content in tree(tmp_path).items() if path in first} == first
    assert (tmp_path / ".copier/lobegen-agent-welcome.yml").is_file()


def test_the_same_command_again_has_nothing_to_write(lobegen: Run, tmp_path: Path) -> None:
    lobegen("new", *WELCOME, "--into", tmp_path)
    before = tree(tmp_path)
    outcome = lobegen("new", *WELCOME, "--into", tmp_path)
    assert "Nothing to write" in outcome.out
    assert tree(tmp_path) == before


def test_dry_run_lists_and_writes_nothing(lobegen: Run, tmp_path: Path) -> None:
    outcome = lobegen("new", *WELCOME, "--into", tmp_path / "project", "--dry-run")
    assert re.search(r"^create +\.copier/lobegen-welcome-placeholder\.yml$", outcome.out, re.MULTILINE)
    assert not (tmp_path / "project").exists()


def test_diff_is_a_patch_that_git_applies(lobegen: Run, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q")
    (tmp_path / "new.patch").write_text(lobegen("new", *WELCOME, "--into", project, "--diff").out)
    assert tree(project) == {}
    git(project, "apply", str(tmp_path / "new.patch"))
    lobegen("new", *WELCOME, "--into", tmp_path / "written")
    assert tree(project) == {path: text for path, text in tree(tmp_path / "written").items() if text}


def test_json_gives_plan_and_what_is_left_to_do(lobegen: Run, tmp_path: Path) -> None:
    data = json.loads(lobegen("new", *WELCOME, "--into", tmp_path, "--json").out)
    assert data["written"] is True
    assert {"path": ".copier/lobegen-welcome-placeholder.yml", "state": "create"} in data["files"]
    for todo in data["todo"]:
        assert "TODO(lobegen)" in (tmp_path / todo["path"]).read_text().splitlines()[todo["line"] - 1]


def test_says_where_to_go_on(lobegen: Run, tmp_path: Path) -> None:
    outcome = lobegen("new", *WELCOME, "--into", tmp_path)
    places = re.findall(r"^  (\S+logic\.py):(\d+)  \S", outcome.out, re.MULTILINE)
    assert places
    assert "TODO(lobegen)" in Path(places[0][0]).read_text().splitlines()[int(places[0][1]) - 1]
    assert ".env.example" in outcome.out


@pytest.fixture
def edited(lobegen: Run, tmp_path: Path) -> Path:
    """A project whose generated class was edited by hand."""
    lobegen("new", *WELCOME, "--into", tmp_path / "project")
    path = tmp_path / "project/app/workflows/welcome_placeholder/__init__.py"
    path.write_text(path.read_text() + "# mine\n")
    return path


def test_refuses_when_a_file_has_other_content(lobegen: Run, edited: Path, tmp_path: Path) -> None:
    (tmp_path / "project/app/workflows/runtime.py").unlink()
    before = tree(tmp_path / "project")
    outcome = lobegen("new", *WELCOME, "--into", tmp_path / "project")
    assert outcome.code == 2
    assert "app/workflows/welcome_placeholder/__init__.py" in outcome.err
    assert tree(tmp_path / "project") == before


def test_force_overwrites(lobegen: Run, edited: Path, tmp_path: Path) -> None:
    outcome = lobegen("new", *WELCOME, "--into", tmp_path / "project", "--force")
    assert re.search(r"^overwrite +app/workflows/welcome_placeholder/__init__\.py$", outcome.out, re.MULTILINE)
    assert "# mine" not in edited.read_text()


def test_skip_keeps(lobegen: Run, edited: Path, tmp_path: Path) -> None:
    assert lobegen("new", *WELCOME, "--into", tmp_path / "project", "--skip").code == 0
    assert edited.read_text().endswith("# mine\n")


def test_a_dry_run_with_conflicts_ends_with_1(lobegen: Run, edited: Path, tmp_path: Path) -> None:
    outcome = lobegen("new", *WELCOME, "--into", tmp_path / "project", "--dry-run")
    assert outcome.code == 1
    assert re.search(r"^conflict +app/workflows/welcome_placeholder/__init__\.py", outcome.out, re.MULTILINE)


def test_the_users_own_file_is_kept_even_by_force(lobegen: Run, edited: Path, tmp_path: Path) -> None:
    logic = edited.with_name("logic.py")
    logic.write_text("mine = True\n")
    outcome = lobegen("new", *WELCOME, "--into", tmp_path / "project", "--force")
    assert re.search(r"^yours +app/workflows/welcome_placeholder/logic\.py", outcome.out, re.MULTILINE)
    assert logic.read_text() == "mine = True\n"


def test_settings_of_copier_do_not_reach_in(lobegen: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {workflow_snake: hijacked, workflow_kebab: hijacked, page_size: 7}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(settings))
    lobegen("new", *WELCOME, "--into", tmp_path / "project")
    assert "page_size: 50" in (tmp_path / "project/.copier/lobegen-welcome-placeholder.yml").read_text()


def test_answers_from_a_file_and_the_line_wins(lobegen: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("entity: agent\npage_size: 30\nflags: [paidOnly]\n")
    lobegen("new", "welcome", "--data-file", file, "--data", "page_size=40", "--into", tmp_path / "project")
    written = (tmp_path / "project/.copier/lobegen-welcome.yml").read_text()
    assert "entity: agent" in written
    assert "page_size: 40" in written
    assert "- paidOnly" in written


def test_an_answers_file_serves_as_the_answers_of_the_next_workflow(lobegen: Run, tmp_path: Path) -> None:
    lobegen("new", *WELCOME, "--into", tmp_path)
    first = tmp_path / ".copier/lobegen-welcome-placeholder.yml"
    outcome = lobegen("new", "agent-welcome", "--entity", "agent", "--data-file", first, "--into", tmp_path)
    assert outcome.code == 0, outcome.err
    second = (tmp_path / ".copier/lobegen-agent-welcome.yml").read_text()
    for line in ("action: generate", "entities: agents", "store: redis", "workflow_pascal: AgentWelcome"):
        assert line in second


def test_names_the_environment_variables(lobegen: Run, tmp_path: Path) -> None:
    outcome = lobegen("new", *WELCOME, "--into", tmp_path)
    line = next(line for line in outcome.out.splitlines() if line.startswith("Environment variables:"))
    assert "QSTASH_TOKEN" in line
    assert "REDIS_URL (optional)" in line


def test_says_which_files_were_there_before(lobegen: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("app = None\n")
    outcome = lobegen("new", *WELCOME, "--into", tmp_path)
    assert "Not touched, since they were there before: app/main.py." in outcome.out
    assert (tmp_path / "app/main.py").read_text() == "app = None\n"


def test_diff_shows_what_the_template_has_for_a_kept_file_as_comments(lobegen: Run, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("app = None\n")
    shown = lobegen("new", *WELCOME, "--into", tmp_path, "--diff").out
    assert "# kept because yours: app/main.py" in shown
    assert "# -app = None" in shown


def test_what_it_wrote_is_a_project_that_copier_updates(lobegen: Run, tmp_path: Path) -> None:
    lobegen("new", *WELCOME, "--into", tmp_path)
    written = (tmp_path / ".copier/lobegen-welcome-placeholder.yml").read_text()
    repository = Path(re.search(r"^_src_path: (.*)$", written, re.MULTILINE)[1])  # type: ignore[index]
    assert (repository / "copier.yml").is_file()
    recorded = re.search(r"^_commit: (.*)$", written, re.MULTILINE)[1]  # type: ignore[index]
    git(repository, "merge-base", "--is-ancestor", recorded, "HEAD")


def test_a_broken_setting_of_the_linter_is_a_warning_only(lobegen: Run, tmp_path: Path) -> None:
    (tmp_path / "lobegen.toml").write_text("selct = []\n")
    outcome = lobegen("new", *WELCOME, "--into", tmp_path)
    assert outcome.code == 0
    assert "lobegen: warning: what was written was not linted" in outcome.err
    assert (tmp_path / ".copier/lobegen-welcome-placeholder.yml").is_file()


def test_the_commands_import_nothing_heavy_before_they_run() -> None:
    heavy = "{'copier', 'jinja2', 'libcst', 'yaml', 'pathspec', 'packaging', 'fastapi', 'tree_sitter'}"
    code = f"import sys, lobegen.cli.new, lobegen.cli.update; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
