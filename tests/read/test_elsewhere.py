"""What something other than a workflow serves, found in the code of a large tree."""

import os
from pathlib import Path

import pytest

from lobegen.read.discovery import SourceTree
from lobegen.read.elsewhere import Elsewhere
from lobegen.read.meanwhile import processors

MAILS = ("api", "mails")


@pytest.fixture
def tree(tmp_path: Path) -> SourceTree:
    """A tree that is searched in several processes, with one route in code."""
    for number in range(300):
        (tmp_path / f"file{number}.ts").write_text("export {};")
    (tmp_path / "server.ts").write_text('app.post("/api/mails", send);')
    return SourceTree(tmp_path, [tmp_path])


@pytest.mark.parametrize("expected", [[], [MAILS], [("api", "other")]], ids=["nothing", "this", "something else"])
def test_a_route_in_code_is_found_whatever_was_expected(tree: SourceTree, expected: list[tuple[str, ...]]) -> None:
    elsewhere = Elsewhere(tree)
    elsewhere.expect(expected, frozenset())
    assert elsewhere.served([MAILS, ("api", "letters")], frozenset()) == {"api/mails"}


@pytest.mark.parametrize("asked", [[], [MAILS]], ids=["for nothing", "for this"])
def test_no_process_is_left_whatever_is_asked(
    tree: SourceTree, asked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    fork = os.fork

    def forked() -> int:
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", forked)
    elsewhere = Elsewhere(tree)
    elsewhere.expect([MAILS, ("api", "letters")], frozenset())
    elsewhere.served(asked, frozenset())
    assert begun or processors() == 1
    for child in begun:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
