"""What the tests of the TypeScript front end share: lowering of a snippet and a short rendering without spans."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lobegen.read.syntax import Module
from lobegen.read.typescript import lower


def render(node: object) -> str:
    """A tree as text: class and fields in order, without spans and without what has its default value."""
    if isinstance(node, tuple):
        return "[" + ", ".join(render(item) for item in node) + "]"
    if not dataclasses.is_dataclass(node):
        return repr(node)
    values = []
    for each in dataclasses.fields(node):
        value = getattr(node, each.name)
        if each.name in ("span", "finalizer_span") or value == each.default:
            continue
        shown = render(value)
        values.append(f"{each.name}={shown}" if each.default is not dataclasses.MISSING else shown)
    return f"{type(node).__name__}({', '.join(values)})"


@pytest.fixture
def module() -> Callable[[str], Module]:
    """Lower TypeScript source."""
    return lambda source: lower("file.ts", source.encode())


@pytest.fixture
def shown() -> Callable[[object], str]:
    """Render a tree without spans."""
    return render


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files (by relative path) below a fresh folder and return it."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write
