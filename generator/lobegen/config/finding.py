"""Where settings are: the nearest `lobegen.toml`, or `pyproject.toml` with a table `tool.lobegen`, upwards."""

import os
from pathlib import Path
from typing import Any

from lobegen.config.reading import TableReader
from lobegen.config.settings import Settings
from lobegen.errors import LobegenError

OWN_FILE = "lobegen.toml"
SHARED_FILE = "pyproject.toml"


class SettingsFinder:
    """Finds the settings of folders; each file is read once.

    Args:
        rules: The names of all rules, for checks of what is written.
        explicit: A file that holds for every folder instead of the nearest one.

    Raises:
        LobegenError: The explicit file cannot be used.
    """

    def __init__(self, rules: frozenset[str], explicit: Path | None = None) -> None:
        self._rules = rules
        self._found: dict[str, Settings] = {}
        self._explicit = self._read_explicit(explicit) if explicit is not None else None

    def for_folder(self, folder: Path) -> Settings:
        """The settings that hold in a folder, given as an absolute path.

        Raises:
            LobegenError: The nearest file cannot be used.
        """
        if self._explicit is not None:
            return self._explicit
        return self._for(str(folder))

    def _for(self, folder: str) -> Settings:
        known = self._found.get(folder)
        if known is None:
            above = os.path.dirname(folder)
            known = self._in(folder) or (self._for(above) if above != folder else Settings())
            self._found[folder] = known
        return known

    def _in(self, folder: str) -> Settings | None:
        for name in (OWN_FILE, SHARED_FILE):
            file = os.path.join(folder, name)
            if os.path.isfile(file):
                path = Path(file)
                table = self._table(path)
                if table is not None:
                    return self._reader(path).read(table, path)
        return None

    def _read_explicit(self, path: Path) -> Settings:
        if not os.path.isfile(path):
            raise LobegenError(f"{path}: there is no such file of settings.")
        table = self._table(path)
        if table is None:
            raise LobegenError(f"{path}: has no table [tool.lobegen].")
        return self._reader(path).read(table, path.absolute())

    def _reader(self, path: Path) -> TableReader:
        return TableReader(shown(path), "tool.lobegen." if path.name == SHARED_FILE else "", self._rules)

    def _table(self, path: Path) -> dict[str, Any] | None:
        """The table of settings in a file; None for a `pyproject.toml` that has none, which is then not even parsed."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise LobegenError(f"{shown(path)}: cannot be read: {error.strerror}.") from None
        shared = path.name == SHARED_FILE
        if shared and b"lobegen" not in content:
            return None
        document = _parse(path, content)
        if not shared:
            return document
        tool = document.get("tool", {})
        table = tool.get("lobegen") if isinstance(tool, dict) else None
        if table is not None and not isinstance(table, dict):
            raise LobegenError(f"{shown(path)}: tool.lobegen: must be a table.", "Write it as [tool.lobegen].")
        return table


def shown(path: Path) -> str:
    """A path as the user would type it: relative to the current folder where it is below it."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LobegenError(f"{shown(path)}: is not UTF-8 text.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LobegenError(f"{shown(path)}: is not valid TOML: {error}.") from None
