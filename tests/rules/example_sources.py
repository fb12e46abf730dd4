"""Makes an example of a rule's page into what a host can load: marked where handlers begin, with addresses of here."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from markdown_cases import Case

_WORD = re.compile(r"(?<![.\w'\"`@/-])[A-Za-z_]\w*")
_TS_HANDLER = re.compile(r"async \(context\) => \{")
_PY_HANDLER = re.compile(r"@(?:serve|Serve\(FastAPI\(\)\))\.post\([^\n]*\n(?:async )?def \w+\(context[^\n]*:\n")
_OTHERS = ("https://example.com", '"token"')


@dataclass(frozen=True)
class Example:
    """What a host is told of an example: what to load, at which path, what starts it, and how many handlers it has."""

    loaded: dict[str, object]
    handlers: int
    path: str = ""
    starter: str = ""


def example_of(case: Case, folder: Path, address: str, token: str) -> Example:
    """An example as a host can load it.

    Args:
        case: The example.
        folder: Where sources in TypeScript go.
        address: Stands for `https://example.com`; empty where nothing does.
        token: Stands for a token that is written into it.
    """
    if address:
        known = dict(zip(_OTHERS, (address, f'"{token}"'), strict=True))
        case = replace(case, files={path: _with(text, known) for path, text in case.files.items()})
    return _python(case) if case.language == "python" else _typescript(case, folder)


def _with(text: str, known: Mapping[str, str]) -> str:
    for shown, real in known.items():
        text = text.replace(shown, real)
    return text


def _python(case: Case) -> Example:
    [source] = case.files.values()
    [*earlier] = case.before.values()
    names = {node.id for node in ast.walk(ast.parse("\n".join([source, *earlier]))) if isinstance(node, ast.Name)}
    marked = [_marked(each, _PY_HANDLER, "    __began()\n") for each in (source, *earlier)]
    loaded: dict[str, object] = {"source": marked[0], "names": sorted(names)}
    return Example(loaded | ({"earlier": marked[1]} if earlier else {}), len(_PY_HANDLER.findall(source)))


def _typescript(case: Case, folder: Path) -> Example:
    """Write the files of an example; what it imports and does not show is made up."""
    names: set[str] = set()
    for prefix, files in (("", case.files), ("before-", case.before)):
        routes = [path for path in files if path.endswith("route.ts")]
        for path, source in ((path, text) for path, text in files.items() if path.endswith(".ts")):
            if path in routes[1:]:  # of several, the first one is shown
                continue
            target = folder / ("route.ts" if path.endswith("route.ts") else Path(path).name)
            target = target.with_name(prefix + target.name)
            target.parent.mkdir(exist_ok=True)
            target.write_text(_marked(source, _TS_HANDLER, " __began();") if "route" in target.name else source)
            names |= set(_WORD.findall(source))
            for imported, module in re.findall(r"import \{ ([^}]+) \} from \"(\./\w+)\"", source):
                words = [each.strip() for each in imported.split(",")]
                lines = (f"export const {each} = (globalThis as any).__thing('{each}');" for each in words)
                (folder / f"{module}.ts").write_text("\n".join(lines))
    route = next(path for path in case.files if path.endswith("route.ts"))
    path = "/" + Path(route).parent.relative_to("app").as_posix()
    loaded: dict[str, object] = {"file": str(folder / "route.ts"), "path": path, "names": sorted(names)}
    loaded |= {"earlier": str(folder / "before-route.ts")} if case.before else {}
    starters = [str(folder / Path(path).name) for path in case.files if path.startswith("lib/")]
    return Example(loaded, len(_TS_HANDLER.findall(case.files[route])), path, *starters[:1])


def _marked(source: str, handler: re.Pattern[str], mark: str) -> str:
    """A source in which the beginnings of its handlers are counted."""
    marked, count = handler.subn(rf"\g<0>{mark}", source)
    assert count, source
    return marked
