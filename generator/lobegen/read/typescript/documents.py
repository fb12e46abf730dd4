"""Small configuration files: JSON with comments, and the few YAML shapes of pnpm; what cannot be read is empty."""

import json
import re
from pathlib import Path

from lobegen.patterns import compiled

_JSONC = compiled(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = compiled(r'("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])')
_YAML_ITEM = compiled(r"""^\s+-\s+(?P<q>['"]?)(?P<value>.+?)(?P=q)\s*(?:\s#.*)?$""")
_YAML_PAIR = compiled(r"""^(?P<indent>\s*)(?P<q>['"]?)(?P<key>[^\s'"#][^'"]*?)(?P=q)\s*:(?:\s+(?P<value>.*))?$""")


def read_text(path: Path) -> str:
    """The text of a file, or "" when there is none."""
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def parse_json(text: str) -> dict[str, object]:
    """A JSON object, with comments and trailing commas."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        try:
            plain = _JSONC.sub(lambda match: match.group(1) or " ", text)
            value = json.loads(_TRAILING.sub(lambda match: match.group(1) or "", plain))
        except (ValueError, RecursionError):
            return {}
    return mapping(value)


def read_json(path: Path) -> dict[str, object]:
    """The JSON object in a file."""
    return parse_json(read_text(path))


def mapping(value: object) -> dict[str, object]:
    """A JSON object as such, anything else as an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def texts(value: object) -> list[str]:
    """The strings of a JSON array; a lone string is a list of one."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def yaml_section(text: str, name: str) -> list[str]:
    """The indented lines (and list items) below a top-level key, without comments and blank lines."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0] in " \t-":
            if inside:
                found.append(line if line[0] != "-" else " " + line)
            continue
        pair = _YAML_PAIR.match(line)
        inside = pair is not None and pair.group("key") == name
        if inside and pair is not None and (pair.group("value") or "").startswith("["):
            found.extend(f"  - {item.strip()}" for item in pair.group("value").strip("[] ").split(",") if item.strip())
    return found


def yaml_list(text: str, name: str) -> list[str]:
    """The texts of a top-level list."""
    items = (_YAML_ITEM.match(line) for line in yaml_section(text, name))
    return [item.group("value") for item in items if item is not None]


def yaml_pairs(lines: list[str]) -> list[tuple[int, str, str]]:
    """Lines of a mapping as (indentation, key, value); the value of a nested mapping is ""."""
    found = []
    for line in lines:
        pair = _YAML_PAIR.match(line)
        if pair is not None:
            value = re.sub(r"\s#.*$", "", pair.group("value") or "").strip().strip("'\"")
            found.append((len(pair.group("indent")), pair.group("key"), value))
    return found
