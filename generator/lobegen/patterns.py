"""Regular expressions that are compiled when they are first used: all of them take longer than a small run."""

import re
from typing import AnyStr, Generic, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


def compiled(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, for patterns of modules.

    Raises:
        re.error: At the first use, where the expression is none.
    """
    return cast("re.Pattern[AnyStr]", _Late(expression, flags))


class _Late(Generic[AnyStr]):
    def __init__(self, expression: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = expression
        self.flags = flags

    def __getattr__(self, name: str) -> object:
        """A method of the pattern that is asked for the first time: from now on all are this object's own."""
        late: re.Pattern[AnyStr] = re.compile(self.pattern, self.flags)
        self.__dict__ |= {method: getattr(late, method) for method in _METHODS}
        return getattr(late, name)
