"""No file crashes the linter: thousands of real and of spoilt ones, each as a workflow that is followed."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from many import Linted, lint_each
from mutation import mutants

ROOT = Path(__file__).parents[2]
#: seconds for one file, on a machine that has other things to do
SLOW = 60.0


def bad(linted: Iterable[Linted]) -> list[str]:
    """What went wrong, by file."""
    found = []
    for each in linted:
        found += [f"{each.path}: {problem}" for problem in each.problems]
        if each.seconds > SLOW:
            found.append(f"{each.path}: took {each.seconds} s")
    return found


@pytest.fixture
def written(tmp_path: Path) -> Callable[[int, int], list[Path]]:
    """Writes mutants of a seed."""

    def write(seed: int, count: int) -> list[Path]:
        paths = []
        for name, content in mutants(seed, count):
            paths.append(tmp_path / name)
            paths[-1].write_bytes(content)
        return paths

    return write


@pytest.mark.parametrize("seed", [1, 2])
def test_spoilt_workflows(written: Callable[[int, int], list[Path]], seed: int) -> None:
    assert bad(lint_each(written(seed, 200))) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 110))
def test_ten_thousand_spoilt_workflows(written: Callable[[int, int], list[Path]], seed: int) -> None:
    assert bad(lint_each(written(seed, 1000))) == []


@pytest.mark.soak
def test_every_file_of_pythons_own_tests() -> None:
    import test

    corpus = sorted(Path(str(test.__file__)).parent.rglob("*.py"))
    assert len(corpus) > 500, f"{sys.base_prefix} has no tests"
    assert bad(lint_each(corpus, served=True)) == []


@pytest.mark.soak
def test_every_source_of_the_node_packages_of_our_tests() -> None:
    endings = {".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"}
    files = (ROOT / "tests/node/node_modules").rglob("*")
    corpus = sorted(path for path in files if path.suffix in endings and path.is_file())[::3]
    assert len(corpus) > 1000
    assert bad(lint_each(corpus, served=True)) == []
