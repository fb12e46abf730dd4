"""What is to happen later, in the order of time."""

import heapq
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Timeline(Generic[Item]):
    """A queue by due time (milliseconds) from which items can be taken back."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._items: dict[int, Item] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, due: int, item: Item) -> int:
        """Plan an item; equal times keep the order of planning. The token cancels it."""
        self._count += 1
        self._items[self._count] = item
        heapq.heappush(self._heap, (due, self._count))
        return self._count

    def cancel(self, token: int) -> None:
        """Take an item back; a token that is gone changes nothing."""
        self._items.pop(token, None)

    def pop_due(self, now: int) -> list[Item]:
        """Remove and return what is due at `now`, oldest first."""
        found: list[Item] = []
        while self._heap and self._heap[0][0] <= now:
            item = self._items.pop(heapq.heappop(self._heap)[1], None)
            if item is not None:
                found.append(item)
        return found

    def next_due(self) -> int | None:
        """The time of the next item, or None."""
        while self._heap and self._heap[0][1] not in self._items:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
