"""Which SDK an endpoint runs under, and how that is known."""

from functools import lru_cache

from msgspec import Struct

from lobegen.model.source import Span
from lobegen.patterns import compiled

_LEADING = compiled(r"\d+(?:\.\d+)*")


class SdkVersion(Struct, frozen=True):
    """A version of `@upstash/workflow` or `upstash-workflow`.

    Attributes:
        version: The version or the lower bound of a range, as "1.3.3" or "0.2.23"; a bare major is "1".
        source: Where it was read, for messages: "package-lock.json", "pyproject.toml", "config".
    """

    version: str
    source: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The leading numeric parts, for comparisons: "1.3.3-rc.1" is (1, 3, 3)."""
        return _numbers(self.version)


@lru_cache(maxsize=256)
def _numbers(version: str) -> tuple[int, ...]:
    leading = _LEADING.match(version)
    return tuple(int(part) for part in leading[0].split(".")) if leading else ()


def is_old(sdk: SdkVersion) -> bool | None:
    """True for `@upstash/workflow` 0.x, False for 1.x and newer, None where the version says nothing."""
    return sdk.numbers[0] == 0 if sdk.numbers else None


class SdkImport(Struct, frozen=True):
    """A name imported from a workflow SDK or from the QStash client it grew out of (TypeScript).

    Attributes:
        span: The imported name.
        specifier: As written: "@upstash/workflow/nextjs".
        name: What is imported; "*" for a namespace, "default" for a default import.
    """

    span: Span
    specifier: str
    name: str


class WholeResult(Struct, frozen=True):
    """`export const POST = serve(…)`: the name gets the object that holds the handler.

    Attributes:
        function: What is called.
        framework: Whose entry of the SDK it is; empty where it is none.
    """

    span: Span
    function: str
    framework: str
