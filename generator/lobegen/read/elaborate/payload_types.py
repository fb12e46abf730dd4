"""Describes an endpoint's payload: what its type says, what a parser makes of it, how it is used."""

import re

from msgspec.structs import replace

from lobegen.model.body import Call, Raise
from lobegen.model.project import Payload
from lobegen.model.refusals import refusals
from lobegen.model.source import Language, Span
from lobegen.model.values import Flow, Origin, Settings
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.functions import Given, created_of, enter, function_of
from lobegen.read.elaborate.run import Run, Served
from lobegen.read.elaborate.schemas import needs_fields
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import Closure, ObjectShape, PayloadShape, Value
from lobegen.read.syntax import Binding, TypeField, TypeRef

#: the options that make something of the payload
PARSERS = ("schema", "initialPayloadParser", "initial_payload_parser")
_NO_TYPES = {"any", "unknown", "object", "Any"}
_CAST = compiled(rb"(\s*(\?\?|\|\|)\s*\{\s*\})?[\s)!]*(as|satisfies)\s+(?!any\b|unknown\b)")
_ANNOTATED = compiled(rb"[\w}]\s*:\s*(?!any\b|unknown\b|Any\b)[\w.<>\[\]{}\"'|, ]+=\s*\(?$")
_WHOLE = Flow(frozenset({Origin.PAYLOAD}), fields=frozenset({"*"}))


def head_of(span: Span, module: ModuleScope) -> Span:
    """The first line of a function."""
    source = module.source.source
    end = source.find(b"\n", span.start, span.end)
    if end < 0:
        return span
    width = len(source[span.start : end].decode("utf-8", "replace").rstrip())
    return Span(span.path, span.line, span.column, span.line, span.column + width, span.start, span.start + width)


def payload_of(run: Run, served: Served, closure: Closure, settings: Settings, options: Value) -> Payload:
    """What is known of an endpoint's payload after its body was followed.

    Args:
        options: The value that the settings were read from.
    """
    made = created_of(served.handler)
    types = served.types or (made.types if made is not None else ())
    ref = types[0] if types else _annotated(closure)
    head = head_of(closure.function.span, closure.scope.module)
    validated = any(name in settings for name in PARSERS)
    declared = fields_of(ref, closure.scope.module) if ref is not None else None
    payload = run.payload.result(head, ref.name if ref is not None else "", declared, validated=validated)
    typed = ref is not None and ref.name not in _NO_TYPES
    strict = _strict(options, settings, run.language)
    return replace(payload, typed=typed or _typed_where_read(payload.span, closure), strict=strict)


def _strict(options: Value, settings: Settings, language: Language) -> Span | None:
    """The option that turns another payload away: a schema, or a parser that throws for it."""
    entries = options.shape.entries if isinstance(options.shape, ObjectShape) else {}
    for name, (span, value) in entries.items():
        if name == "schema" and language == "typescript":
            if needs_fields(value) is not False:
                return span
            continue
        parser = function_of(value) if name in PARSERS else None
        if parser is not None:
            run = Run(language)
            with run.block() as body:
                enter(run, parser, Given((Value(_WHOLE, PayloadShape()),)))
            if any(isinstance(each, Raise | Call) for each in refusals(tuple(body), language)):
                return span
        elif name in PARSERS and settings.items[name].source.rsplit(".", 1)[-1] in surface.THROWING_VALIDATORS:
            return span
    return None


def _typed_where_read(span: Span, closure: Closure) -> bool:
    """Whether a type is written where the payload is read first: `… as Payload`, `const p: Payload = …`, `ctx as …`."""
    if span.path != closure.function.span.path:
        return True
    source = closure.scope.module.source.source
    context = next((each.target.name for each in closure.function.parameters if isinstance(each.target, Binding)), "")
    if re.search(rb"\b" + context.encode() + rb"\s+as\s", source[closure.function.span.start : span.end]):
        return True
    before = source[source.rfind(b"\n", 0, span.start) + 1 : span.start]
    return bool(_CAST.match(source, span.end)) or bool(_ANNOTATED.search(before))


def _annotated(closure: Closure) -> TypeRef | None:
    """The payload type in the context's annotation: `WorkflowContext<Payload>`."""
    for parameter in closure.function.parameters[:1]:
        if parameter.annotation is not None and parameter.annotation.arguments:
            return parameter.annotation.arguments[0]
    return None


def fields_of(ref: TypeRef, module: ModuleScope, depth: int = 6) -> dict[str, TypeField] | None:
    """The fields of a type by name, through aliases, bases and imports; None when it was not found."""
    if ref.fields:
        return {each.name: each for each in ref.fields}
    if depth == 0:
        return None
    if ref.name in ("Partial", "Readonly", "Required", "Omit", "Pick", "&", "|", "NonNullable"):
        return _composed(ref, module, depth)
    definition = module.source.types.get(ref.name)
    if definition is None:
        imported = module.source.imports.get(ref.name)
        target = module.modules.resolve(module.source, imported.specifier) if imported is not None else None
        if target is None or imported is None:
            return None
        return fields_of(replace(ref, name=imported.name), target, depth - 1)
    if definition.alias is not None and not definition.fields:
        return fields_of(definition.alias, module, depth - 1)
    fields: dict[str, TypeField] = {}
    for base in definition.extends:
        fields |= fields_of(replace(ref, name=base), module, depth - 1) or {}
    return fields | {each.name: each for each in definition.fields}


def _composed(ref: TypeRef, module: ModuleScope, depth: int) -> dict[str, TypeField] | None:
    parts = ref.arguments if ref.name in ("&", "|") else ref.arguments[:1]
    fields: dict[str, TypeField] = {}
    for part in parts:
        fields |= fields_of(part, module, depth - 1) or {}
    if ref.name in ("Partial", "|"):
        fields = {name: replace(each, optional=True) for name, each in fields.items()}
    return fields or None
