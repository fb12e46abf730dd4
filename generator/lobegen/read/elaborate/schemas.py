"""Evaluates schemas of zod, valibot, yup and arktype: whether one turns away what has none of its fields."""

from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.instances import needs_fields as model_needs_fields
from lobegen.read.elaborate.values import ClassShape, External, Imported, ListShape, ObjectShape, Schema, Value, Words

_OBJECTS = {"object", "looseObject", "strictObject", "interface", "objectAsync", "looseObjectAsync", "objectWithRest"}
#: what takes nothing as well, or in its stead a value of its own
_OPTIONAL = {
    "optional", "nullish", "default", "prefault", "optionalAsync", "nullishAsync", "undefinedable",
    "undefined", "void", "exactOptional", "_default", "notRequired",
}  # fmt: skip
#: what takes a value of its own for whatever does not fit
_CATCHING = {"catch", "fallback"}
#: what takes anything, or does with it what is not known
_ANYTHING = {"any", "unknown", "record", "custom", "lazy", "preprocess", "mixed", "map", "instanceof", "never"}
_ADDING = {"extend", "safeExtend", "merge", "augment", "setKey", "and", "concat", "shape"}
#: methods that are about a schema's values or its name, or that parse with it
_ENDING = {
    "parse", "safeParse", "parseAsync", "safeParseAsync", "spa", "is", "assert", "isOptional", "validate", "cast",
    "validateSync", "isValid", "isValidSync", "keyof", "unwrap", "element", "encode", "decode", "toJSONSchema",
    "parser", "safeParser", "allows", "traverse", "infer", "config", "safeDecode", "safeEncode",
}  # fmt: skip
_PACKAGES = {"zod", "valibot", "yup", "arktype"}


def needs_fields(schema: Value) -> bool | None:
    """Whether a schema turns away an object with none of its fields; None for what is no known schema."""
    shape = schema.shape
    if isinstance(shape, Imported):
        shape = forced(schema).shape
    return shape.needs if isinstance(shape, Schema) else None


def rejects(receiver: Value | None, given: tuple[Value, ...]) -> bool:
    """Whether a parser throws where no field is there: not that of a model whose fields all have defaults."""
    model = receiver.shape if receiver is not None else None
    if isinstance(model, ClassShape):
        return model_needs_fields(model)
    schemas = (receiver or Value(), *given)  # `Schema.parse(payload)`, `v.parse(Schema, payload)`
    return not any(needs_fields(each) is False for each in schemas)


def catches(values: tuple[Value, ...]) -> bool:
    """Whether one of the values is a schema that never turns anything away."""
    shapes = (forced(value).shape if isinstance(value.shape, Imported) else value.shape for value in values)
    return any(isinstance(shape, Schema) and shape.catches for shape in shapes)


def schema_of(
    external: External | None, receiver: Value | None, given: tuple[Value, ...], method: str
) -> Schema | None:
    """What a call makes, where that is a schema: a function of a library, or a method of another schema."""
    if method in _ENDING:
        return None
    if receiver is not None and isinstance(receiver.shape, Schema):
        return _derived(receiver.shape, given, method)
    package = external.specifier.split("/")[0] if external is not None else ""
    if package not in _PACKAGES or not method[:1].islower():
        return None
    if package == "arktype":
        return _arktype(given) if method == "type" else None
    return _made(given, method, yup=package == "yup")


def _made(given: tuple[Value, ...], method: str, *, yup: bool) -> Schema:
    first = forced(given[0]) if given else Value()
    inner = first.shape if isinstance(first.shape, Schema) else None
    if method in _OBJECTS:
        return Schema(method == "strictObject" or _any_needed(first), optional=yup)
    if method in _CATCHING:
        return Schema(False, optional=True, catches=True)
    if method in _OPTIONAL:
        return Schema(inner.needs if inner is not None else True, optional=True)
    if method in _ANYTHING:
        return Schema(False, optional=method in ("any", "unknown", "mixed", "void"))
    if method in ("union", "xor") and isinstance(first.shape, ListShape):
        parts = [forced(item).shape for item in first.shape.items]
        known = [part for part in parts if isinstance(part, Schema)]
        return Schema(all(part.needs for part in known), optional=any(part.optional for part in known))
    if method == "partial":
        return Schema(False)
    if method in ("pipe", "pipeAsync", "nullable", "required", "brand", "readonly", "strict") and inner is not None:
        return inner
    return Schema(True, optional=yup)


def _derived(schema: Schema, given: tuple[Value, ...], method: str) -> Schema:
    """What a method of a schema gives; what only narrows values leaves it as it is."""
    if method in _CATCHING:
        return Schema(False, optional=True, catches=True)
    if method in _OPTIONAL:
        return Schema(schema.needs, optional=True)
    if method in ("partial", "deepPartial"):
        return Schema(False, schema.optional)
    if method in ("required", "defined", "strict", "noUnknown", "array"):
        return Schema(True)
    if method in _ADDING:
        added = forced(given[0]) if given else Value()
        other = added.shape.needs if isinstance(added.shape, Schema) else _any_needed(added)
        return Schema(schema.needs or other, schema.optional)
    if method in ("or", "pick", "omit"):
        return Schema(False, schema.optional)
    return schema


def _any_needed(fields: Value) -> bool:
    """Whether an object of schemas has one that must be there; what is not known is taken for such."""
    if not isinstance(fields.shape, ObjectShape):
        return True
    parts = [forced(part).shape for _, part in fields.shape.entries.values()]
    needed = any(not (isinstance(part, Schema) and part.optional) for part in parts)
    return needed or not fields.shape.complete


def _arktype(given: tuple[Value, ...]) -> Schema:
    """`type({ id: "string", "force?": "boolean", page: "number = 1" })`."""
    shape = given[0].shape if given else None
    if not isinstance(shape, ObjectShape):
        return Schema(isinstance(shape, Words))
    needed = [not name.endswith("?") and not _has_default(part) for name, (_, part) in shape.entries.items()]
    return Schema(any(needed) or not shape.complete)


def _has_default(value: Value) -> bool:
    return isinstance(value.shape, Words) and " = " in (value.shape.text.literal or "")
