"""What workflow code is searched for, and a search that passes over most files after one or two looks."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

#: what a file must hold to be read at all
NEEDLES = (b"@upstash/workflow", b"@upstash/qstash", b"upstash_workflow", b"qstash import", b"import qstash")
MARKER = b"TODO(lobegen)"
_LENGTH = 5


class Needles:
    """Finds out whether a content holds one of some byte strings.

    What several have in common is looked for first, such as `stash` for the names of the SDKs: most files end there.

    Attributes:
        cores: What is looked for first: whatever holds a needle holds one of these.
    """

    def __init__(self, needles: tuple[bytes, ...]) -> None:
        self._needles = needles
        self.cores = cores(needles)

    def are_among(self, cores: tuple[bytes, ...]) -> bool:
        """Whether whatever holds one of them also holds one of some other byte strings."""
        return all(any(core in needle for core in cores) for needle in self._needles)

    def maybe_in(self, content: bytes) -> bool:
        """Whether a closer look is worth while."""
        for core in self.cores:  # noqa: SIM110  (a third faster than `any`, some thousand times)
            if core in content:
                return True
        return False

    def found_in(self, content: bytes) -> bool:
        """Whether one of them is there."""
        return self.maybe_in(content) and any(needle in content for needle in self._needles)


def cores(needles: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Few short byte strings of which every needle holds one."""
    found: list[bytes] = []
    left = set(needles)
    while left:
        parts = Counter(part for needle in left for part in _parts(needle))
        best = max(parts, key=lambda part: (parts[part], part))
        found.append(_longest(best, [needle for needle in left if best in needle]))
        left = {needle for needle in left if best not in needle}
    return tuple(found)


def _longest(part: bytes, needles: list[bytes]) -> bytes:
    """A part with what surrounds it in all of the needles: longer strings are searched for in less time."""
    longer = (needles[0][start:end] for start, end in _around(needles[0], part))
    return max((each for each in longer if all(each in needle for needle in needles)), key=len)


def _around(whole: bytes, part: bytes) -> Iterator[tuple[int, int]]:
    """The ranges of a byte string that hold a part."""
    place = whole.index(part)
    yield from product(range(place + 1), range(place + len(part), len(whole) + 1))


def _parts(needle: bytes) -> set[bytes]:
    return {needle[start : start + _LENGTH] for start in range(max(1, len(needle) - _LENGTH + 1))}
