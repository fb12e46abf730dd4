"""The installed version of one package in the lock files of npm, pnpm, yarn and bun.

Lock files reach megabytes: pnpm's and yarn's are searched for the few lines that matter, never parsed as a whole.
"""

import os
import re
from pathlib import Path

from lobegen.read.typescript.documents import mapping, parse_json, read_text

LOCK_FILES = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock")
VERSION = r"v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)"


def locked_version(folder: str, importer: str, name: str, requested: str) -> tuple[str, str] | None:
    """The version of a package for the project in `importer`, locked in `folder`, and the lock file's name.

    Args:
        folder: Where to look for lock files.
        importer: The folder of the package.json that asks for it, in or below `folder`.
        name: The name under which it is installed (an alias, where one is used).
        requested: The range in the package.json.
    """
    relative = os.path.relpath(importer, folder).replace(os.sep, "/")
    for file, reader in zip(LOCK_FILES, (_npm, _npm, _pnpm, _yarn, _bun), strict=True):
        text = read_text(Path(folder, file))
        version = reader(text, relative, name, requested) if name in text else None
        if version is not None:
            return version, file
    return None


def _npm(text: str, importer: str, name: str, requested: str) -> str | None:
    document = parse_json(text)
    packages = mapping(document.get("packages"))
    parts = [] if importer == "." else importer.split("/")
    for length in range(len(parts), -1, -1):
        place = "/".join([*parts[:length], "node_modules", name])
        version = mapping(packages.get(place)).get("version")
        if isinstance(version, str):
            return version
    old = mapping(mapping(document.get("dependencies")).get(name)).get("version")
    return _plain(old) if isinstance(old, str) else None


def _pnpm(text: str, importer: str, name: str, requested: str) -> str | None:
    """The version below the importer's key; lock files of one project have no importers."""
    text = text.replace("\r\n", "\n")
    section = text
    start = re.search(r"^importers:\s*$", text, re.MULTILINE)
    if start is not None:
        block = rf"^  (['\"]?){re.escape(importer)}\1:[^\n]*\n((?:(?:    [^\n]*)?\n)*)"
        key = re.search(block, text[start.end() :], re.MULTILINE)
        section = key.group(2) if key is not None else ""
    if "specifiers:" in section:  # of old lock files: what was asked for stands before what is there
        section = re.sub(r"^( *)specifiers:\n(?:\1 +[^\n]*\n)*", "", section, flags=re.MULTILINE)
    entry = rf"^ +(['\"]?){re.escape(name)}\1:(?:\s*\n +specifier: [^\n]*\n +version:)?\s*(['\"]?)([^\s'\"]+)"
    found = re.search(entry, section, re.MULTILINE)
    version = _plain(found.group(3)) if found is not None else None
    return version or _only(re.findall(rf"^ +['\"]?/?{re.escape(name)}[@/]{VERSION}", text, re.MULTILINE))


def _yarn(text: str, importer: str, name: str, requested: str) -> str | None:
    """The version below the entry of the requested range, or the only one there is."""
    pattern = rf"^(\"?{re.escape(name)}@[^\n]*):\s*\n +version:? +\"?{VERSION}"
    entries = re.findall(pattern, text.replace("\r\n", "\n"), re.MULTILINE)
    for keys, version in entries:
        ranges = [key.strip().strip('"').removeprefix(f"{name}@").removeprefix("npm:") for key in keys.split(",")]
        if requested.removeprefix("npm:") in ranges:
            return str(version)
    return _only([version for _, version in entries])


def _bun(text: str, importer: str, name: str, requested: str) -> str | None:
    document = parse_json(text)
    packages = mapping(document.get("packages"))
    own = mapping(mapping(document.get("workspaces")).get("" if importer == "." else importer)).get("name")
    for key in (f"{own}/{name}", name):
        entry = packages.get(key)
        if isinstance(entry, list) and entry and isinstance(entry[0], str):
            return _plain(entry[0].rpartition("@")[2])
    return None


def _plain(version: str) -> str | None:
    """A version without pnpm's peers; aliases are "name@version", older ones "/name/version"."""
    found = re.search(rf"(?:^|[@/]){VERSION}", version.partition("(")[0].partition("_")[0])
    return found.group(1) if found is not None else None


def _only(versions: list[str]) -> str | None:
    distinct = set(versions)
    return distinct.pop() if len(distinct) == 1 else None
