"""What a caller may say about how sources are read."""

from collections.abc import Mapping

from msgspec import Struct, field

from lobegen.model.source import Language


class ReadOptions(Struct, frozen=True):
    """Settings of one reading.

    Attributes:
        sdk: SDK versions that outrank what lock files say, by language.
    """

    sdk: Mapping[Language, str] = field(default_factory=dict)
