"""Which files are read: one walk from the top down, pruned by ignore files, and one read of each file."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from lobegen.read.folders import upwards
from lobegen.read.ignoring import IgnoreRules
from lobegen.read.meanwhile import Meanwhile, processors
from lobegen.read.needles import Needles
from lobegen.read.observing import note_search, note_searched, unobserved
from lobegen.read.passed_by import reason
from lobegen.read.presence import Presence
from lobegen.read.walking import DEFAULT_EXCLUDES, Walk

_PROGRESS_EVERY = 128
#: up to here a second process costs more than it saves
_FEW_FOLDERS, _FEW_FILES = 64, 256
#: most files are read by one call
_BLOCK = 2**16
_OPENED = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
#: the files of a walk, and what could not be entered with the reason
_Walked = tuple[list[str], list[tuple[str, str]]]
#: a question about a file's content
Where = Callable[[bytes], object]
#: how much is done, of how much, and of what
Progress = Callable[[int, int, str], None]


class SourceFile(Struct, frozen=True):
    """One file that was read.

    Attributes:
        path: Absolute.
        display: As shown to the user: relative to the current folder where it is below it, with forward slashes.
        content: Its bytes.
    """

    path: Path
    display: str
    content: bytes


class SourceTree:
    """The sources of one run.

    Folders are walked; files that are named are taken even when they are ignored or tests, unless `force_exclude`.
    Links to folders are not followed (a tree has no loops then), links to files are, once per file.

    Args:
        root: Where import resolution and SDK detection end, looking upwards.
        paths: Absolute folders and files, existing or in `overlay`.
        excludes: Patterns as in `.gitignore`, besides `DEFAULT_EXCLUDES`.
        exclude_base: What `excludes` are relative to; `root` when not given.
        include_tests: Whether test files are taken too.
        force_exclude: Whether named files are held to the patterns too.
        overlay: Contents that stand in for what is on disk, by absolute path.
        keep: Files holding one of these are remembered in `kept` as they are passed by.
        progress: Called now and then with what is being done, how much of it is done, and of how much.
        removed: Files that are taken not to be there, by absolute path.

    Attributes:
        problems: One line for each file or folder that could not be read.
        kept: By path, what `keep` asked for.
        foretaste: The endings of the first files of a tree that is so large that another process walks it.
    """

    def __init__(
        self,
        root: Path,
        paths: Sequence[Path],
        *,
        excludes: Sequence[str] = (),
        exclude_base: Path | None = None,
        include_tests: bool = False,
        force_exclude: bool = False,
        overlay: Mapping[Path, bytes] | None = None,
        keep: tuple[bytes, ...] = (),
        progress: Progress = lambda done, of, doing: None,
        removed: Collection[str] = (),
    ) -> None:
        self.root = root
        self.problems: list[str] = []
        self.kept: dict[str, SourceFile] = {}
        self.foretaste: frozenset[str] = frozenset()
        self._paths = [str(path) for path in paths]
        self._excluded = IgnoreRules((*DEFAULT_EXCLUDES, *excludes), str(exclude_base or root))
        self._include_tests = include_tests
        self._force_exclude = force_exclude
        self._added = {str(path): content for path, content in (overlay or {}).items()}
        self._removed = frozenset(removed)
        self._keep = keep
        self.progress = progress
        self._here = os.getcwd().rstrip(os.sep) + os.sep
        self._renamed: dict[str, str] = {}
        self._walked: Meanwhile[_Walked] | None = None
        self._files: tuple[str, ...] | None = None
        self._searches: list[tuple[tuple[bytes, ...], list[str]]] = []
        self._ahead: tuple[tuple[bytes, ...], Meanwhile[list[str]]] | None = None
        self._contents: dict[str, bytes | None] = {**dict.fromkeys(self._removed), **self._added}

    def begin(self) -> None:
        """Begin to walk: a large tree in another process, while this one has something else to do."""
        if self._walked is None:
            walk = self._walk()
            is_large = walk.go_on(_FEW_FOLDERS)
            self._walked = Meanwhile(walk.ended, alone=not is_large)
            self.foretaste = frozenset(os.path.splitext(path)[1] for path in walk.files) if is_large else frozenset()

    def _walk(self) -> Walk:
        walk = Walk(str(self.root), self._excluded)
        for path in self._paths:
            if path in self._added or not os.path.isdir(path):
                walk.take_named(path, self._include_tests, held=self._force_exclude)
            else:
                walk.take_folder(path, self._include_tests)
        return walk

    def files(self) -> tuple[str, ...]:
        """The absolute paths of all files of the tree, sorted."""
        if self._files is None:
            self.begin()
            assert self._walked
            files, unreadable = self._walked.result()
            self._files = tuple(path for path in files if path not in self._removed)
            self.problems += [f"{self.display(path)}: cannot be read: {reason}" for path, reason in unreadable]
        return self._files

    def passed_by(self) -> dict[str, str]:
        """What a walk leaves out: absolute path, of a folder with a slash at its end, to the reason."""
        taken = set(self.files())
        walk = self._walk()
        walk.ended()
        left = {each.named or each.path + (os.sep if each.is_folder else ""): each for each in walk.skipped}
        return {path: reason(each, self._excluded, self.display) for path, each in left.items() if path not in taken}

    def containing(self, *needles: bytes, where: Where | None = None) -> Iterator[SourceFile]:
        """The files that hold one of the needles, in path order; all files when no needle is given.

        Args:
            where: What else their content must be; asked in several processes, of files with a needle.
        """
        wanted = Needles(needles)
        for path in self._promising(needles, where) if needles else self.files():
            content = self._content(path)
            if content is None:
                continue
            if any(needle in content for needle in self._keep):
                self.kept[path] = self._source_file(path, content)
            if not needles or (wanted.found_in(content) and (where is None or where(content))):
                self._contents[path] = content
                yield self._source_file(path, content)

    def search_ahead(self, *needles: bytes) -> None:
        """Begin to search a large tree for what will probably be asked for, until `stop_searching`."""
        if needles and len(self.files()) > _FEW_FILES and processors() > 1:
            sought = Needles(needles)
            self._ahead = sought.cores, Meanwhile(partial(self._search, self.files(), sought, None))

    def stop_searching(self) -> None:
        """End what was begun ahead."""
        if self._ahead is not None:
            self._ahead[1].dismiss()
            self._ahead = None

    def _promising(self, needles: tuple[bytes, ...], where: Where | None) -> list[str]:
        """The files that are worth a closer look; of what earlier searches went for, all is among what they found."""
        sought = Needles(needles if self._searches else (*needles, *self._keep))
        if self._ahead is not None and sought.are_among(self._ahead[0]):
            self._searches.append((self._ahead[0], self._ahead[1].result()))
            note_search(self.files(), self._ahead[0])
            self._ahead = None
        files = next((found for cores, found in self._searches if sought.are_among(cores)), self.files())
        note_search(files, sought.cores)
        shares = min(processors(), 1 + len(files) // _FEW_FILES)
        bounds = [len(files) * share // shares for share in range(shares + 1)]
        first, *others = [files[start:end] for start, end in pairwise(bounds)]
        begun = [Meanwhile(partial(self._search, share, sought, where)) for share in others]
        found = self._search(first, sought, where, shares)
        for each in begun:
            found += each.result()
        if where is None:
            self._searches.append((sought.cores, found))
        note_searched()
        return found

    def _search(self, files: Sequence[str], needles: Needles, where: Where | None, shares: int = 0) -> list[str]:
        """The files that may hold a needle, or cannot be read; says how far it is for all `shares`."""
        found = []
        opened = unobserved("open")
        for done, path in enumerate(files):
            if shares and done % _PROGRESS_EVERY == 0:
                self.progress(done * shares, len(files) * shares, "Searching files")
            try:
                content = self._contents[path] if path in self._contents else read_whole(path, opened)
            except OSError:
                content = None
            if content is None or (needles.maybe_in(content) and (where is None or where(content))):
                found.append(path)
        return found

    def read(self, path: Path) -> bytes | None:
        """The content of any file, in the tree or not; None when it cannot be read."""
        key = str(path)
        if key not in self._contents:
            self._contents[key] = self._content(key)
        return self._contents[key]

    @property
    def presence(self) -> Presence:
        """Which files there are, for the resolution of imports."""
        return Presence(frozenset(self._added), self._removed)

    def display(self, path: Path | str) -> str:
        """How a path is shown: relative to the current folder where it is below it, printable whatever its name."""
        text = str(path)
        text = (text[len(self._here) :] if text.startswith(self._here) else text).replace(os.sep, "/")
        if text.isascii() and text.isprintable():
            return text
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        text = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
        self._renamed[text] = str(path)
        return text

    def path_of(self, display: str) -> str:
        """The absolute path of what is shown like this."""
        return self._renamed.get(display) or os.path.join(self._here, display)

    def folders_above(self, display: str) -> list[str]:
        """The folders above what is shown like this, innermost first, up to the root."""
        return upwards(str(self.root), os.path.dirname(self.path_of(display)))

    def _source_file(self, path: str, content: bytes) -> SourceFile:
        return SourceFile(Path(path), self.display(path), content)

    def _content(self, path: str) -> bytes | None:
        if path in self._contents:
            return self._contents[path]
        try:
            return read_whole(path)
        except OSError as error:
            self.problems.append(f"{self.display(path)}: cannot be read: {error.strerror}")
            return None


def read_whole(path: str, opened: Callable[[str, int], int] | None = None) -> bytes:
    """The content of a file, in two thirds of the time that `open` takes.

    Args:
        opened: What opens it; `os.open` when not given.

    Raises:
        OSError: It cannot be read.
    """
    file = (opened or os.open)(path, _OPENED)
    try:
        parts = [os.read(file, _BLOCK)]
        while len(parts[-1]) == _BLOCK:
            parts.append(os.read(file, _BLOCK))
        return b"".join(parts)
    finally:
        os.close(file)
