"""What the user answered on the command line of `lobegen new`: options, `--data` and `--data-file` in one mapping."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from lobegen.errors import LobegenError

#: in an answers file: Copier's own keys, and names that follow from others
_OF_ITS_WORKFLOW = ("_src_path", "_commit", "workflow_pascal", "entities")


def collect(named: Mapping[str, object], pairs: Iterable[str], data_file: Path | None) -> dict[str, object]:
    """All answers by question name, unchecked.

    Args:
        named: Answers with an option of their own; None where it was not given.
        pairs: `NAME=VALUE` texts; they win over the file.
        data_file: YAML. Another workflow's answers file will do: what belongs to that one alone is left out.

    Raises:
        LobegenError: A pair has no `=`, the file is no mapping, or one name was given two values.
    """
    line: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    for name, value in map(_split, pairs):
        if name in line and line[name] != value:
            raise LobegenError(f"{name} is given twice: {line[name]!r} and {value!r}.")
        line[name] = value
    return _from_file(data_file) | line


def _split(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        raise LobegenError(f"--data takes NAME=VALUE, not {pair!r}.", "Example: --data page_size=100")
    return name.strip(), value


def _from_file(path: Path | None) -> dict[str, object]:
    if path is None:
        return {}
    from lobegen.scaffold.questions import read_mapping

    found = read_mapping(path, "--data-file")
    idle = _OF_ITS_WORKFLOW if "_src_path" in found else ()
    return {name: value for name, value in found.items() if name not in idle}
