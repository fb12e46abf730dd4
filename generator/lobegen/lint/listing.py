"""What one run goes over: the files that are linted, those that are left out with the reason, and the settings."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from lobegen.config import KEYS, Settings, matches, shown
from lobegen.lint.engine import Reading
from lobegen.lint.options import LintOptions

#: the settings that are taken from those nearest to each file; the others hold for a whole run
_NEAREST = ("select", "ignore", "profiles", "per-file-ignores", "severities", "exclude")
_DEFAULT, _SAID = "default", "command line"


class LintedFile(Struct, frozen=True):
    """A source that is linted, and how many endpoints it serves."""

    path: str
    endpoints: int


class LeftOut(Struct, frozen=True):
    """A source, or a folder (with a slash at its end), that is not linted, and why."""

    path: str
    reason: str


class Files(Struct, frozen=True):
    """The files of one run, both in path order."""

    linted: tuple[LintedFile, ...]
    left_out: tuple[LeftOut, ...]


class Setting(Struct, frozen=True):
    """One setting that holds.

    Attributes:
        key: As in a file of settings.
        value: As JSON and TOML have it; None where nothing is written and the rest decides.
        source: The file that says so, "command line" or "default".
    """

    key: str
    value: object
    source: str


class SettingsOf(Struct, frozen=True):
    """The settings that hold below a folder, both as shown."""

    folder: str
    file: str | None
    values: tuple[Setting, ...]


def files_of(reading: Reading) -> Files:
    """The files among what was named, linted and left out."""
    tree, scope = reading.tree, reading.scope
    served = Counter(endpoint.path for endpoint in reading.project.endpoints)
    linted: list[LintedFile] = []
    left_out = [LeftOut(tree.display(path), why) for path, why in tree.passed_by().items() if scope.shows(path)]
    for path in filter(scope.shows, tree.files()):
        display, settings = tree.display(path), reading.finder.for_folder(Path(path).parent)
        if settings.file and settings.file != reading.settings.file and matches(settings.exclude, path, settings.base):
            left_out.append(LeftOut(display, f"exclude in {shown(settings.file)}"))
        else:
            linted.append(LintedFile(display, served[display]))
    return Files(tuple(linted), tuple(sorted(left_out, key=lambda each: each.path)))


def settings_of(reading: Reading, options: LintOptions) -> tuple[SettingsOf, ...]:
    """The settings of a run, then those that other files say for folders below."""
    files = filter(reading.scope.shows, reading.tree.files())
    folders = sorted({Path(path).parent for path in files})
    others = {settings.file: settings for settings in map(reading.finder.for_folder, folders)}
    others.pop(reading.settings.file, None)
    found = [_of(reading, reading.settings, options, KEYS)]
    return (*found, *(_of(reading, settings, options, _NEAREST) for settings in others.values()))


def _of(reading: Reading, settings: Settings, options: LintOptions, keys: tuple[str, ...]) -> SettingsOf:
    file = shown(settings.file) if settings.file else None
    folder = settings.base if settings.file and settings is not reading.settings else reading.scope.named[0]
    values = (_setting(key, settings, options) for key in keys)
    return SettingsOf(shown(folder), file, (*values, *_extended(options)))


def _setting(key: str, settings: Settings, options: LintOptions) -> Setting:
    name = key.replace("-", "_")
    value = _plain(getattr(settings, name))
    source = shown(settings.file) if settings.file and key in settings.written else _DEFAULT
    given = getattr(options, name, None)
    if key == "ignore" and given and settings.ignore:
        return Setting(key, [*settings.ignore, *given], f"{source}, {_SAID}")
    if given or given is False:
        return Setting(key, _plain(given), _SAID)
    return Setting(key, value, source)


def _extended(options: LintOptions) -> Iterator[Setting]:
    if options.extend_select:
        yield Setting("extend-select", list(options.extend_select), _SAID)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Path):
        return shown(value)
    return getattr(value, "label", value)
