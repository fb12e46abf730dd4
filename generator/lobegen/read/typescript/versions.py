"""Which version of `@upstash/workflow` a file runs under: from lock files, else from the range in package.json."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lobegen.model.sdk import SdkVersion
from lobegen.read.folders import names_in, upwards
from lobegen.read.typescript.documents import mapping, read_text, yaml_pairs, yaml_section
from lobegen.read.typescript.files import Files
from lobegen.read.typescript.lockfiles import LOCK_FILES, locked_version
from lobegen.read.typescript.workspaces import Workspaces

SDK = "@upstash/workflow"
FIELDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
MAX_PACKAGES = 50
CATALOGS = ("pnpm-workspace.yaml", ".yarnrc.yml")
WATCHED = ("package.json", *CATALOGS, *LOCK_FILES)


#: by folder, when the files that tell a version were changed last
Stamps = dict[str, tuple[int, ...]]


def sdk_version(file: Path, root: Path, stamps: Stamps | None = None) -> SdkVersion | None:
    """The version of the SDK for a file; None when nothing below the root says it.

    Looked for, in this order: the nearest package.json that asks for the SDK (also as an `npm:` alias), then the
    workspace packages that the nearest one depends on, then any lock file.

    Args:
        stamps: What the files of one run have in common, so that each folder is looked at once.
    """
    start = os.path.abspath(root)
    stamps = {} if stamps is None else stamps
    places = upwards(start, os.path.dirname(os.path.abspath(file)))
    for place in places:
        if place not in stamps:
            stamps[place] = _stamps(place)
    holding = [(place, *stamps[place]) for place in places if any(stamps[place])]
    return _version(start, holding[0][0] if holding else start, tuple(holding))


def _stamps(folder: str) -> tuple[int, ...]:
    """When the files of a folder that tell a version were changed last."""
    there = names_in(folder)
    return tuple(_changed(os.path.join(folder, name)) if name in there else 0 for name in WATCHED)


def _changed(path: str) -> int:
    """When a file was changed last, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _version(root: str, folder: str, stamps: tuple[tuple[str | int, ...], ...]) -> SdkVersion | None:
    """The version for a folder; `stamps` only makes a changed file ask anew, in a language server for one."""
    return Versions(Path(root)).of(folder)


class Versions:
    """Reads the versions below one root."""

    def __init__(self, root: Path) -> None:
        self._files = Files(root)
        self._workspaces = Workspaces(self._files)

    def of(self, folder: str) -> SdkVersion | None:
        """The version for the files in a folder."""
        folder = self._workspaces.nearest(folder) or self._files.root
        for place in self._places(folder):
            name, requested = self._request(place)
            if name:
                return self._requested(place, name, requested)
        return self._locked(folder, folder, SDK, "")

    def _places(self, folder: str) -> Iterator[str]:
        yield from self._files.upwards(folder)
        yield from self._dependencies(folder)

    def _dependencies(self, folder: str) -> list[str]:
        """The workspace packages that a package depends on, directly or not: one of them may re-export the SDK."""
        found: list[str] = []
        pending = [folder]
        while pending and len(found) < MAX_PACKAGES:
            place = pending.pop(0)
            for field in FIELDS:
                for name in mapping(self._workspaces.package(place).get(field)):
                    package = self._workspaces.folder(place, name)
                    if package is not None and package not in found and package != folder:
                        found.append(package)
                        pending.append(package)
        return found

    def _request(self, folder: str) -> tuple[str, str]:
        """Under which name and range a package.json asks for the SDK; empty where it does not."""
        package = self._workspaces.package(folder)
        if package.get("name") == SDK:
            return SDK, str(package.get("version"))
        for field in FIELDS:
            for name, requested in mapping(package.get(field)).items():
                is_alias = isinstance(requested, str) and requested.startswith(f"npm:{SDK}@")
                if isinstance(requested, str) and (name == SDK or is_alias):
                    return name, requested
        return "", ""

    def _requested(self, folder: str, name: str, requested: str) -> SdkVersion | None:
        wanted, place = requested, self._label(folder, "package.json")
        if requested.startswith("catalog:"):
            wanted, place = self._catalogued(folder, name, requested.partition(":")[2] or "default")
        found = self._locked(folder, folder, name, wanted)
        if found is not None:
            return found
        if requested.startswith(("workspace:", "link:", "file:", "portal:")):
            package = self._workspaces.folder(folder, SDK)
            if package is not None:
                return self._version_of_package(package)
        version = lower_bound(wanted)
        return SdkVersion(version, place) if version is not None else None

    def _locked(self, folder: str, importer: str, name: str, requested: str) -> SdkVersion | None:
        for place in self._files.upwards(folder):
            found = locked_version(place, importer, name, requested)
            if found is not None:
                return SdkVersion(found[0], self._label(place, found[1]))
        return None

    def _catalogued(self, folder: str, name: str, catalog: str) -> tuple[str, str]:
        """A range that the workspace root keeps for all, and where: by pnpm, yarn, or (in package.json) bun."""
        for place in self._files.upwards(folder):
            for file in CATALOGS:
                requested = _yaml_catalog(read_text(Path(place, file)), catalog, name)
                if requested is not None:
                    return requested, self._label(place, file)
            requested = self._bun_catalog(place, catalog, name)
            if requested is not None:
                return requested, self._label(place, "package.json")
        return "", ""

    def _bun_catalog(self, folder: str, catalog: str, name: str) -> str | None:
        package = self._workspaces.package(folder)
        for holder in (package, mapping(package.get("workspaces"))):
            tables = {"default": holder.get("catalog"), **mapping(holder.get("catalogs"))}
            table = mapping(tables.get(catalog))
            if isinstance(found := table.get(name), str):
                return found
        return None

    def _version_of_package(self, folder: str) -> SdkVersion | None:
        written = self._workspaces.package(folder).get("version")
        version = lower_bound(written) if isinstance(written, str) else None
        return SdkVersion(version, self._label(folder, "package.json")) if version is not None else None

    def _label(self, folder: str, file: str) -> str:
        return os.path.relpath(os.path.join(folder, file), self._files.root).replace(os.sep, "/")


def _yaml_catalog(text: str, catalog: str, name: str) -> str | None:
    if name not in text:
        return None
    pairs = yaml_pairs(yaml_section(text, "catalog")) if catalog == "default" else []
    inside = ""
    for indentation, key, value in yaml_pairs(yaml_section(text, "catalogs")):
        if not value:
            inside = key
        elif inside == catalog:
            pairs.append((indentation, key, value))
    return next((value for _, key, value in pairs if key == name), None)


def lower_bound(requested: str) -> str | None:
    """The lowest version of a range: "^0.2.23" is "0.2.23", "1.x" is "1"; of alternatives the last (newest) counts.

    None where a range says nothing: "*", "latest", an upper bound alone, a URL.
    """
    if requested.startswith("npm:"):
        requested = requested.rpartition("@")[2]
    requested = requested.removeprefix("workspace:")
    last = requested.split("||")[-1].strip()
    found = re.match(r"(?:[\^~]|>=?|=)?\s*v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)(?:\.[xX*])*(?=$|[\s,+])", last)
    return found.group(1) if found is not None else None
