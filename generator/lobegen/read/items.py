"""How one round of a loop is told from the others, for names: by the item's id where it is seen to have one."""

from collections.abc import Iterable

from lobegen.patterns import compiled

#: what tells items apart, best first
_IDS = ("id", "_id", "uuid", "key", "slug", "email")
_ID = compiled(r"(?:.*[a-z0-9]Id|.*_id)\Z")
#: names of what is a text or number by itself
_PLAIN = compiled(
    r"(?:id|uuid|key|slug|email|name|url|path|code|index|idx|[ijkn]|.*(?:Id|Key|Name|Index)|.*_(?:id|key|name|index))\Z"
)
#: names for the number of a round
_NUMBERS = ("index", "position", "number", "count")


def identifying(fields: Iterable[str]) -> str | None:
    """Which of the fields that an item is seen to have tells it from others."""
    known = list(dict.fromkeys(fields))
    return next((name for name in _IDS if name in known), None) or next(filter(_ID.match, known), None)


def is_plain(name: str) -> bool:
    """Whether a variable of this name surely is no object."""
    return _PLAIN.match(name) is not None


def free_number(taken: Iterable[str]) -> str | None:
    """A name for the number of a round that a file does not use yet."""
    known = set(taken)
    return next((name for name in _NUMBERS if name not in known), None)
