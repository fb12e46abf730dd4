"""The searches of one tree: a few byte strings in many files, with another process where that pays."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from struct import Struct as Packed
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct

from lobegen.read.assistant import Assistant, Job
from lobegen.read.content import read_whole
from lobegen.read.needles import Needles
from lobegen.read.observing import note_search, note_searched, unobserved

T = TypeVar("T")
#: how much is done, of how much, and of what
Progress = Callable[[int, int, str], None]
#: short byte strings, one of which is in whatever is searched for
Cores = tuple[bytes, ...]

#: up to here a second process costs more than it saves
_FEW = 512
#: how many files are taken at a time, and into how many parts a search is divided at most: so many a pipe can hold
_BLOCK, _MOST_BLOCKS = 256, 2**11
_NUMBER = Packed("q")


class Where(Struct, frozen=True):
    """What else a content must be to be worth a look.

    Attributes:
        groups: Of each group of byte strings it holds one.
        pattern: And what matches this regular expression.
    """

    groups: tuple[tuple[bytes, ...], ...] = ()
    pattern: bytes = b""

    def holds(self, content: bytes) -> bool:
        """Whether a content is all that."""
        groups = all(any(word in content for word in group) for group in self.groups)
        return groups and (not self.pattern or re.search(self.pattern, content) is not None)


ANYWHERE = Where()


class Blocks:
    """Parts of a list of files, each taken by whichever process is the first to ask for it."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)

    def lay_out(self, files: int) -> None:
        """Divide so many files."""
        size = max(_BLOCK, -(-files // _MOST_BLOCKS))
        for start in range(0, files, size):
            os.write(self._writing, _NUMBER.pack(start) + _NUMBER.pack(min(start + size, files)))

    def __iter__(self) -> Iterator[slice]:
        while True:
            try:
                taken = os.read(self._reading, 2 * _NUMBER.size)
            except BlockingIOError:
                return
            yield slice(*(number for (number,) in _NUMBER.iter_unpack(taken)))

    def __del__(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


class Searches:
    """The searches of one tree, in which another process has a share where files are many.

    Args:
        files: Gives the absolute paths of all files, sorted.
        contents: What stands in for the content of a file; None for a file that is not there.
        progress: Called now and then with what is being done, how much of it is done, and of how much.
    """

    def __init__(
        self, files: Callable[[], Sequence[str]], contents: Mapping[str, bytes | None], progress: Progress
    ) -> None:
        self._files = files
        self._contents = contents
        self._progress = progress
        self._assistant: Assistant | None = None
        self._begun: list[tuple[Cores, Callable[[], list[str]]]] = []
        self._done: list[tuple[Cores, list[str]]] = []

    def begin(self, walk: Callable[[], T], needles: Needles) -> Job[T]:
        """Have another process, where there can be one, walk and begin the first search; gives the job that walks.

        Args:
            walk: When it is done, `files` waits for nothing in that process.
            needles: What will be searched for first.
        """
        blocks, cores = Blocks(), needles.cores
        self._assistant = Assistant(partial(self._lay_out, walk, blocks), partial(self._search_blocks, blocks, cores))
        walking = self._assistant.first(walk)
        begun = self._assistant.first(lambda: self._search(self._files(), cores))
        self._begun.append((cores, lambda: sorted({*self._search_blocks(blocks, cores), *begun.result()})))
        return walking

    def _lay_out(self, walk: Callable[[], T], blocks: Blocks) -> T:
        walked = walk()
        blocks.lay_out(len(self._files()))
        return walked

    def _search_blocks(self, blocks: Blocks, cores: Cores) -> list[str]:
        """Search what no other process has taken yet."""
        files, found = self._files(), []
        for block in blocks:
            self._progress(block.start, len(files), "Searching files")
            found += search(files[block], cores, contents=self._contents)
        return found

    def ahead(self, needles: Needles) -> None:
        """Begin to search for what will probably be asked for, where another process is at hand."""
        if self._assistant is not None:
            self._begun.append((needles.cores, self._ordered(self._files(), needles.cores)))

    def found(self, needles: Needles, where: Where = ANYWHERE) -> list[str]:
        """The files that may hold a needle, or cannot be read, in path order.

        Of what an earlier search went for, all is among what that found.
        """
        for cores, result in [each for each in self._begun if needles.are_among(each[0])]:
            self._begun = [each for each in self._begun if each[0] != cores]
            note_search(self._files(), cores)
            self._done.append((cores, result()))
        cores, found = next((each for each in self._done if needles.are_among(each[0])), ((), self._files()))
        if (cores, where) != (needles.cores, ANYWHERE):
            note_search(found, needles.cores)
            half = len(found) // 2 if len(found) > _FEW else len(found)
            others = self._ordered(found[half:], needles.cores, where)
            found = self._search(found[:half], needles.cores, where) + others()
            if where == ANYWHERE:
                self._done.append((needles.cores, found))
        note_searched(self._assistant)
        return list(found)

    def rest(self) -> None:
        """Let go of the other process; another one is found when there is much to search again."""
        self._assistant = None
        self._begun.clear()

    def _ordered(self, paths: Sequence[str], cores: Cores, where: Where = ANYWHERE) -> Callable[[], list[str]]:
        """Have another process search for what this one can then ask for."""
        if not paths:
            return list
        held = [path for path in paths if path in self._contents]
        disk = [path for path in paths if path not in self._contents]
        self._assistant = self._assistant or Assistant()
        job = self._assistant.ask(search, disk, cores, where.groups, where.pattern)
        return lambda: sorted(job.result() + self._search(held, cores, where))

    def _search(self, paths: Sequence[str], cores: Cores, where: Where = ANYWHERE) -> list[str]:
        """Search in this process."""
        found = []
        for start in range(0, len(paths), _BLOCK):
            self._progress(start, len(paths), "Searching files")
            block = paths[start : start + _BLOCK]
            found += search(block, cores, where.groups, where.pattern, self._contents)
        return found


def search(
    paths: Sequence[str],
    cores: Cores,
    groups: tuple[Cores, ...] = (),
    pattern: bytes = b"",
    contents: Mapping[str, bytes | None] = MappingProxyType({}),
) -> list[str]:
    """The files that hold one of some byte strings and are what `Where` says, or that cannot be read.

    Args:
        contents: What stands in for the content of a file; None for a file that is not there.
    """
    found = []
    opened, where = unobserved("open"), Where(groups, pattern)
    for path in paths:
        try:
            content = contents[path] if path in contents else read_whole(path, opened)
        except OSError:
            content = None
        if content is None:
            found.append(path)
            continue
        for core in cores:
            if core in content:
                if where == ANYWHERE or where.holds(content):
                    found.append(path)
                break
    return found
