"""Reads what is no code of a workflow and still of concern: secrets in its files, example environments beside it."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lobegen.model.project import Credential, ExampleEnvironment
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.discovery import SourceTree
from lobegen.read.folders import names_in
from lobegen.read.syntax import Module

#: a token is base64 of `{"UserID":…`, a signing key has its prefix; facts: wire protocol 6.3
_SECRET = compiled(rb"""(?:(?<=["'`])|(?<=Bearer ))(?:eyJVc2VySUQi[\w+/=-]{24,}|sig_[A-Za-z0-9]{20,})(?=["'`])""")
_MARKS = (b"eyJVc2VySUQi", b"sig_")
#: the local development server's own, which are published
_PUBLISHED = {
    b"eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
    b"sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
    b"sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
}
#: what examples of environment variables are called
EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
_VARIABLE = compiled(r"^[ \t]*(?:#[ \t]*)?(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=", re.MULTILINE)
_TOKEN = "QSTASH_TOKEN"


def credentials(module: Module) -> Iterator[Credential]:
    """The secrets among a module's literals."""
    source = module.source
    if not any(mark in source for mark in _MARKS):
        return
    for match in _SECRET.finditer(source):
        commented = any(each.span.start <= match.start() < each.span.end for each in module.comments)
        if match[0] not in _PUBLISHED and not commented:
            span = span_of(module.path, source, match.start(), match.end())
            yield Credential(span, "signing key" if match[0].startswith(b"sig_") else "token")


def example_environments(paths: Iterable[str], tree: SourceTree) -> Iterator[ExampleEnvironment]:
    """The example environments in the folders above files that name a token, each once.

    Args:
        paths: Of the files, as in `Span.path`.
        tree: Its root is the topmost folder that is looked into.
    """
    seen: set[str] = set()
    for path in paths:
        for folder in tree.folders_above(path):
            if folder in seen:
                break
            seen.add(folder)
            there = names_in(folder)
            files = (os.path.join(folder, name) for name in EXAMPLES if name in there)
            yield from filter(None, (_example(Path(file), tree) for file in files if os.path.isfile(file)))


def _example(file: Path, tree: SourceTree) -> ExampleEnvironment | None:
    source = tree.read(file)
    if source is None:
        return None
    text = source.decode("utf-8", "replace")
    token = next((match for match in _VARIABLE.finditer(text) if match[1] == _TOKEN), None)
    if token is None:
        return None
    offset = len(text[: token.start(1)].encode())
    names = frozenset(match[1] for match in _VARIABLE.finditer(text))
    return ExampleEnvironment(span_of(tree.display(file), source, offset, offset + len(_TOKEN)), names)


def span_of(path: str, source: bytes, start: int, end: int) -> Span:
    """A place in a file by its byte offsets."""
    line_start = source.rfind(b"\n", 0, start) + 1
    line = source.count(b"\n", 0, start) + 1
    column = len(source[line_start:start].decode("utf-8", "replace")) + 1
    return Span(path, line, column, line, column + len(source[start:end].decode("utf-8", "replace")), start, end)
