"""Requirement texts: which version of the SDK a dependency file asks for."""

import codecs
import json
import re
import tomllib
from collections.abc import Iterator

from lobegen.patterns import compiled

_NAME = compiled(r"upstash[-_.]+workflow", re.IGNORECASE)
_REQUIREMENT = compiled(r"\s*upstash[-_.]+workflow(?![\w.-])\s*(?:\[[^\]]*\])?\s*\(?([^;#)]*)", re.IGNORECASE)
_QUOTED = compiled(r"[\"'](\s*upstash[-_.]+workflow[^\"'\r\n]*)[\"']", re.IGNORECASE)
_LOCKED = compiled(r"^name = \"upstash[-_.]+workflow\"\s*^version = \"([^\"]+)\"", re.IGNORECASE | re.MULTILINE)
_CLAUSE = compiled(r"(===|==|~=|>=|<=|!=|\^|~|>|<|=)?\s*v?(\d[\w.!+-]*)")
_EXACT = ("==", "===", "=", "")
_LOWER = ("~=", "^", "~", ">=", ">")
_DEEPEST = 12


def lower_bound(specifiers: str) -> str | None:
    """The version that a list of specifiers pins or begins at: "==2.0.*" is "2.0", ">=1.2,<3" is "1.2"."""
    clauses = [_CLAUSE.match(clause.strip()) for clause in specifiers.split(",")]
    found = [(clause[1] or "", clause[2].removesuffix(".*")) for clause in clauses if clause]
    for operators in (_EXACT, _LOWER):
        for operator, version in found:
            if operator in operators:
                return version.rstrip(".")
    return None


def is_exact(specifiers: str) -> bool:
    """Whether a list of specifiers admits one version only."""
    clause = _CLAUSE.match(specifiers.strip())
    return clause is not None and (clause[1] or "") in _EXACT and "*" not in specifiers


def in_lock(text: str) -> str | None:
    """The version in `uv.lock`, `poetry.lock`, `pdm.lock` and `pylock.toml`, which all name it next to the package."""
    found = _LOCKED.search(text)
    return found[1] if found else None


def in_pipfile_lock(text: str) -> Iterator[str]:
    """The specifiers in `Pipfile.lock`."""
    yield from _in_tables(json.loads(text), 0)


def in_toml(text: str) -> Iterator[str]:
    """The specifiers in `pyproject.toml` or `Pipfile`: lists of requirements and tables by name, wherever they are."""
    yield from _in_tables(tomllib.loads(text), 0)


def _in_tables(value: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str) and _NAME.fullmatch(key):
                version = inner.get("version") if isinstance(inner, dict) else inner
                if isinstance(version, str):
                    yield version
            else:
                yield from _in_tables(inner, depth + 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield from in_line(item)
            else:
                yield from _in_tables(item, depth + 1)


def in_line(line: str) -> Iterator[str]:
    """The specifiers of one requirement, when it is the SDK's."""
    found = _REQUIREMENT.match(line)
    if found and not found[1].startswith("@"):
        yield found[1].split(" --")[0].strip()


def in_lines(text: str) -> Iterator[str]:
    """The specifiers in a requirements file, `setup.cfg`, or any file with a requirement per line."""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        yield from in_line(line.partition("=")[2] if line.startswith("install_requires") else line)


def in_items(text: str) -> Iterator[str]:
    """The specifiers in the lists of conda's `environment.yml`, those for pip included."""
    for line in text.splitlines():
        item = line.strip()
        if item.startswith("- "):
            yield from in_line(item[2:].strip(" \"'"))


def in_quotes(text: str) -> Iterator[str]:
    """The specifiers in the string literals of a `setup.py`."""
    for found in _QUOTED.finditer(text):
        yield from in_line(found[1])


def included_files(text: str) -> Iterator[str]:
    """The files that a requirements file takes in with `-r` and `-c`."""
    for found in re.finditer(r"^\s*(?:-r|-c|--requirement|--constraint)[ =]*([^\s#]+)", text, re.MULTILINE):
        yield found[1]


def decode_any(source: bytes) -> str:
    """The text of a dependency file: UTF-16 (Windows shells write it), UTF-8 with or without mark, else Latin-1."""
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return source.decode("utf-16", "replace")
    if b"\0" in source[:200]:
        return source.decode("utf-16-be" if source[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("latin-1")
