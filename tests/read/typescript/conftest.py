"""What the tests of the TypeScript front end share: lowering of a snippet and a short rendering without spans."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from lobegen.read.syntax import Module
from lobegen.read.typescript import lower


def _default(default: object) -> object:
    """A default, made where it is made anew for each node."""
    factory = getattr(default, "factory", None)
    return factory() if factory is not None else default


def render(node: object) -> str:
    """A tree as text: class and fields in order, without spans and without what has its default value."""
    if isinstance(node, tuple):
        return "[" + ", ".join(render(item) for item in node) + "]"
    if not isinstance(node, Struct):
        return repr(node)
    names, defaults = node.__struct_fields__, node.__struct_defaults__
    values = []
    for place, name in enumerate(names, start=len(defaults) - len(names)):
        value = getattr(node, name)
        optional = place >= 0
        if name in ("span", "finalizer_span") or (optional and value == _default(defaults[place])):
            continue
        values.append(f"{name}={render(value)}" if optional else render(value))
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
