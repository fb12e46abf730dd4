"""Which SDK an endpoint runs under, and how that is known."""

from msgspec import Struct


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
        parts: list[int] = []
        for part in self.version.split("."):
            digits = "".join(character for character in part if character.isdigit())
            if not part[:1].isdigit():
                break
            parts.append(int(digits) if part.isdigit() else int("".join(c for c in part if c.isdigit()) or 0))
            if not part.isdigit():
                break
        return tuple(parts)
