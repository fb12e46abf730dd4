"""Writing many files as one: what is left when the disk, a signal or a stranger interferes."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from scaffold_helpers import tree

from lobegen.errors import LobegenError
from lobegen.scaffold.apply import Change, apply


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two files."""
    root = tmp_path / "project"
    (root / "kept").mkdir(parents=True)
    (root / "kept/one.py").write_bytes(b"one\n")
    (root / "two.py").write_bytes(b"two\n")
    return root


CHANGES = [
    Change("deep/er/new.py", None, b"new\n"),
    Change("kept/one.py", b"one\n", b"ONE\n", 0o755),
    Change("two.py", b"two\n", None),
]


def test_creates_replaces_and_removes(project: Path) -> None:
    apply(project, CHANGES)
    assert tree(project) == {"deep/er/new.py": b"new\n", "kept/one.py": b"ONE\n"}
    assert (project / "kept/one.py").stat().st_mode & 0o777 == 0o755


def test_a_removed_files_empty_folder_goes_too(project: Path) -> None:
    apply(project, [Change("kept/one.py", b"one\n", None)])
    assert not (project / "kept").exists()


def test_a_file_changed_meanwhile_stops_all(project: Path) -> None:
    (project / "two.py").write_bytes(b"somebody else\n")
    with pytest.raises(LobegenError, match="was changed meanwhile"):
        apply(project, CHANGES)
    assert tree(project) == {"kept/one.py": b"one\n", "two.py": b"somebody else\n"}
    assert not (project / "deep").exists()


@pytest.mark.parametrize("failing", range(1, 5))
def test_a_disk_error_at_any_rename_undoes_all(project: Path, failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls, rename = tree(project), [0], os.replace

    def full_disk(source: Path, target: Path) -> None:
        calls[0] += 1
        if calls[0] == failing:
            raise OSError(28, "No space left on device", str(target))
        rename(source, target)

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(LobegenError, match="No space left on device"):
        apply(project, CHANGES)
    assert tree(project) == before
    assert not (project / "deep").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_while_preparing_leaves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, write = tree(project), Path.write_bytes

    def to_full_device(path: Path, content: bytes) -> int:
        return write(Path("/dev/full") if "one.py" in path.name else path, content)

    monkeypatch.setattr(Path, "write_bytes", to_full_device)
    with pytest.raises(LobegenError, match="No space left on device"):
        apply(project, CHANGES)
    monkeypatch.undo()
    assert tree(project) == before


def test_what_has_to_follow_undoes_all_when_it_fails(project: Path) -> None:
    before = tree(project)

    def fail() -> None:
        raise LobegenError("no")

    with pytest.raises(LobegenError, match="no"):
        apply(project, CHANGES, then=fail)
    assert tree(project) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_preparing_leaves_nothing(project: Path, number: int) -> None:
    before = tree(project)
    received: list[int] = []
    earlier = signal.signal(signal.SIGTERM, lambda got, _frame: received.append(got))
    many = [Change(f"many/{count}.py", None, b"x" * 1000) for count in range(20_000)]
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.05, lambda: signal.pthread_kill(main, number))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            apply(project, many)
    finally:
        timer.cancel()
        time.sleep(0)
        signal.signal(signal.SIGTERM, earlier)
    assert tree(project) == before
