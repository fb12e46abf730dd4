"""The `package.json` files of a project: how they are made to ask for the workflow SDK's first line."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from lobegen.lint.changes import applied
from lobegen.lint.fixing import FixedFile
from lobegen.model.fixes import Edit
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.discovery import SourceTree
from lobegen.read.document import Document

SDK = "@upstash/workflow"
#: what the template asks for in its first line
VERSION = "1.3.3"
_OLD_SDK = "@upstash/qstash"
_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_OLD = compiled(r"([\^~]?)0(?:\.(?:\d+|[x*]))*(?:-[\w.]+)?")
_NEW = compiled(r"[\^~>=v ]*[1-9]")
_COMMANDS = {"pnpm-lock.yaml": "pnpm install", "yarn.lock": "yarn install", "bun.lock": "bun install"}


class Package(Struct, frozen=True):
    """What becomes of one `package.json`.

    Attributes:
        file: As it is and as it is to be; None where nothing is changed.
        said: What was changed, in words.
        left: Places in it, and what is to be done there by hand.
        command: What installs its dependencies.
    """

    file: FixedFile | None
    said: str
    left: tuple[tuple[Span, str], ...]
    command: str


def packages_of(paths: Iterable[str], tree: SourceTree) -> list[Package]:
    """The packages that some files belong to, and how each gets to the SDK's first line.

    Args:
        paths: The files, as shown.
        tree: Its root is the topmost folder that is looked into.
    """
    files = dict.fromkeys(filter(None, (_file_above(path, tree) for path in paths)))
    return [package for file in sorted(files) if (package := _package(file, tree)) is not None]


def _file_above(path: str, tree: SourceTree) -> Path | None:
    """The nearest package.json that names the SDK; else the nearest that names the client it grew out of."""
    files = [Path(folder, "package.json") for folder in tree.folders_above(path)]
    contents = {file: file.read_bytes() for file in files if file.is_file()}
    for name in (SDK, _OLD_SDK):
        for file, content in contents.items():
            if f'"{name}"'.encode() in content:
                return file
    return None


def _package(file: Path, tree: SourceTree) -> Package | None:
    document = Document(tree.display(file), file.read_bytes())
    lock = next((name for name in _COMMANDS if (file.parent / name).exists()), "")
    command = _COMMANDS.get(lock, "npm install")
    asked = list(_asked(document, SDK))
    edits: list[Edit] = []
    left: list[tuple[Span, str]] = []
    for span, wanted in asked:
        old = _OLD.fullmatch(wanted)
        if old:
            edits.append(Edit(span, f"{old[1]}{VERSION}"))
        elif not _NEW.match(wanted):
            left.append((span, f"`{wanted}` says no version of {SDK}: let it be {VERSION} or newer"))
    said = f"{SDK} {VERSION}"
    if not asked:
        edits += _added(document)
        said = f"{said} beside {_OLD_SDK}"
    if not edits and not left:
        return None
    after = applied(document.source, edits, "utf-8")
    fixed = FixedFile(file, document.path, document.source, after) if edits else None
    return Package(fixed, said, tuple(left), command)


def _asked(document: Document, name: str) -> Iterator[tuple[Span, str]]:
    """Where a package.json asks for a package, and for which versions."""
    try:
        content = json.loads(document.source)
    except ValueError:
        return
    sections = (content.get(section) for section in _SECTIONS) if isinstance(content, dict) else ()
    wanted = [section[name] for section in sections if isinstance(section, dict) and name in section]
    for match in re.finditer(rb'"%b"\s*:\s*"([^"\\]*)"' % re.escape(name.encode()), document.source):
        if match[1].decode() in wanted:
            yield document.edit(match.start(1), match.end(1), "").span, match[1].decode()


def _added(document: Document) -> list[Edit]:
    """Ask for the SDK before the client it grew out of, in the same way."""
    match = re.search(rb'([ \t]*)"%b"\s*:\s*"' % re.escape(_OLD_SDK.encode()), document.source)
    if match is None:
        return []
    line = f'"{SDK}": "^{VERSION}",'
    alone = not document.source[document.line_start(match.start()) : match.start()].strip()
    begin = document.newline + match[1].decode() if alone else " "
    return [document.edit(match.end(1), match.end(1), line + begin)]
