"""Filters of listings and of bulk actions: of several values any, of several filters all must fit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.datastructures import QueryParams

from lobegen.qstash.refusal import Refused

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Filters(Generic[Item]):
    """What one kind of item can be filtered by; unknown filters are ignored, as is one without a value.

    Attributes:
        values: Filter -> the values that an item has for it.
        moment: Milliseconds, for `fromDate` and `toDate`, both inclusive.
    """

    values: Mapping[str, Callable[[Item], Iterable[str]]]
    moment: Callable[[Item], int]

    def select(self, items: Iterable[Item], query: QueryParams) -> list[Item]:
        """The items that fit, in their order.

        Raises:
            Refused: 400 when a date is no number.
        """
        wanted = {name: values for name in self.values if (values := given(query, name))}
        begin, end = _date(query, "fromDate"), _date(query, "toDate")
        return [
            item
            for item in items
            if (begin is None or self.moment(item) >= begin)
            and (end is None or self.moment(item) <= end)
            and all(not values.isdisjoint(self.values[name](item)) for name, values in wanted.items())
        ]


def given(query: QueryParams, name: str) -> set[str]:
    """The values of a parameter, repeated or with commas between them; a URL may have commas itself."""
    whole = query.getlist(name)
    return {part.strip() for text in whole for part in (text, *text.split(",")) if part.strip()}


def _date(query: QueryParams, name: str) -> int | None:
    text = query.get(name, "")
    if text and not text.isdecimal():
        raise Refused(400, f"{name} must be a time in unix milliseconds, not {text!r}")
    return int(text) if text else None
