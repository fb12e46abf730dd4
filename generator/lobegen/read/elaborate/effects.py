"""Says which calls have an effect outside of the program: by what is called, or by names from configuration."""

import re

from lobegen.model.actions import Effect, EffectKind
from lobegen.model.existing import EXCLUDING
from lobegen.model.values import EMPTY, Flow
from lobegen.patterns import compiled
from lobegen.read.elaborate import catalogue, surface
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import External, Imported, Instance, ObjectShape, Value, Words
from lobegen.read.syntax import Call

_GLOBALS = {("", "fetch"), ("", "$fetch")}
_OPENS = (External("", "open"), External("io", "open"))
#: methods that send a statement
_ASKS = compiled(r"(\$?(query|execute)\w*|exec|fetch\w*|scalars?|all|get|run|prepare|unsafe)$")
_HTTP_READS = {"GET", "HEAD", "OPTIONS"}
_SIGNS = compiled(r"[()\[\]?]+")
#: paths of packages that are in the catalogue for something else
_PURE = compiled(
    r"^(path(\.\w+)*|environ(\.\w+)*|getenv|getpid|cpu_count|sep|urandom|fspath|getcwd|name|kill|"
    r"(Pure\w*)?Path\(\)\.(joinpath|with_\w+|relative_to|as_posix|parts|name|stem|suffix|parent\w*|resolve|expanduser))$"
)


def effect_of(callee: Value, given: Given, node: Call, scope: Scope, name: str) -> Effect | None:
    """What a call does to the world; None when it does nothing that is known.

    Args:
        name: The callee as written, dotted.
    """
    named = configured(callee, scope, name)
    if named is not None:
        return named
    external = _placed(callee.shape) if isinstance(callee.shape, External) else None
    if external is not None and (external.specifier, external.path) in _GLOBALS:
        return Effect("network", _reads_only(given, True))
    if external in _OPENS and scope.module.source.language == "python":
        return Effect("file", _opened_to_read(given))
    kind = catalogue.package_kind(external.specifier) if external is not None and external.specifier else None
    if external is not None and kind is not None:
        return _of_package(external, kind, given, node)
    if external is not None and surface.is_sdk(external):
        return None
    if isinstance(callee.shape, External | Imported) or callee.shape is None:
        return _by_name(tuple(map(_plain, name.split("."))), given, scope)
    return None


def _placed(external: External) -> External:
    """The same with all of its package in the specifier: of `urllib.request.urlopen` the import names only `urllib`."""
    head, _, rest = external.path.partition(".")
    wider = f"{external.specifier}.{head}"
    known = external.specifier and rest and catalogue.package_kind(external.specifier) is None
    return External(wider, rest) if known and wider in catalogue.PACKAGES else external


def configured(callee: Value, scope: Scope, name: str) -> Effect | None:
    """An effect by a name from configuration: "mailer.send", "sendMail", or "@acme/mail" for all of a package."""
    names = scope.module.modules.side_effects
    if not names:
        return None
    shape = callee.shape
    owner = shape.specifier if isinstance(shape, External | Imported) else ""
    plain = _plain(name)
    for known in names:
        if plain == known or plain.endswith(f".{known}") or (owner and owner == known):
            return Effect("other", False)
    return None


def _plain(name: str) -> str:
    """A name as written without the signs of calls and items."""
    return _SIGNS.sub("", name)


def _of_package(external: External, kind: EffectKind, given: Given, node: Call) -> Effect | None:
    if kind == "network" and _configures(external):
        return None
    on_client = "()" in external.path
    path = external.path.removeprefix("default.").removeprefix("promises.")
    if _is_sql(external):
        told = [known for text in given.texts if (known := catalogue.statement(text)) is not None]
        return Effect(kind, told[0]) if told else None
    if kind == "file" and given.positional and _in_memory(given.positional[0]):
        return None
    if node.new or _PURE.match(path) or catalogue.gives_back(path) or not (on_client or catalogue.has_functions(kind)):
        return None
    methods = [part for part in re.sub(r"\(\)", "", path).split(".") if part]
    if not on_client and methods == ["default"]:
        methods = ["request"]
    if kind == "model" and not on_client:
        reads = False if catalogue.asks_model(methods[-1]) else None
    elif kind == "network":
        reads = _by_http(methods, given)
    elif kind == "file" and methods[-1:] == ["open"]:
        reads = _opened_to_read(given)
    else:
        methods = methods[1:] if on_client else methods
        reads = _by_statement(methods, given)
    return Effect(kind, reads) if reads is not None else None


