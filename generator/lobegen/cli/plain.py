"""Reads an ordinary command line without Typer, the import of which takes as long as linting a small project."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

_SWITCHES = (bool, bool | None)
_VALUES: dict[object, Callable[[str], object]] = {str: str, str | None: str, Path | None: Path}
_LISTS = (list[str] | None,)


def read_plainly(arguments: Sequence[str], function: Callable[..., int]) -> dict[str, object] | None:
    """The keyword arguments of a command's function, as Typer would read them.

    Args:
        arguments: What follows the command's name.
        function: Its parameters give the options: `extend_select: list[str] | None` is `--extend-select`; `paths` takes
            what is no option.

    Returns:
        None for whatever Typer has to answer or to refuse: help, completion, short, unknown or incomplete options.
    """
    if "_LOBEGEN_COMPLETE" in os.environ:
        return None
    kinds = {f"--{name.replace('_', '-')}": kind for name, kind in function.__annotations__.items()}
    read: dict[str, object] = {}
    paths: list[Path] = []
    words = iter(arguments)
    for word in words:
        if not word.startswith("-") or word == "-":
            paths.append(Path(word))
            continue
        option, equals, value = word.partition("=")
        kind, name = kinds.get(option, _Unknown), option[2:].replace("-", "_")
        if kind in _SWITCHES and not equals:
            read[name] = True
        elif kind in _VALUES or kind in _LISTS:
            value = value if equals else next(words, "-")
            if not equals and value.startswith("-"):
                return None
            before = read.get(name, [])
            read[name] = [*before, value] if kind in _LISTS and isinstance(before, list) else _VALUES[kind](value)
        else:
            return None
    return {**read, "paths": paths or None}


class _Unknown:
    """Stands for the kind of an option that the function has not."""
