"""The rules: one file each, found by walking this package."""

import os
from functools import cache
from importlib import import_module

from lobegen.rules.base import Rule

#: modules of this package that hold no rule
HELPERS = frozenset({"base", "documentation", "observed"})


@cache
def rule_names() -> frozenset[str]:
    """The names of all rules, known by their files: no rule is imported."""
    return frozenset(name.replace("_", "-") for name in _modules())


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, by name. A rule is found by its file: `nested_step.py` holds `NestedStep`."""
    rules: list[Rule] = []
    for name in _modules():
        held = import_module(f"{__name__}.{name}")
        rules.append(getattr(held, "".join(part.title() for part in name.split("_")))())
    return tuple(sorted(rules, key=lambda rule: rule.name))


def _modules() -> list[str]:
    """The modules that hold a rule, by the package's folder: `pkgutil` would import `inspect` to tell as much."""
    files = (name.partition(".") for folder in __path__ for name in os.listdir(folder))
    return sorted(stem for stem, _, kind in files if kind == "py" and stem not in {*HELPERS, "__init__"})
