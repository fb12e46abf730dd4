"""The house rules of DESIGN: sizes, and which package may import which."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "generator" / "lobegen"
MODULES = sorted(PACKAGE.rglob("*.py"))

#: package -> the packages of lobegen that it may import (itself and `errors` always)
ARROWS = {
    "model": set(),
    "report": {"model"},
    "rules": {"model"},
    "read": {"model"},
    "config": {"model", "rules"},
    "lint": {"read", "rules", "report", "model", "config", "git"},
    "server": {"lint", "read", "rules", "report", "model"},
    "scaffold": {"lint", "model", "git"},
    "qstash": set(),
    "running": {"scaffold", "lint", "model", "qstash"},
    "cli": {"scaffold", "server", "lint", "qstash", "running", "config", "report", "rules", "read", "model"},
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def package_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def functions(path: Path) -> list[tuple[str, int]]:
    """Functions with the lines of their bodies: a command's options are its interface, not its length."""
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (f"{name(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.body[0].lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def test_modules_are_at_most_300_lines() -> None:
    assert [name(path) for path in MODULES if len(path.read_text().splitlines()) > 300] == []


def test_rules_are_at_most_100_lines_without_their_documentation() -> None:
    long = []
    others = {"__init__.py", "base.py", "documentation.py", "observed.py"}
    for path in (each for each in (PACKAGE / "rules").glob("*.py") if each.name not in others):
        tree = ast.parse(path.read_text())
        documented = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.Module)]
        words = sum(len((ast.get_docstring(node, clean=False) or "").splitlines()) for node in documented)
        if len(path.read_text().splitlines()) - words > 100:
            long.append(name(path))
    assert long == []


def test_functions_are_at_most_40_lines() -> None:
    assert [each for path in MODULES for each, lines in functions(path) if lines > 40] == []


def test_the_median_function_is_near_12_lines() -> None:
    assert statistics.median(lines for path in MODULES for _, lines in functions(path)) <= 14


@pytest.mark.parametrize("package", sorted(ARROWS))
def test_arrows(package: str) -> None:
    allowed = ARROWS[package] | {package, "errors", "patterns"}
    wrong = [
        f"{name(path)} imports {module}"
        for path in MODULES
        if package_of(path) == package
        for module in imports(path)
        if module.startswith("lobegen.") and module.split(".")[1] not in allowed
    ]
    assert wrong == []


def at_import(path: Path) -> Iterator[ast.AST]:
    """The nodes of a module that are worked out when it is imported."""
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def is_compiled(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


def test_what_lint_imports_compiles_no_pattern_before_it_is_used() -> None:
    packages = {"config", "lint", "model", "read", "rules"}
    modules = [path for path in MODULES if package_of(path) in packages]
    found = [name(path) for path in modules if any(map(is_compiled, at_import(path)))]
    assert found == [], "patterns of modules are made by lobegen.patterns.compiled"


def test_only_scaffold_imports_copier() -> None:
    users = {package_of(path) for path in MODULES if any(each.split(".")[0] == "copier" for each in imports(path))}
    assert users == {"scaffold"}


def test_only_the_server_imports_pygls() -> None:
    ours = {"pygls", "lsprotocol"}
    assert {package_of(path) for path in MODULES if any(each.split(".")[0] in ours for each in imports(path))} == {
        "server"
    }


def test_rules_import_no_parser() -> None:
    parsers = {"libcst", "tree_sitter", "tree_sitter_typescript", "ast"}
    wrong = [
        name(path)
        for path in MODULES
        if package_of(path) in ("rules", "model") and any(each.split(".")[0] in parsers for each in imports(path))
    ]
    assert [each for each in wrong if not each.endswith("rules/documentation.py")] == []


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    assert [name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))] == []
