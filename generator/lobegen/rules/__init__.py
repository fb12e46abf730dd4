"""The rules: one file each, found by walking this package."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from lobegen.rules.base import Rule

#: modules of this package that hold no rule
HELPERS = frozenset({"base", "documentation", "observed"})


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, by name. A rule is found by its file: `nested_step.py` holds `NestedStep`."""
    rules: list[Rule] = []
    for module in iter_modules(__path__):
        if module.name in HELPERS:
            continue
        held = import_module(f"{__name__}.{module.name}")
        rules.append(getattr(held, "".join(part.title() for part in module.name.split("_")))())
    return tuple(sorted(rules, key=lambda rule: rule.name))
