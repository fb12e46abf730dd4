"""Why a walk passed a source or a folder by, in words."""

import os
from collections.abc import Callable

from lobegen.read.ignoring import IgnoreRules
from lobegen.read.walking import DEFAULT_EXCLUDES, TEST_FOLDERS, Skipped, is_test


def reason(skipped: Skipped, excluded: IgnoreRules, shown: Callable[[str], str]) -> str:
    """What left it out: a test, a default, a pattern of the settings, or a line of an ignore file.

    Args:
        skipped: What was passed by.
        excluded: The default patterns, followed by those of the settings.
        shown: Says how a path is shown.
    """
    name = os.path.basename(skipped.path)
    if not skipped.tests and (name in TEST_FOLDERS if skipped.is_folder else is_test(name)):
        return "tests"
    own = excluded.decision(name, skipped.path, skipped.is_folder)
    if own and own[1]:
        place = own[0] - len(DEFAULT_EXCLUDES)
        return "left out by default" if place < 0 else f"pattern {place + 1} of exclude"
    for rules in reversed(skipped.rules):
        found = rules.decision(name, skipped.path, skipped.is_folder)
        if found:
            return f"{shown(rules.file)}:{found[0] + 1}"
    return "tests"