def _in_memory(value: Value) -> bool:
    """Whether what is read is no file: `read_csv(io.StringIO(text))`."""
    made = value.shape.of if isinstance(value.shape, Instance) else None
    return isinstance(made, External) and made.specifier == "io"


def _is_sql(external: External) -> bool:
    """Whether it is a function that sends the SQL it is given: `sql` of Vercel, a client of postgres.js or Neon."""
    if external.specifier == "@vercel/postgres":
        return external.path == "sql"
    return external.specifier in ("postgres", "@neondatabase/serverless") and external.path.endswith("()")


def _configures(external: External) -> bool:
    """Whether it makes an HTTP client of the package's own: `axios.create`, `ky.extend`."""
    last = external.path.rsplit(".", 1)[-1]
    return last in ("create", "extend") and {*re.split(r"[().]+", external.path)} <= {"default", "create", "extend"}


def _opened_to_read(given: Given) -> bool:
    """Whether a file is opened to be read alone, by its mode."""
    mode = (given.keywords or {}).get("mode")
    texts = given.texts[1:2] if mode is None else Given((mode,)).texts
    return not any(set("wax+") & set(text) for text in texts)


def _by_http(methods: list[str], given: Given) -> bool | None:
    last = methods[-1]
    if last in ("request", "fetch", "default", "urlopen", "send"):
        commands = [value.shape.of.path for value in given.positional if isinstance(value.shape, Instance)
                    and isinstance(value.shape.of, External)]  # fmt: skip
        return any(map(catalogue.reads_by_command, commands)) if commands else _reads_only(given, last != "send")
    return catalogue.does([last])


def _reads_only(given: Given, otherwise: bool) -> bool:
    """Whether a request only reads, by its method; GET where none is given."""
    options = [value.shape for value in given.values if isinstance(value.shape, ObjectShape)]
    method = (given.keywords or {}).get("method")
    for shape in options:
        if "method" in shape.entries:
            method = shape.entries["method"][1]
    if method is None:
        return next((text in _HTTP_READS for text in given.texts if text.isupper() and text.isalpha()), otherwise)
    literal = method.shape.text.literal if isinstance(method.shape, Words) else None
    return literal is not None and literal.upper() in _HTTP_READS


def _by_statement(methods: list[str], given: Given) -> bool | None:
    """By the SQL that is given, the query that was built for it, or the names of the methods."""
    reads = catalogue.does(methods)
    if methods and _ASKS.match(methods[-1]):
        told = next((known for text in given.texts if (known := catalogue.statement(text)) is not None), None)
        if told is not None:
            return told
        built = given.flow.through & {"select", "insert", "update", "delete"}
        if built or methods[-1].startswith(("execute", "$execute")):
            return built <= {"select"}
    return reads


def _by_name(parts: tuple[str, ...], given: Given, scope: Scope) -> Effect | None:
    language = scope.module.source.language
    if parts == ("sql",):
        told = [known for text in given.texts if (known := catalogue.statement(text)) is not None]
        return Effect("database", told[0]) if told else None
    kind = catalogue.kind_by_name(parts, language)
    if kind is None and language == "python" and catalogue.gets_row(parts) and len(given.positional) > 1:
        return Effect("database", True)  # `session.get(Order, id)`
    if kind is None and catalogue.asks_by_path(parts):
        return Effect("model", False)
    if kind is None or len(parts) < 2 or catalogue.opens(parts[-1]) or catalogue.gives_back(".".join(parts)):
        return None
    if kind == "database" and parts[-1] == "get" and len(parts) == 2 and not given.positional:
        return None
    reads = _by_statement(list(parts[1:]), given)
    return Effect(kind, reads) if reads is not None else None


def left_out(given: Given) -> Flow:
    """What a query that leaves rows out tells of its result: as if it went through a function of that name."""
    found = (EXCLUDING.search(text) for text in given.texts if catalogue.statement(text))
    return next((Flow(through=frozenset({each[0].lower()})) for each in found if each), EMPTY)


def client_of(callee: Value, node: Call) -> External | None:
    """The client that a call opens, or a part of one that it names: `drizzle(...)`, `client.db("x")`."""
    external = callee.shape
    if not isinstance(external, External) or node.new or not external.specifier:
        return None
    external = _placed(external)
    kind = catalogue.package_kind(external.specifier)
    if kind is None or kind in ("file", "metric"):
        return None
    if not catalogue.gives_client(external.path) and not (kind == "network" and _configures(external)):
        return None
    return External(external.specifier, f"{external.path}()")
