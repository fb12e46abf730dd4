"""Which files a pattern of the settings means."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def matches(patterns: tuple[str, ...], path: str, base: Path) -> bool:
    """Whether an absolute path, or a folder that it is in, is meant by patterns relative to a folder."""
    if not patterns or not path.startswith(f"{base}/"):
        return False
    return _compiled(patterns).match_file(path[len(str(base)) + 1 :])


@cache
def _compiled(patterns: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
