"""What `lobegen lint` shows instead of linting: the settings that hold, the files, and one finding explained."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from lobegen.cli.explanation import explained_data, explained_lines
from lobegen.cli.outputs import put
from lobegen.cli.terminal import paint
from lobegen.errors import LobegenError
from lobegen.lint import LintOptions, read_paths
from lobegen.lint.explaining import explain
from lobegen.lint.listing import Files, Setting, SettingsOf, files_of, settings_of

_EXCLUSIVE = ("--show-settings", "--show-files", "--explain-finding")


def show(
    paths: Sequence[Path],
    options: LintOptions,
    settings: bool,
    files: bool,
    place: str | None,
    *,
    format: str,
) -> int:
    """Print what is asked for.

    Returns:
        0: nothing is linted, so that nothing fails.

    Raises:
        LobegenError: Wrong input, or more than one thing is asked for.
    """
    asked = [name for name, given in zip(_EXCLUSIVE, (settings, files, place), strict=True) if given]
    if len(asked) > 1:
        raise LobegenError(f"{asked[0]}: cannot be given with {asked[1]}.")
    if format not in ("text", "json"):
        raise LobegenError(f"{asked[0]}: has no form in {format}.", "Use text or json.")
    if place is not None and paths:
        raise LobegenError("--explain-finding: names the file itself; name no other path.")
    if place is not None:
        explained = explain(place, options)
        data, lines = explained_data(explained), explained_lines(explained)
    elif files:
        listed = files_of(read_paths(paths, options=options))
        data, lines = _files_data(listed), _files(listed)
    else:
        held = settings_of(read_paths(paths, options=options), options)
        data, lines = {"settings": [_settings_data(each) for each in held]}, _settings(held)
    written = [json.dumps(data, indent=2, ensure_ascii=False)] if format == "json" else lines
    put("".join(f"{line}\n" for line in written), None)
    return 0


def _settings(held: Sequence[SettingsOf]) -> Iterator[str]:
    for number, each in enumerate(held):
        said = f"the settings of {each.file}" if each.file else "no file of settings"
        yield paint(f"# {each.folder}: {said}" if number == 0 else f"\n# below {each.folder}: {said}", "bold")
        width = max(len(_written(setting)) for setting in each.values)
        for setting in each.values:
            yield f"{_written(setting).ljust(width)}  {paint(f'# {setting.source}', 'dim')}"


def _written(setting: Setting) -> str:
    """As in TOML; what is not written and has no value of its own is a comment."""
    if setting.value is None:
        return f"# {setting.key}"
    return f"{setting.key} = {_toml(setting.value)}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _settings_data(each: SettingsOf) -> dict[str, object]:
    values = {setting.key: {"value": setting.value, "source": setting.source} for setting in each.values}
    return {"folder": each.folder, "file": each.file, "values": values}


def _files(files: Files) -> Iterator[str]:
    for file in files.linted:
        served = f"  {paint(f'({_endpoints(file.endpoints)})', 'dim')}" if file.endpoints else ""
        yield f"linted    {file.path}{served}"
    for left in files.left_out:
        yield paint("left out  ", "dim") + left.path + paint(f"  ({left.reason})", "dim")


def _endpoints(number: int) -> str:
    return "1 endpoint" if number == 1 else f"{number} endpoints"


def _files_data(files: Files) -> dict[str, object]:
    return {
        "linted": [{"path": each.path, "endpoints": each.endpoints} for each in files.linted],
        "left_out": [{"path": each.path, "reason": each.reason} for each in files.left_out],
    }
