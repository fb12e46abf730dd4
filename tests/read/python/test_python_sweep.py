"""Installed packages as a corpus: every file is lowered, and spans agree with those of Python's own parser."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

import pytest
from python_trees import walk

from lobegen.read import syntax
from lobegen.read.python import lower, needs

PACKAGES = ["upstash_workflow", "libcst.metadata", "fastapi.security", "typer"]
FOLDERS = [Path(spec.origin).parent for spec in map(find_spec, PACKAGES) if spec is not None and spec.origin]
CORPUS = [path for folder in FOLDERS for path in folder.rglob("*.py") if path.stat().st_size < 10_000]
GROUPS = 4

KINDS = {
    ast.AsyncFor: syntax.For,
    ast.AsyncFunctionDef: syntax.Function,
    ast.AsyncWith: syntax.With,
    ast.Await: syntax.Await,
    ast.Call: syntax.Call,
    ast.For: syntax.For,
    ast.FunctionDef: syntax.Function,
    ast.IfExp: syntax.Conditional,
    ast.Lambda: syntax.Function,
    ast.Raise: syntax.Raise,
    ast.Try: syntax.Try,
    ast.With: syntax.With,
}

Places = Mapping[type[object], set[tuple[int, int]]]


def _places_by_python(source: bytes) -> Places:
    """By the neutral kind: where Python's parser sees such nodes."""
    lines = list(accumulate(map(len, re.split(rb"(?<=\n)", source)), initial=0))
    places = defaultdict(set)
    for node in ast.walk(ast.parse(source)):
        if type(node) in KINDS:
            start, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
            places[KINDS[type(node)]].add((start, end))
    return places


def _places(module: syntax.Module) -> Places:
    """Where the lowered nodes stand, without what is inside f-strings: before 3.12 Python misplaces that."""
    places = defaultdict(set)
    inside_templates = {
        id(inner) for node in walk(module.body) if isinstance(node, syntax.Template) for inner in walk(node.parts)
    }
    for node in walk(module.body):
        if type(node) in KINDS.values() and id(node) not in inside_templates:
            places[type(node)].add((node.span.start, node.span.end))
    return places


@pytest.mark.parametrize("group", range(GROUPS))
def test_spans_agree_with_pythons_own_parser(group: int) -> None:
    checked = 0
    for path in sorted(CORPUS)[group::GROUPS]:
        module = lower(path.name, path.read_bytes())
        assert module.faults == (), path
        expected = _places_by_python(module.source)
        for kind, places in _places(module).items():
            checked += len(places)
            synthetic = {at for at in places - expected[kind] if module.source[at[0] : at[1]].startswith(b"assert")}
            assert places - synthetic <= expected[kind], path
    assert checked > 100


def test_the_needle() -> None:
    assert needs(b"from upstash_workflow.fastapi import Serve")
    assert not needs(b"from upstash_redis import Redis")


def test_the_parser_is_imported_with_the_first_file() -> None:
    program = (
        "import sys; from lobegen.read.python import lower, needs, sdk_version, PythonResolver\n"
        "assert 'libcst' not in sys.modules\n"
        "lower('a.py', b'a')\n"
        "assert 'libcst' in sys.modules and 'libcst.matchers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
