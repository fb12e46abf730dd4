"""Settings: where they are found, what they may say, and errors that name file, key and the nearest spelling."""

from lobegen.config.finding import SettingsFinder, shown
from lobegen.config.matching import matches
from lobegen.config.reading import KEYS, check_selector, nearest
from lobegen.config.settings import ALL, FAIL_ON, PROFILES, FailOn, Settings

__all__ = [
    "ALL",
    "FAIL_ON",
    "KEYS",
    "PROFILES",
    "FailOn",
    "Settings",
    "SettingsFinder",
    "check_selector",
    "matches",
    "nearest",
    "shown",
]
