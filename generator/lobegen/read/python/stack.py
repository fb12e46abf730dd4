"""Room to recurse, whatever thread, platform and recursion limit the caller has."""

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

_RECURSION_LIMIT = 12_000
_STACK_SIZE = 16 * 2**20
_lock = threading.Lock()

T = TypeVar("T")


def with_large_stack(work: Callable[[], T]) -> T:
    """Run `work` in a thread of its own whose stack is large enough for what the scan lets through.

    A new thread costs 0.1 ms; main threads have 1 MB on Windows, others less on some systems, and LibCST ends the
    process where a stack ends.

    Raises:
        BaseException: Whatever `work` raises.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # to be raised again in the caller's thread
            errors.append(error)

    with _lock:  # the stack size of new threads and the recursion limit belong to the whole process
        limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK_SIZE)
        try:
            sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
            thread = threading.Thread(target=run, name="lobegen-parser", daemon=True)
            thread.start()
            thread.join()
        finally:
            sys.setrecursionlimit(limit)
            threading.stack_size(size)
    if errors:
        raise errors[0]
    return results[0]
