"""Packages of a workspace: which folder a package name means, and which files its entry points are."""

import os
import re
from pathlib import Path

from lobegen.read.typescript.documents import mapping, read_json, read_text, texts, yaml_list
from lobegen.read.typescript.files import BUILT, Files

CONDITIONS = ("source", "development", "types", "import", "module", "node", "default", "require")
ENTRY_FIELDS = ("source", "types", "typings", "module", "main")
# Where `packages/**` looks for no packages.
CONTENT = frozenset({"src", "dist", "build", "out", "public", "test", "tests", "__tests__", "coverage"})


class Workspaces:
    """The packages below a root; package.json files and workspace lists are read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._packages: dict[str, dict[str, object]] = {}
        self._members: dict[str, dict[str, str]] = {}

    def package(self, folder: str) -> dict[str, object]:
        """The package.json of a folder, empty when there is none."""
        known = self._packages.get(folder)
        if known is None:
            path = os.path.join(folder, "package.json")
            known = self._packages[folder] = read_json(Path(path)) if self._files.is_file(path) else {}
        return known

    def nearest(self, folder: str) -> str | None:
        """The folder of the nearest package.json."""
        for place in self._files.upwards(folder):
            if self._files.is_file(os.path.join(place, "package.json")):
                return place
        return None

    def folder(self, start: str, name: str) -> str | None:
        """The folder of the package of a name, from a folder: itself, a member, or a `file:`/`link:` dependency."""
        own = self.nearest(start)
        if own is not None and self.package(own).get("name") == name:
            return own
        for place in self._files.upwards(start):
            found = self.members(place).get(name) or self._linked(place, name)
            if found is not None:
                return found
        return None

    def _linked(self, place: str, name: str) -> str | None:
        for field in ("dependencies", "devDependencies"):
            target = mapping(self.package(place).get(field)).get(name)
            if isinstance(target, str) and target.startswith(("file:", "link:", "portal:")):
                folder = os.path.normpath(os.path.join(place, target.partition(":")[2]))
                return folder if self._files.inside(folder) else None
        return None

    def members(self, root: str) -> dict[str, str]:
        """The packages that a folder lists as its workspace, by name."""
        known = self._members.get(root)
        if known is None:
            known = self._members[root] = {}
            for folder in self._listed(root):
                name = self.package(folder).get("name")
                if isinstance(name, str):
                    known.setdefault(name, folder)
        return known

    def patterns(self, root: str) -> list[str]:
        """The globs of a workspace list: pnpm-workspace.yaml or `workspaces` of package.json."""
        if self._files.is_file(os.path.join(root, "pnpm-workspace.yaml")):
            return yaml_list(read_text(Path(root, "pnpm-workspace.yaml")), "packages")
        listed = self.package(root).get("workspaces")
        return texts(mapping(listed).get("packages")) if isinstance(listed, dict) else texts(listed)

    def _listed(self, root: str) -> list[str]:
        patterns = self.patterns(root)
        refused = [_glob(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
        found: list[str] = []
        for pattern in patterns:
            if not pattern.startswith("!"):
                found.extend(self._matching(root, pattern))
        return [each for each in found if not any(r.fullmatch(os.path.relpath(each, root)) for r in refused)]

    def _matching(self, root: str, pattern: str) -> list[str]:
        """The folders that a workspace glob means."""
        places = [root]
        for part in [part for part in pattern.strip("/").split("/") if part not in ("", ".")]:
            if part == "**":
                places = self._below(places)
            elif any(sign in part for sign in "*?[{"):
                expression = _glob(part)
                inner = ((place, name) for place in places for name in self._files.folders(place))
                places = [os.path.join(place, name) for place, name in inner if expression.fullmatch(name)]
            else:
                places = [os.path.normpath(os.path.join(place, part)) for place in places]
        return [place for place in places if self._files.inside(place)]

    def _below(self, places: list[str]) -> list[str]:
        found = list(places)
        for place in found:
            inner = (name for name in self._files.folders(place) if name not in CONTENT)
            found.extend(os.path.join(place, name) for name in inner)
        return found

    def entry(self, folder: str, subpath: str) -> Path | None:
        """The file of a package's entry point; `subpath` is "" or "x/y"."""
        package = self.package(folder)
        targets: list[str] = []
        if "exports" in package:
            targets = match_exports(package["exports"], f"./{subpath}" if subpath else ".")
        elif not subpath:
            targets = [value for field in ENTRY_FIELDS if isinstance(value := package.get(field), str)]
        for target in targets:
            found = self._source_of(folder, target)
            if found is not None:
                return found
        guesses = [f"src/{subpath}", subpath] if subpath else ["src/index", "src/main", "index", "lib/index"]
        return next((path for guess in guesses if (path := self._files.probe(os.path.join(folder, guess)))), None)

    def _source_of(self, folder: str, target: str) -> Path | None:
        """A target, but rather the source than what is built from it."""
        parts = [part for part in target.split("/") if part != "."]
        stem = re.sub(r"(\.d)?\.[cm]?[jt]sx?$", "", "/".join(parts[1:]))
        if parts and parts[0] in BUILT:
            source = self._files.probe(os.path.join(folder, "src", stem))
            if source is not None:
                return source
        return self._files.probe(os.path.join(folder, re.sub(r"\.d\.([cm]?)ts$", r".\1js", target)))


def match_exports(exports: object, subpath: str) -> list[str]:
    """The targets of a subpath in `exports` (or of a `#name` in `imports`), most telling first."""
    table = mapping(exports)
    if not any(key.startswith((".", "#")) for key in table):
        return _targets(exports) if subpath == "." else []
    if subpath in table:
        return _targets(table[subpath])
    best = ""
    for key in table:
        prefix, star, suffix = key.partition("*")
        fits = subpath.startswith(prefix) and subpath.endswith(suffix) and len(subpath) >= len(key) - 1
        if star and fits and len(prefix) > len(best.partition("*")[0]):
            best = key
    if not best:
        return []
    prefix, _, suffix = best.partition("*")
    middle = subpath[len(prefix) : len(subpath) - len(suffix)]
    return [target.replace("*", middle) for target in _targets(table[best])]


def _targets(value: object) -> list[str]:
    """The leaves of conditions, in the order of `CONDITIONS`, then the others."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [target for item in value for target in _targets(item)]
    table = mapping(value)
    ordered = [key for key in CONDITIONS if key in table] + [key for key in table if key not in CONDITIONS]
    return [target for key in ordered for target in _targets(table[key])]


def _glob(pattern: str) -> re.Pattern[str]:
    """A workspace glob as a regular expression over a relative path."""
    expression = ""
    for part in re.split(r"(\*\*/?|\*|\?|\{[^}]*\})", pattern.strip("/").removeprefix("./")):
        if part.startswith("**"):
            expression += ".*"
        elif part == "*":
            expression += "[^/]*"
        elif part == "?":
            expression += "[^/]"
        elif part.startswith("{"):
            expression += "(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split(",")) + ")"
        else:
            expression += re.escape(part)
    return re.compile(expression)
