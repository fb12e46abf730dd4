"""What a caller may say about how sources are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lobegen.model.source import Language


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Settings of one reading.

    Attributes:
        sdk: SDK versions that outrank what lock files say, by language.
    """

    sdk: Mapping[Language, str] = field(default_factory=dict)
