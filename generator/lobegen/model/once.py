"""Questions about a block that several rules ask: answered once, as long as a project is judged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from lobegen.model.body import Block

Answer = TypeVar("Answer")

#: by question and block; the block is kept too, so that no other one can have its identity
_answers: dict[tuple[object, ...], tuple[Block, Any]] | None = None


@contextmanager
def remembering() -> Iterator[None]:
    """Remember what `once` answers; blocks do not change."""
    global _answers
    before, _answers = _answers, {}
    try:
        yield
    finally:
        _answers = before


def once(question: Callable[[Block], Answer]) -> Callable[[Block], Answer]:
    """A question whose answer hangs on the block alone, and is not changed by whoever asks."""

    @wraps(question)
    def asked(block: Block) -> Answer:
        if _answers is None:
            return question(block)
        key = (question, id(block))
        known = _answers.get(key)
        if known is None:
            known = _answers[key] = (block, question(block))
        answer: Answer = known[1]
        return answer

    return asked
