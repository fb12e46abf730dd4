"""Which version of the SDK a file runs under: the nearest lock or dependency file that says so."""

import os
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from lobegen.model.sdk import SdkVersion
from lobegen.read.folders import names_in
from lobegen.read.python import requirements as asks

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")
_CONDA = ("environment.yml", "environment.yaml")
_REQUIREMENT_FOLDERS = ("", "requirements")
_MOST_INCLUDES = 20


class _Found(Struct, frozen=True):
    version: SdkVersion
    exact: bool


def sdk_version(file: Path, root: Path) -> SdkVersion | None:
    """The version of `upstash-workflow` for a file, by the folders above it, nearest first.

    In each folder a lock file counts most, then `pyproject.toml`, `Pipfile`, `requirements*.txt`, conda's
    `environment.yml`, `setup.cfg` and `setup.py`. A range is only taken where no lock file further up (that of a
    workspace) tells the version; an exact pin is taken at once. Files that cannot be read or parsed are passed
    over.

    Args:
        file: A source file under `root`.
        root: Where the search ends; nothing above it is read.
    """
    root = Path(os.path.abspath(root))
    start = Path(os.path.abspath(file)).parent
    nearest: SdkVersion | None = None
    for folder in (start, *start.parents):
        if not folder.is_relative_to(root):
            break
        found = next(_in_folder(folder, root, only_locks=nearest is not None), None)
        if found is not None and found.exact:
            return found.version
        nearest = nearest or (found.version if found else None)
    return nearest


def _in_folder(folder: Path, root: Path, only_locks: bool) -> Iterator[_Found]:
    for name in _LOCKS:
        yield from _locked(folder / name)
    if only_locks:
        return
    yield from _asked(folder / "pyproject.toml", asks.in_toml)
    yield from _asked(folder / "Pipfile", asks.in_toml)
    for path in _requirement_files(folder, root):
        yield from _asked(path, asks.in_lines)
    for name in _CONDA:
        yield from _asked(folder / name, asks.in_items)
    yield from _asked(folder / "setup.cfg", asks.in_lines)
    yield from _asked(folder / "setup.py", asks.in_quotes)


def _locked(path: Path) -> Iterator[_Found]:
    if path.name == "Pipfile.lock":
        yield from _asked(path, asks.in_pipfile_lock)
    elif (text := _text(path)) and (version := asks.in_lock(text)):
        yield _Found(SdkVersion(version, path.name), exact=True)


def _asked(path: Path, specifiers_in: Callable[[str], Iterator[str]]) -> Iterator[_Found]:
    text = _text(path)
    try:
        for specifiers in specifiers_in(text) if text else ():
            version = asks.lower_bound(specifiers)
            if version is not None:
                yield _Found(SdkVersion(version, path.name), asks.is_exact(specifiers))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return


def _requirement_files(folder: Path, root: Path) -> list[Path]:
    """`requirements.txt` first, then its siblings, then what they include."""
    found: list[Path] = []
    for inner in _REQUIREMENT_FOLDERS:
        names = names_in(str(folder / inner))
        wanted = [name for name in names if name.endswith((".txt", ".in")) and (inner or "requirements" in name)]
        found += [folder / inner / name for name in sorted(wanted, key=lambda name: (name != "requirements.txt", name))]
    for path in found:
        if len(found) > _MOST_INCLUDES:
            break
        others = (Path(os.path.normpath(path.parent / name)) for name in asks.included_files(_text(path)))
        found += [other for other in others if other not in found and other.is_relative_to(root)]
    return found


def _text(path: Path) -> str:
    """The text of a file, "" where there is none; remembered until the file changes."""
    try:
        status = path.stat()
        return _text_at(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=256)
def _text_at(path: Path, modified: int, size: int) -> str:
    text = asks.decode_any(path.read_bytes())
    return text if "upstash" in text.lower() or path.suffix in (".txt", ".in") else ""
