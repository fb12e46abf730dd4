"""Knows what JSON cannot hold: dates, sets, functions, objects of classes, answers of HTTP clients."""

import builtins
from collections.abc import Iterator

from lobegen.model.body import Odd
from lobegen.model.source import Language, Span
from lobegen.patterns import compiled
from lobegen.read.elaborate.attributes import externals, lineage
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import ClassShape, External, Instance, ListShape, ObjectShape, Value
from lobegen.read.syntax import Function, TypeRef

#: JSON as a text: what it was made from is known, and is no part of it any more
_TEXT = "a text"
_MADE = {
    ("", "JSON.stringify"): _TEXT, ("json", "dumps"): _TEXT,
    ("", "Date"): "a Date", ("", "Map"): "a Map", ("", "Set"): "a Set", ("", "RegExp"): "a RegExp",
    ("", "Error"): "an Error", ("", "TypeError"): "an Error", ("", "Response"): "a Response",
    ("", "fetch"): "a Response", ("", "Headers"): "a Headers object", ("", "FormData"): "a FormData object",
    ("", "URLSearchParams"): "a URLSearchParams object", ("", "Buffer.from"): "a Buffer",
    ("", "Buffer.alloc"): "a Buffer", ("", "Buffer.concat"): "a Buffer", ("", "Uint8Array"): "a Uint8Array",
    ("", "ArrayBuffer"): "an ArrayBuffer", ("", "BigInt"): "a BigInt", ("", "Symbol"): "a Symbol",
    ("dayjs", "default"): "a Day.js date", ("moment", "default"): "a Moment date",
    ("luxon", "DateTime.now"): "a Luxon date", ("luxon", "DateTime.utc"): "a Luxon date",
    ("luxon", "DateTime.fromISO"): "a Luxon date", ("", "frozenset"): "a frozenset", ("", "bytes"): "bytes",
    ("", "bytearray"): "a bytearray", ("", "range"): "a range", ("", "object"): "an object",
    ("", "map"): "a `map` object", ("", "filter"): "a `filter` object", ("", "zip"): "a `zip` object",
    ("decimal", "Decimal"): "a Decimal", ("fractions", "Fraction"): "a Fraction", ("pathlib", "Path"): "a Path",
    ("pathlib", "Path().read_bytes"): "bytes",
    ("uuid", "UUID"): "a UUID", ("uuid", "uuid1"): "a UUID", ("uuid", "uuid4"): "a UUID", ("uuid", "uuid5"): "a UUID",
    ("collections", "deque"): "a deque", ("datetime", "timedelta"): "a timedelta", ("datetime", "date"): "a date",
    ("datetime", "datetime"): "a datetime", ("datetime", "time"): "a time", ("os", "urandom"): "bytes",
    ("secrets", "token_bytes"): "bytes", ("base64", "b64encode"): "bytes", ("base64", "b64decode"): "bytes",
    ("node-fetch", "default"): "a Response", ("undici", "fetch"): "a Response",
    ("base64", "urlsafe_b64encode"): "bytes", ("base64", "urlsafe_b64decode"): "bytes", ("pickle", "dumps"): "bytes",
    ("zlib", "compress"): "bytes", ("gzip", "compress"): "bytes",
}  # fmt: skip
#: expressions that have no counterpart in the neutral tree
OPAQUE = {"bytes": "bytes", "regex": "a RegExp", "bigint": "a BigInt"}
_CLOCKS = {"now", "utcnow", "today", "fromisoformat", "strptime", "fromtimestamp", "utcfromtimestamp", "combine"}
#: clients of models for Python, whose answers are objects
_MODELS_OF = {"openai", "anthropic", "groq", "mistralai"}
_ANSWERS = compiled(
    r"\(\)\.(beta\.)?(chat\.completions|completions|responses|messages|embeddings|moderations)\.create$"
)
_ARRAYS = {"array", "asarray", "zeros", "ones", "arange", "linspace", "concatenate", "stack"}
_DATED = {"head_object", "get_object", "list_objects", "list_objects_v2", "list_buckets", "copy_object"}
_HTTP = {"get", "post", "put", "patch", "delete", "head", "options", "request"}
_CONTAINERS = {
    ("", "Map"), ("", "Set"), ("", "Array"), ("", "Object"), ("", "list"), ("", "dict"), ("", "set"),
    ("collections", "defaultdict"), ("collections", "deque"), ("collections", "Counter"),
    ("collections", "OrderedDict"), ("", "FormData"), ("", "URLSearchParams"),
}  # fmt: skip
#: bases whose objects JSON can hold, or that may see to it themselves
_PLAIN = {"dict", "list", "str", "int", "float", "tuple", "NamedTuple", "TypedDict"}
_MODELS = {"pydantic", "sqlmodel", "attrs", "msgspec", "pydantic_settings"}
#: packages whose models make their fields what the annotations say
_TYPED = {"pydantic", "sqlmodel", "sqlalchemy", "pydantic_settings"}
_TYPES = {"date": "a date", "datetime": "a datetime", "timedelta": "a timedelta", "Decimal": "a Decimal",
          "UUID": "a UUID", "set": "a set", "frozenset": "a frozenset", "bytes": "bytes",
          "DataFrame": "a data frame", "ndarray": "an array"}  # fmt: skip
_TYPE_MODULES = {"", "datetime", "decimal", "uuid", "pandas", "polars", "numpy"}
_NUMBERS = ("a Decimal", "a Fraction")
_DATES = ("a date", "a datetime", "a timedelta")


