"""What a run of the linter does not import, since each of it costs more than the whole run may take."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import CLEAN

PROGRAM = """\
import sys
from lobegen.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print("modules:", *sorted({name.split(".")[0] for name in sys.modules}))
"""
NEVER = {"copier", "fastapi", "uvicorn", "httpx", "jinja2", "yaml", "pydantic", "questionary", "rich", "asyncio"}
PYTHON = """\
from upstash_workflow.fastapi import Serve
from fastapi import FastAPI

serve = Serve(FastAPI())


@serve.post("/greet")
async def greet(context) -> None:
    await context.run("one", lambda: 1)
"""


def imported(*arguments: str) -> set[str]:
    """The packages that a run has imported."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].removeprefix("modules: ").split())


@pytest.mark.parametrize("command", ["lint", "list"])
def test_a_tree_of_typescript_needs_no_parser_of_python(folder: Path, command: str) -> None:
    (folder / "a.ts").write_text(CLEAN)
    (folder / "script.py").write_text("print(1)\n")
    found = imported(command)
    assert "tree_sitter" in found
    assert not found & (NEVER | {"libcst"})


def test_a_tree_of_python_needs_no_parser_of_typescript(folder: Path) -> None:
    (folder / "a.py").write_text(PYTHON)
    (folder / "script.ts").write_text("console.log(1);\n")
    found = imported("lint")
    assert "libcst" in found
    assert not found & (NEVER - {"yaml", "asyncio"} | {"tree_sitter"})


def test_a_tree_without_workflows_needs_no_parser(folder: Path) -> None:
    (folder / "a.ts").write_text("export const one = 1;\n")
    (folder / "b.py").write_text("one = 1\n")
    assert not imported("lint") & (NEVER | {"libcst", "tree_sitter"})


@pytest.mark.parametrize("arguments", ["lint a.ts", "lint --format concise --exit-zero", "lint --select=ALL ."])
def test_an_ordinary_run_needs_no_typer(folder: Path, arguments: str) -> None:
    (folder / "a.ts").write_text(CLEAN)
    assert "typer" not in imported(*arguments.split())


def test_only_the_format_that_is_asked_for_is_imported(folder: Path) -> None:
    (folder / "a.ts").write_text(CLEAN)
    script = PROGRAM.replace('name.split(".")[0] for name', "name for name")
    done = subprocess.run([sys.executable, "-c", script, "lint"], capture_output=True, text=True, check=True)
    found = {name for name in done.stdout.split() if name.startswith("lobegen.")}
    others = {"sarif", "junit", "gitlab", "github", "rdjson", "jsonl", "json_", "fingerprint", "prose", "statistics"}
    assert not found & {f"lobegen.report.{name}" for name in others}
    assert not found & {"lobegen.cli.showing", "lobegen.rules.observed", "lobegen.rules.documentation"}
    assert not found & {"lobegen.git", "lobegen.lint.since", "lobegen.lint.agreed", "lobegen.cli.watching"}


def test_help_imports_no_engine(folder: Path) -> None:
    assert not imported("lint", "--help") & (NEVER - {"rich"} | {"pathspec", "tree_sitter", "libcst"})
