"""What a caller may say about how sources are read."""

from collections.abc import Mapping

from msgspec import Struct, field

from lobegen.model.source import Language


class ReadOptions(Struct, frozen=True):
    """Settings of one reading.

    Attributes:
        sdk: SDK versions that outrank what lock files say, by language.
        plan: The plan of Upstash whose limits hold.
        side_effects: Names of functions, methods and packages whose calls have an effect, besides those known.
    """

    sdk: Mapping[Language, str] = field(default_factory=dict)
    side_effects: tuple[str, ...] = ()
    plan: str | None = None
