"""Options of `lobegen lint` that are words: lists of rules, and words of which there are only some."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.config import FailOn


def words_of(option: str, given: Iterable[str] | None) -> tuple[str, ...]:
    """The words of an option that takes several, with commas or repeated.

    Raises:
        LobegenError: The option is there and says nothing.
    """
    words = tuple(part.strip() for text in given or () for part in text.split(",") if part.strip())
    if given and not words:
        raise LobegenError(f"{option}: names no rule.")
    return words


def one_of(option: str, word: str, words: tuple[str, ...]) -> str:
    """A word, which must be one of several.

    Raises:
        LobegenError: It is not; with the nearest that is.
    """
    if word in words:
        return word
    from lobegen.config import nearest

    raise LobegenError(f'{option}: there is no "{word}".', nearest(word, words))


def threshold(word: str | None) -> "FailOn | None":
    """The level of `--fail-on`."""
    from lobegen.config import FAIL_ON

    if word is not None:
        one_of("--fail-on", word, FAIL_ON)
    return next((level for level in FAIL_ON if level == word), None)