def kind_of(language: Language, external: External | None, *, new: bool) -> str:
    """What a call of something foreign gives, where JSON has no such thing; empty for anything else."""
    if external is None:
        return ""
    specifier, path = external.specifier.removeprefix("node:"), external.path
    if language == "python" and (specifier, path) == ("", "set"):
        return "a set"
    if specifier in ("datetime", "pendulum", "arrow") and path.rsplit(".", 1)[-1] in _CLOCKS:
        return "a date" if path.startswith("date.") else "a datetime"
    if specifier in ("requests", "httpx", "axios", "got") and path.rsplit(".", 1)[-1] in _HTTP:
        return "a response"
    if language == "python" and specifier in ("pandas", "polars") and path.startswith(("read_", "DataFrame")):
        return "a data frame" if path.count(".") == 0 and "()" not in path else ""
    if language == "python" and specifier == "numpy" and path in _ARRAYS:
        return "an array"
    if language == "python" and specifier in _MODELS_OF and _ANSWERS.search(path):
        return "an answer of a model"
    if language == "python" and specifier in ("boto3", "aioboto3") and path.rsplit(".", 1)[-1] in _DATED:
        return "a response with dates in it"
    if (specifier, path) == ("", "Date") and not new:
        return ""
    if language == "python" and not specifier and not hasattr(builtins, path):
        return ""  # a global of the other language
    return _MADE.get((specifier.split("/")[0] if specifier.startswith("dayjs") else specifier, path), "")


def declared(annotation: TypeRef | None, owner: ClassShape) -> str:
    """What a field of a model is that JSON has nothing for: `due: date | None`, `Mapped[datetime]` (Python).

    Only models that make their fields what the annotation says count: those of pydantic and the like, and tables.
    """
    kind = of_type(annotation, owner.module)
    return kind if kind and any(each.specifier.split(".")[0] in _TYPED for each in _above(owner)) else ""


def of_type(annotation: TypeRef | None, module: ModuleScope) -> str:
    """What a type of Python is that JSON has nothing for; a module's type is known by its last name."""
    if annotation is None or module.source.language != "python":
        return ""
    if annotation.name in ("|", "Mapped", "Final"):
        return next((kind for part in annotation.arguments if (kind := of_type(part, module))), "")
    kind = _TYPES.get(annotation.name, "")
    found = module.find(annotation.name) if kind else None
    shape = found.shape if found is not None else External("", "")
    return kind if isinstance(shape, External) and shape.specifier in _TYPE_MODULES else ""


def _above(owner: ClassShape) -> list[External]:
    return externals(Value(shape=owner))


def is_container(external: External | None) -> bool:
    """Whether a call of something foreign gives a plain collection."""
    return external is not None and (external.specifier, external.path) in _CONTAINERS


def summed(operator: str, left: Value, right: Value) -> str:
    """What comes of two dates, sets or decimals."""
    if operator == "/" and left.kind == "a Path":
        return left.kind
    if left.kind in _NUMBERS or right.kind in _NUMBERS:
        return left.kind if left.kind in _NUMBERS else right.kind
    if operator in ("+", "-") and "a set" not in (left.kind, right.kind):
        return left.kind if left.kind in _DATES else right.kind if right.kind in _DATES else ""
    return left.kind if operator in ("-", "|", "&", "^") and left.kind == "a set" else ""


def odd_parts(value: Value, span: Span, path: str = "", depth: int = 4) -> Iterator[Odd]:
    """The parts of a value that JSON cannot hold, with the place of each."""
    kind = _kind(value, span)
    if kind == _TEXT:
        return
    if kind:
        yield Odd(span, path, kind)
    elif isinstance(value.shape, ObjectShape) and depth:
        for name, (place, part) in value.shape.entries.items():
            yield from odd_parts(part, place if span.contains(place) else span, f"{path}.{name}", depth - 1)
    elif isinstance(value.shape, ListShape) and depth:
        for part in value.shape.items:
            yield from odd_parts(part, span, f"{path}[]", depth - 1)
    elif isinstance(value.shape, Instance) and value.shape.given is not None and depth and _is_record(value):
        for name, (place, part) in value.shape.given.entries.items():
            yield from odd_parts(part, place if span.contains(place) else span, f"{path}.{name}", depth - 1)


def _is_record(value: Value) -> bool:
    """Whether an object is a tuple or dict with names for its parts (Python)."""
    return any(each.path.rsplit(".", 1)[-1] in ("NamedTuple", "TypedDict") for each in externals(value))


def _kind(value: Value, span: Span) -> str:
    if value.kind:
        return value.kind
    shape = value.shape
    if isinstance(shape, Instance) and isinstance(shape.of, ClassShape):
        return _object(shape.of, python=span.path.endswith((".py", ".pyi")))
    return ""


def _object(of: ClassShape, *, python: bool) -> str:
    """What an object of a project class is, where JSON loses it."""
    foreign = externals(Value(shape=of))
    members = [member for level in lineage(of) for member in level.definition.members]
    if python:
        known = all(each.specifier.split(".")[0] in _MODELS for each in foreign)
        plain = any(each.path.rsplit(".", 1)[-1] in _PLAIN or each.specifier == "enum" for each in foreign)
        return "" if plain or not known else f"an object of the class `{of.definition.name}`"
    methods = [member.name for member in members if isinstance(member.value, Function) and not member.static]
    if foreign or "toJSON" in methods or not set(methods) - {"constructor"}:
        return ""
    return f"an object of the class `{of.definition.name}`"
