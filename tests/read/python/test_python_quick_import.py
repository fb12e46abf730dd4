"""LibCST imported quickly is LibCST: the same tree, the same code, the same refusals."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = sorted(Path("generator/lobegen").rglob("*.py"))[::12]
QUICK = "from lobegen.read.python.quick_import import import_libcst\nimport_libcst()\n"


def printed(program: str, *arguments: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "shown",
    [
        "repr(tree)",
        "tree.code == source",
        "tree.deep_equals(libcst.parse_module(source))",
        "sorted((name, str(each.__dataclass_params__)) for name, each in vars(libcst).items()"
        " if getattr(each, '__module__', '').startswith('libcst._nodes') and hasattr(each, '__dataclass_params__'))",
        "[str(libcst.parse_expression('1 + 2').with_changes(left=libcst.Integer('7')).left)]",
    ],
)
def test_the_tree_is_the_same(shown: str) -> None:
    program = (
        "import sys, pathlib, libcst\n"
        "for path in sys.argv[1:]:\n"
        "    source = pathlib.Path(path).read_text()\n"
        "    tree = libcst.parse_module(source)\n"
        f"    print({shown})\n"
    )
    names = [str(path) for path in SOURCES]
    assert printed(QUICK + program, *names) == printed(program, *names)


@pytest.mark.parametrize(
    "wrong",
    [
        "libcst.Name()",
        "libcst.Name('a', worth=1)",
        "libcst.Name('a', [], [], 1, 2)",
        "libcst.Name('not a name')",
        "setattr(libcst.Name('a'), 'value', 'b')",
        "delattr(libcst.Name('a'), 'value')",
        "libcst.parse_module('def')",
    ],
)
def test_what_libcst_refuses_it_refuses(wrong: str) -> None:
    program = f"import libcst\ntry:\n    {wrong}\nexcept Exception as error:\n    print(type(error).__name__, error)\n"
    assert printed(QUICK + program) == printed(program) != ""


def test_every_node_takes_the_same_arguments() -> None:
    program = (
        "import inspect, libcst\n"
        "for name, each in sorted(vars(libcst).items()):\n"
        "    if isinstance(each, type) and issubclass(each, libcst.CSTNode) and not inspect.isabstract(each):\n"
        "        try: each()\n"
        "        except Exception as error: print(name, str(error)[:60])\n"
        "        print(name, list(inspect.signature(each).parameters))\n"
    )
    assert printed(QUICK + program) == printed(program)


def test_other_data_classes_are_made_as_ever() -> None:
    program = (
        "import dataclasses\n"
        "assert dataclasses.dataclass.__module__ == 'dataclasses'\n"
        "import libcst\n"
        "assert libcst.PartialParserConfig() == libcst.PartialParserConfig()\n"
        "print(libcst.PartialParserConfig.__init__.__qualname__)\n"
    )
    assert printed(QUICK + program) == printed(program)
