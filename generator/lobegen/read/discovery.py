"""Which files are read: one walk from the top down, pruned by ignore files, and one read of each file."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from lobegen.read.assistant import Job, processors
from lobegen.read.content import read_whole
from lobegen.read.folders import upwards
from lobegen.read.ignoring import IgnoreRules
from lobegen.read.needles import Needles
from lobegen.read.passed_by import reason
from lobegen.read.presence import Presence
from lobegen.read.searching import ANYWHERE, Progress, Searches, Where
from lobegen.read.walking import DEFAULT_EXCLUDES, Walk

#: up to here a second process costs more than it saves
_FEW_FOLDERS = 64
#: the files of a walk, and what could not be entered with the reason
_Walked = tuple[tuple[str, ...], list[tuple[str, str]]]


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
        self._walk: Walk | None = None
        self._walking: Job[_Walked] | None = None
        self._files: tuple[str, ...] | None = None
        self._contents: dict[str, bytes | None] = {**dict.fromkeys(self._removed), **self._added}
        self._has_searched = False
        self._searches = Searches(self.files, self._contents, progress)

    def begin(self, *needles: bytes) -> None:
        """Begin to walk, and in a large tree to search, in another process, while this one has something else to do.

        Args:
            needles: What will be searched for first.
        """
        if self._walk is None:
            self._walk = self._new_walk()
            if self._walk.go_on(_FEW_FOLDERS) and processors() > 1:
                self.foretaste = frozenset(os.path.splitext(path)[1] for path in self._walk.files)
                self._walking = self._searches.begin(self._walked, Needles((*needles, *self._keep)))

    def _new_walk(self) -> Walk:
        walk = Walk(str(self.root), self._excluded)
        for path in self._paths:
            if path in self._added or not os.path.isdir(path):
                walk.take_named(path, self._include_tests, held=self._force_exclude)
            else:
                walk.take_folder(path, self._include_tests)
        return walk

    def _walked(self) -> _Walked:
        """Walk to the end: the files, and what could not be entered with the reason."""
        assert self._walk
        files, unreadable = self._walk.ended()
        self._files = tuple(path for path in files if path not in self._removed)
        return self._files, unreadable

    def files(self) -> tuple[str, ...]:
        """The absolute paths of all files of the tree, sorted."""
        if self._files is None:
            self.begin()
            self._files, unreadable = self._walking.result() if self._walking else self._walked()
            self._walking = None
            self.problems += [f"{self.display(path)}: cannot be read: {reason}" for path, reason in unreadable]
        return self._files

    def passed_by(self) -> dict[str, str]:
        """What a walk leaves out: absolute path, of a folder with a slash at its end, to the reason."""
        taken = set(self.files())
        walk = self._new_walk()
        walk.ended()
        left = {each.named or each.path + (os.sep if each.is_folder else ""): each for each in walk.skipped}
        return {path: reason(each, self._excluded, self.display) for path, each in left.items() if path not in taken}

    def containing(self, *needles: bytes, where: Where = ANYWHERE) -> Iterator[SourceFile]:
        """The files that hold one of the needles, in path order; all files when no needle is given.

        Args:
            where: What else their content must be.
        """
        wanted = Needles(needles)
        sought = wanted if self._has_searched else Needles((*needles, *self._keep))
        self._has_searched = True
        for path in self._searches.found(sought, where) if needles else self.files():
            content = self._content(path)
            if content is None:
                continue
            if any(needle in content for needle in self._keep):
                self.kept[path] = self._source_file(path, content)
            if not needles or (wanted.found_in(content) and where.holds(content)):
                self._contents[path] = content
                yield self._source_file(path, content)

    def search_ahead(self, *needles: bytes) -> None:
        """Begin to search a large tree for what will probably be asked for."""
        if needles:
            self._searches.ahead(Needles(needles))

    def rest(self) -> None:
        """Let go of the other process: nothing more will be searched for."""
        self._walking = None
        self._searches.rest()

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
