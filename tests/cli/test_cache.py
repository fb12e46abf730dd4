"""What `lobegen lint` remembers of earlier runs: the same answer in less time, never another one."""

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_helpers import CLEAN, UNNAMED, Run

import lobegen.lint
from lobegen.cli import remembering

ROOT = Path(__file__).parents[2] / "generator" / "lobegen"
USES_HELPER = """\
import { serve } from '@upstash/workflow/nextjs';
import { work } from '@/helper';
export const { POST } = serve<{ id?: string }>(async (context) => {
  await context.run('one', () => 1);
  await work(context);
});
"""
HELPER = "export const work = (context) => context.run('', () => 1);\n"
TSCONFIG = json.dumps({"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}})


@pytest.fixture(autouse=True)
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are remembered; the files of a test are a moment old and count as older."""
    place = folder.parent / "cache"
    monkeypatch.setenv("LOBEGEN_CACHE_DIR", str(place))
    monkeypatch.setattr(remembering, "_TICK", 0)
    return place


@pytest.fixture
def project(folder: Path) -> Path:
    """A project in which a workflow gets a finding from a helper that it imports by an alias."""
    for name, content in {
        "src/a.ts": USES_HELPER,
        "lib/helper.ts": HELPER,
        "src/other.ts": "export const a = 1;\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    (folder / "tsconfig.json").write_text(TSCONFIG)
    return folder


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run fail that is not remembered."""
    monkeypatch.setattr(lobegen.lint, "lint_paths", lambda *given, **named: pytest.fail("was linted anew"))


def test_a_second_run_prints_and_ends_as_the_first(
    project: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lobegen("lint", "--format", "concise")
    assert "unnamed-step" in first.out
    forbid(monkeypatch)
    assert lobegen("lint", "--format", "concise") == first


def test_a_file_that_is_no_workflow_may_change(project: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lobegen("lint")
    (project / "src/other.ts").write_text("export const b = 2;\n")
    forbid(monkeypatch)
    assert lobegen("lint") == first


def test_a_workflow_may_be_written_anew_with_the_same_content(
    project: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lobegen("lint")
    (project / "src/a.ts").write_text(USES_HELPER)
    forbid(monkeypatch)
    assert lobegen("lint") == first


CHANGES: dict[str, Callable[[Path], object]] = {
    "workflow": lambda at: (at / "src/a.ts").write_text(CLEAN),
    "helper": lambda at: (at / "lib/helper.ts").write_text(HELPER.replace("''", "'two'")),
    "became a workflow": lambda at: (at / "src/other.ts").write_text(UNNAMED),
    "new file": lambda at: (at / "src/new.ts").write_text(UNNAMED),
    "new folder": lambda at: [(at / "new").mkdir(), (at / "new/a.ts").write_text(UNNAMED)],
    "removed": lambda at: (at / "src/a.ts").unlink(),
    "renamed": lambda at: (at / "src/a.ts").rename(at / "src/b.ts"),
    "alias": lambda at: (at / "tsconfig.json").write_text("{}"),
    "nearer file": lambda at: (at / "lib/helper.tsx").write_text("export {};"),
    "ignored": lambda at: (at / ".gitignore").write_text("src\n"),
    "settings": lambda at: (at / "lobegen.toml").write_text('ignore = ["unnamed-step"]\n'),
    "settings above": lambda at: (at.parent / "pyproject.toml").write_text('[tool.lobegen]\nignore = ["ALL"]\n'),
    "version": lambda at: (at / "package.json").write_text('{"dependencies": {"@upstash/workflow": "0.2.23"}}'),
    "lock file": lambda at: (at / "package-lock.json").write_text(
        '{"lockfileVersion": 3, "packages": {"node_modules/@upstash/workflow": {"version": "0.2.23"}}}'
    ),
    "made by lobegen": lambda at: [(at / ".copier").mkdir(), (at / ".copier/lobegen-src.yml").write_text("{}")],
    "example": lambda at: (at / ".env.example").write_text("QSTASH_TOKEN=\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_run_hangs_on_makes_it_run_anew(project: Path, lobegen: Run, change: str) -> None:
    (project / ".git").mkdir()
    lobegen("lint", "--format", "json")
    CHANGES[change](project)
    remembered = lobegen("lint", "--format", "json")
    assert remembered == lobegen("lint", "--format", "json", "--no-cache")
    # what was remembered of the second run holds as well
    assert lobegen("lint", "--format", "json") == remembered


def test_a_change_that_hides_its_time_and_size_is_seen(project: Path, lobegen: Run) -> None:
    first = lobegen("lint")
    helper = project / "lib/helper.ts"
    before = helper.stat()
    helper.write_text(HELPER.replace("''", "'2'").replace("=> 1", "=>1")[: len(HELPER)])
    os.utime(helper, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lobegen("lint") != first


def test_of_a_run_in_which_something_changes_nothing_is_kept(
    project: Path, lobegen: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linting = sys.modules["lobegen.lint"].lint_paths

    def change_and_lint(*given: object, **named: object) -> object:
        report = linting(*given, **named)
        (project / "lib/helper.ts").write_text(HELPER)
        return report

    monkeypatch.setattr(sys.modules["lobegen.lint"], "lint_paths", change_and_lint)
    assert lobegen("lint") == lobegen("lint")
    assert not list(cache.glob("*.entry"))


@pytest.mark.parametrize("spoilt", [b"", b"garbage", b"00000000\n{}", None])
def test_an_entry_that_cannot_be_read_is_passed_over(
    project: Path, lobegen: Run, cache: Path, spoilt: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lobegen("lint")
    (entry,) = cache.glob("*.entry")
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2] if spoilt is None else spoilt)
    assert lobegen("lint") == first
    forbid(monkeypatch)
    assert lobegen("lint") == first


def test_runs_side_by_side_keep_whole_entries(project: Path, lobegen: Run, cache: Path) -> None:
    command = [sys.executable, "-m", "lobegen", "lint", "--format", "concise"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(6)]
    said = {run.communicate()[0] for run in runs}
    assert len(said) == 1
    assert lobegen("lint", "--format", "concise").out.encode() in said
    assert {path.suffix for path in cache.iterdir()} <= {".entry", ".gitignore", "", ".TAG"}


@pytest.mark.parametrize("option", ["--no-cache", "--fix", "--diff", "--output-file=../out.txt"])
def test_what_does_more_than_print_is_not_remembered(project: Path, lobegen: Run, cache: Path, option: str) -> None:
    lobegen("lint", option)
    assert not cache.exists()


def test_a_folder_can_be_named_and_is_no_part_of_the_project(
    project: Path, lobegen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lobegen("lint", "--cache-dir", ".lint")
    assert (project / ".lint/.gitignore").read_text() == "*\n"
    forbid(monkeypatch)
    assert lobegen("lint", "--cache-dir", ".lint") == first


def test_a_folder_that_cannot_be_made_is_no_error(project: Path, lobegen: Run) -> None:
    (project / "file").touch()
    assert lobegen("lint", "--cache-dir=file/cache").err == ""


def test_any_row_of_changes_gives_what_a_run_without_memory_gives(project: Path, lobegen: Run) -> None:
    chance = random.Random(4)
    contents = [CLEAN, UNNAMED, USES_HELPER, HELPER, HELPER.replace("''", "'x'"), "export const a = 1;\n", "# text"]
    names = ["src/a.ts", "src/b.ts", "lib/helper.ts", "lib/helper/index.ts", "c.js", "d.py", ".gitignore"]
    for _ in range(25):
        path = project / chance.choice(names)
        if path.is_file() and chance.random() < 0.4:
            path.unlink()
        elif not path.parent.is_file():
            path.parent.mkdir(exist_ok=True)
            path.write_text(chance.choice(contents))
        assert lobegen("lint") == lobegen("lint", "--no-cache")


def test_every_environment_variable_that_is_read_is_part_of_the_key() -> None:
    elsewhere = {"_LOBEGEN_COMPLETE", "LOBEGEN_CACHE_DIR", "XDG_CACHE_HOME"}
    places = [*(ROOT / "report").glob("*.py"), *(ROOT / "lint").glob("*.py"), *(ROOT / "config").glob("*.py")]
    places += [ROOT / "cli" / name for name in ("terminal.py", "linting.py", "reporting.py", "plain.py", "outputs.py")]
    read = {
        node.args[0].value
        for path in places
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert read
    assert read - elsewhere <= set(remembering.ENVIRONMENT)
