"""What something other than a workflow serves, found in the code of a large tree."""

from pathlib import Path

import pytest

from lobegen.read.discovery import SourceTree
from lobegen.read.elsewhere import Elsewhere

MAILS = ("api", "mails")


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    """A tree that is searched in several processes, with one route in code."""
    for number in range(80):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "file.ts").write_text("export {};")
    (tmp_path / "server.ts").write_text('app.post("/api/mails", send);')
    return SourceTree(tmp_path, [tmp_path])


@pytest.mark.parametrize("expected", [[], [MAILS], [("api", "other")]], ids=["nothing", "this", "something else"])
def test_a_route_in_code_is_found_whatever_was_expected(tree: SourceTree, expected: list[tuple[str, ...]]) -> None:
    elsewhere = Elsewhere(tree)
    elsewhere.expect(expected, frozenset())
    assert elsewhere.served([MAILS, ("api", "letters")], frozenset()) == {"api/mails"}
