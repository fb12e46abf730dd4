"""The rules: one file each, found by walking this package."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

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
    return [module.name for module in iter_modules(__path__) if module.name not in HELPERS]
