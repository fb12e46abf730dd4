"""The other process: what it does, and that it never outlives what needs it."""

import os
import signal
from collections.abc import Iterator

import pytest

from lobegen.read.assistant import Assistant, processors

pytestmark = pytest.mark.skipif(processors() == 1, reason="there is no second processor")


def doubled(words: list[str]) -> list[str]:
    """Work that plain data can be given to."""
    return [2 * word for word in words]


def failing() -> str:
    """Work that does not end well."""
    raise ValueError("no")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The processes that were forked."""
    forked: list[int] = []
    fork = os.fork

    def noting() -> int:
        forked.append(fork())
        return forked[-1]

    monkeypatch.setattr(os, "fork", noting)
    yield forked
    for child in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


@pytest.mark.usefixtures("begun")
def test_it_begins_with_what_is_in_memory_and_goes_on_with_what_it_is_asked() -> None:
    here = ["a"]
    assistant = Assistant(lambda: [*here, str(os.getpid())])
    first, second = assistant.first(lambda: here), assistant.ask(doubled, ["b" * 100_000])
    assert second.result() == ["b" * 200_000]
    word, process = first.result()
    assert word == "a"
    assert process != str(os.getpid())


def test_what_it_cannot_do_any_more_is_done_here(begun: list[int]) -> None:
    assistant = Assistant()
    os.kill(begun[0], signal.SIGKILL)
    assert [assistant.ask(doubled, [word]).result() for word in "ab"] == [["aa"], ["bb"]]


@pytest.mark.usefixtures("begun")
def test_what_fails_there_fails_here_too() -> None:
    assistant = Assistant()
    with pytest.raises(ValueError, match="no"):
        assistant.ask(failing).result()
    assert assistant.ask(doubled, ["a"]).result() == ["aa"]
