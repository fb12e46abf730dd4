"""The request payload of an endpoint: what its type declares, and what its handler does with each field."""

from collections.abc import Mapping

from msgspec import Struct

from lobegen.model.source import Span


class PayloadField(Struct, frozen=True):
    """One field of the request payload, as this endpoint uses it.

    Attributes:
        name: As written in this language.
        first: Where it is first read.
        required: True when its type says so (no `?`, no default), or nothing is known of the type and no default given.
        plural: Whether its type or use says that it holds several values.
        checked: Whether some condition, default (`??`, `||`, `or`, a destructured default), schema, parser or
            normaliser looks at it before it is used.
        used: Whether it is used for anything but checks and logs.
        tested: Whether a condition of the handler (outside steps) depends on it.
    """

    name: str
    first: Span
    required: bool
    plural: bool
    checked: bool
    used: bool
    tested: bool


class DeclaredField(Struct, frozen=True):
    """One field of the payload's type; `flag` when it is a boolean."""

    required: bool
    flag: bool


class Payload(Struct, frozen=True):
    """The request payload of one endpoint.

    Attributes:
        span: Where it is first read, or the handler's head.
        type_name: As written, empty when untyped.
        validated: Whether a schema, parser or normaliser stands before all uses (`schema:`, `initialPayloadParser`,
            `Schema.parse(context.requestPayload)`, `normalize(context.requestPayload)`, `Model.model_validate(...)`).
        fields: By name.
        readable: False when the payload goes whole into something that could not be followed.
        typed: Whether some type says what is in it: of the handler, or where it is read first.
        declared: The fields of its type, None when that is not known.
        rest: The declared fields that are used as part of a rest: `const { cursor, ...flags } = payload`.
        strict: The option whose schema or parser is known to throw where the payload has none of its fields.
    """

    span: Span
    type_name: str
    validated: bool
    fields: Mapping[str, PayloadField]
    readable: bool = True
    typed: bool = True
    declared: Mapping[str, DeclaredField] | None = None
    strict: Span | None = None
    rest: frozenset[str] = frozenset()
